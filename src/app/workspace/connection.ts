import { CONNECTION_PATH, contradiction, sameRepository, tighten } from "../../domain/connection.ts";
import type { Connection } from "../../domain/connection.ts";
import { HxError, isHxError } from "../../domain/errors.ts";
import type { RepoId } from "../../domain/ids.ts";
import { isListedUrl, normalizeRemoteUrl } from "../../domain/remote-url.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { openRepoGenesis } from "../../format/repo-genesis.ts";
import type { ConnectionFile } from "../../ports/connection-file.ts";
import type { RemoteUrl, Repository } from "../../ports/git.ts";
import type { Places } from "../../ports/places.ts";
import type { ReplayCrypto } from "./replay.ts";

export interface ConnectionPorts {
  readonly crypto: ReplayCrypto;
  readonly file: ConnectionFile;
  readonly places: Places;
}

/** A local remote, and whether sessions may go there. */
export interface RemoteStanding {
  readonly name: string;
  readonly url: string;
  readonly listed: boolean;
  /** Why it is not listed. */
  readonly reason?: string;
}

/** What holds in this checkout. */
export interface EffectiveConnection {
  readonly connection: Connection;
  readonly source: "default branch" | "working tree";
  /** Revision that was read, where the source is a branch. */
  readonly revision: string | null;
  readonly remotes: readonly RemoteStanding[];
  /** Those that are listed, `origin` first, then as git lists them. At least one where the connection holds. */
  readonly listedRemotes: readonly RemoteUrl[];
}

const LIMIT = 65536;
const CONFLICT_HINT = `git diff -- ${CONNECTION_PATH}`;

/** What a repository says of its connection, before the chain was asked. */
export interface ConnectionClaim {
  readonly connection: Connection;
  readonly source: "default branch" | "working tree";
  readonly revision: string | null;
}

/**
 * The connection file that counts: that of the default branch of a remote that the file itself lists, made
 * tighter by what the working tree says; where no such branch has one, the working tree's.
 * A remote whose own default branch does not list it says nothing: so a personal fork cannot speak.
 * @throws HxError `not-connected`, `too-new`
 */
export async function readClaim(ports: ConnectionPorts, repository: Repository): Promise<ConnectionClaim> {
  const remotes = inOrder(await repository.remotes());
  const branches = await defaultBranches(ports, repository, remotes);
  const here = await workingTreeFile(ports, repository);
  const first = branches[0];
  if (first === undefined) {
    if (here === null) throw notConnected(`there is no '${CONNECTION_PATH}'`, ["hx init"]);
    return { connection: here, source: "working tree", revision: null };
  }
  let connection = first.connection;
  for (const other of branches.slice(1)) if (sameRepository(connection, other.connection)) connection = tighten(connection, other.connection);
  if (here !== null) {
    if (!sameRepository(connection, here)) throw notConnected(`'${CONNECTION_PATH}' of this branch names another workspace or repository than '${first.revision}'`, [`git diff ${first.revision} -- ${CONNECTION_PATH}`]);
    connection = tighten(connection, here);
  }
  return { connection, source: "default branch", revision: first.revision };
}

/**
 * The connection of a repository, agreed to by the workspace chain, with at least one listed remote.
 * @param known the claim, where it was read already
 * @throws HxError `not-connected` with the reason, and the command that mends it; `too-new`
 */
export async function readConnection(ports: ConnectionPorts, repository: Repository, state: WorkspaceState, known?: ConnectionClaim): Promise<EffectiveConnection> {
  const claimed = await readUnconfirmed(ports, repository, known);
  const { connection, remotes, listedRemotes } = claimed;
  const why = contradiction(connection, genesisRepo(ports, connection), state);
  if (why !== null) throw notConnected(why, ["hx doctor"]);
  if ([...connection.paths.values()].every((project) => project === null)) throw notConnected("this branch maps no directory to a project", [CONFLICT_HINT]);
  if (listedRemotes.length === 0) throw noListedRemote(remotes);
  return claimed;
}

/**
 * What the connection file says, whatever the chain says of it: for who looks at what is here, and neither captures nor pushes.
 * `listedRemotes` may be empty.
 * @throws as `readClaim`
 */
export async function readUnconfirmed(ports: ConnectionPorts, repository: Repository, known?: ConnectionClaim): Promise<EffectiveConnection> {
  const claim = known ?? (await readClaim(ports, repository));
  const found = inOrder(await repository.remotes());
  const base = repository.checkout.top ?? repository.checkout.gitDirectory;
  const remotes = found.map((remote) => standingOf(remote, claim.connection.remotes, base));
  return { ...claim, remotes, listedRemotes: found.filter((_, i) => remotes[i]?.listed === true) };
}

/** A remote is listed when git fetches from, and pushes to, nothing but listed URLs. */
export function standingOf(remote: RemoteUrl, listed: readonly string[], base: string): RemoteStanding {
  const standing = { name: remote.name, url: remote.fetch };
  if (!isListedUrl(remote.fetch, listed, base)) return { ...standing, listed: false, reason: "its URL is not among the listed remotes" };
  const elsewhere = remote.push.find((url) => !isListedUrl(url, listed, base));
  if (elsewhere !== undefined) return { ...standing, listed: false, reason: `it pushes to '${normalizeRemoteUrl(elsewhere, base) ?? "a place that cannot be compared"}', which is not listed` };
  return { ...standing, listed: true };
}

function inOrder(remotes: readonly RemoteUrl[]): readonly RemoteUrl[] {
  return [...remotes.filter(({ name }) => name === "origin"), ...remotes.filter(({ name }) => name !== "origin")];
}

interface BranchFile {
  readonly revision: string;
  readonly connection: Connection;
}

async function defaultBranches(ports: ConnectionPorts, repository: Repository, remotes: readonly RemoteUrl[]): Promise<readonly BranchFile[]> {
  const base = repository.checkout.top ?? repository.checkout.gitDirectory;
  const found: BranchFile[] = [];
  for (const remote of remotes) {
    const file = await defaultBranchFile(repository, remote.name);
    const connection = file === null ? null : parseOrNull(ports, file.bytes);
    if (file !== null && connection !== null && isListedUrl(remote.fetch, connection.remotes, base)) found.push({ revision: file.revision, connection });
  }
  return found;
}

/** `HEAD` as the clone recorded it, else `main`, else `master`: the first of them that is there is the default branch. */
async function defaultBranchFile(repository: Repository, remote: string): Promise<{ readonly revision: string; readonly bytes: Uint8Array } | null> {
  const prefix = `refs/remotes/${remote}`;
  const head = await repository.symbolicRef(`${prefix}/HEAD`);
  const known = await repository.store.list(`${prefix}/`);
  const revision = [head, `${prefix}/main`, `${prefix}/master`].find((name) => name !== null && [...known.keys()].some((ref) => ref === name)) ?? null;
  const bytes = revision === null ? null : await repository.fileAt(revision, CONNECTION_PATH);
  return revision === null || bytes === null ? null : { revision, bytes };
}

async function workingTreeFile(ports: ConnectionPorts, repository: Repository): Promise<Connection | null> {
  const { top } = repository.checkout;
  if (top === null) {
    const bytes = await repository.fileAt("HEAD", CONNECTION_PATH);
    return bytes === null ? null : ports.file.parse(bytes);
  }
  const bytes = ports.places.read(`${top}/${CONNECTION_PATH}`, LIMIT);
  return bytes === null ? null : ports.file.parse(bytes);
}

/** A file that some remote's branch spoilt speaks for nobody; a newer version is said. */
function parseOrNull(ports: ConnectionPorts, bytes: Uint8Array): Connection | null {
  try {
    return ports.file.parse(bytes);
  } catch (error) {
    if (isHxError(error) && error.code === "not-connected") return null;
    throw error;
  }
}

/** Repo id of the genesis in a connection file, whose signature is verified. @throws HxError `not-connected` */
export function genesisRepo(ports: Pick<ConnectionPorts, "crypto">, connection: Connection): RepoId {
  try {
    return openRepoGenesis(ports.crypto.hashes, (key, message, signature) => ports.crypto.signer.verify(key, message, signature), connection.genesis).repo;
  } catch (cause) {
    if (!isHxError(cause)) throw cause;
    throw notConnected(`the genesis in '${CONNECTION_PATH}' does not verify`, ["hx doctor"], cause);
  }
}

function noListedRemote(remotes: readonly RemoteStanding[]): HxError {
  if (remotes.length === 0) return notConnected("this clone has no remote, and sessions go only to a listed one", ["git remote add origin <url>"]);
  const said = remotes.map(({ name, reason }) => `'${name}': ${reason ?? ""}`).join("; ");
  return notConnected(`no remote of this clone is a listed one (${said})`, ["git remote -v"]);
}

function notConnected(why: string, hints: readonly string[], cause?: unknown): HxError {
  return new HxError("not-connected", why, cause === undefined ? { hints } : { hints, cause });
}
