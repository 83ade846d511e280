import { join } from "node:path";
import { connectionYaml } from "../adapters/connection/yaml.ts";
import { brotliCompressor } from "../adapters/crypto/brotli.ts";
import { loadCrypto } from "../adapters/crypto/libsodium.ts";
import { gitRemote } from "../adapters/git/remote.ts";
import { gitRepositories } from "../adapters/git/repositories.ts";
import { DirectoryKeyFiles } from "../adapters/keystore/key-files.ts";
import { filePlaces } from "../adapters/places/places.ts";
import { workFiles } from "../adapters/work-files/work-files.ts";
import { openBoundary } from "../app/boundary/boundary.ts";
import type { Boundary } from "../app/capture/boundary.ts";
import type { Ledger, WritableLedger } from "../app/ledger.ts";
import { readOwnLane, type KeptLane, type LanePorts } from "../app/lane/own-lane-key.ts";
import { REISSUE_COMMAND } from "../app/lane/reissue.ts";
import { isForked } from "../app/sync/own-lane.ts";
import { firstChain } from "../app/sync/first-chain.ts";
import { localChain, type VerifiedChain } from "../app/sync/workspace-chain.ts";
import { readClaim, readConnection, readUnconfirmed, type ConnectionClaim, type ConnectionPorts, type EffectiveConnection } from "../app/workspace/connection.ts";
import { EMPTY_MEMORY, type BoundaryMemory } from "../domain/boundary.ts";
import { fromUtf8, utf8 } from "../domain/bytes.ts";
import { HxError, isHxError } from "../domain/errors.ts";
import type { RepoId } from "../domain/ids.ts";
import type { Crypto } from "../ports/crypto.ts";
import type { Remote, Repository } from "../ports/git.ts";
import type { KeyFiles } from "../ports/keystore.ts";
import type { WorkFiles } from "../ports/work-files.ts";
import { captureScanner } from "./scanner.ts";
import { captureLane } from "./capture-lane.ts";
import { systemClock } from "./clock.ts";
import type { Settings } from "./settings.ts";

export { systemClock };

/** A repository around a directory, whether it is connected or not. */
export interface Clone {
  readonly settings: Settings;
  readonly repository: Repository;
  readonly crypto: Crypto;
  readonly remote: Remote;
  readonly files: KeyFiles;
  readonly connectionPorts: ConnectionPorts;
  readonly work: WorkFiles;
  /** What the repository says of its connection, read once. @throws HxError as `readClaim` */
  claim(): Promise<ConnectionClaim>;
}

/** @throws HxError `not-a-repository` */
export async function openClone(settings: Settings, directory: string): Promise<Clone> {
  const clone = await findClone(settings, directory);
  if (clone === null) throw new HxError("not-a-repository", `'${directory}' is not in a git repository`, { hints: ["git init"] });
  return clone;
}

export async function findClone(settings: Settings, directory: string): Promise<Clone | null> {
  const found = await gitRepositories({ env: settings.env }).find(directory);
  if (found === null) return null;
  // Read once, as the claim that is made of them: a command lives no longer, and each reading is a process.
  let remotes: ReturnType<Repository["remotes"]> | null = null;
  const repository: Repository = { ...found, remotes: () => (remotes ??= found.remotes()) };
  const crypto = await loadCrypto();
  const connectionPorts: ConnectionPorts = { crypto, file: connectionYaml, places: filePlaces() };
  let claim: Promise<ConnectionClaim> | null = null;
  return {
    settings,
    repository,
    crypto,
    remote: gitRemote({ env: settings.env, checkout: repository.checkout, remotes: () => repository.remotes() }),
    files: new DirectoryKeyFiles(settings.configDirectory),
    connectionPorts,
    work: workFiles(join(repository.checkout.commonDirectory, "hx")),
    claim: () => (claim ??= readClaim(connectionPorts, repository)),
  };
}

/** The ledger of a clone that claims to be connected. Whether the workspace agrees, `connection` says. @throws HxError `not-connected` */
export async function openLedger(clone: Clone): Promise<Ledger> {
  const { connection } = await clone.claim();
  const { checkout } = clone.repository;
  const stores = gitRepositories({ env: clone.settings.env });
  return {
    repository: clone.repository,
    stage: await stores.bareStore(join(checkout.commonDirectory, "hx-stage"), checkout.objectFormat),
    others: await stores.bareStore(join(checkout.commonDirectory, "hx", "others"), checkout.objectFormat),
    work: clone.work,
    trust: trustOf(clone.settings, connection.repo),
    crypto: clone.crypto,
    compressor: brotliCompressor,
    clock: systemClock,
    workspace: connection.workspace,
    repo: connection.repo,
  };
}

/** Trust state of a repository on this device, whether it has a clone here or not. */
export function trustOf(settings: Settings, repo: RepoId): WorkFiles {
  return workFiles(join(settings.stateDirectory, "repos", repo));
}

export function lanePorts(clone: Clone, ledger: Ledger): LanePorts {
  return { files: clone.files, trust: ledger.trust, crypto: clone.crypto, clock: ledger.clock };
}

/**
 * The lane that is written here: that of a capture-only key, else this clone's.
 * @throws HxError `refused` for a capture-only key that expired; `lane-fork` for one with which another machine writes too
 */
export async function laneHere(clone: Clone, ledger: Ledger): Promise<KeptLane | null> {
  const carried = clone.settings.captureKey === null ? null : await captureLane(clone.settings, ledger);
  if (carried !== null && (await isForked(ledger, carried.id))) {
    throw new HxError("lane-fork", "another machine writes with this capture-only key: each needs one of its own", { hints: [REISSUE_COMMAND], data: { lane: carried.id } });
  }
  return carried ?? readOwnLane(lanePorts(clone, ledger), { workspace: ledger.workspace, repo: ledger.repo, clone: clone.repository.checkout.commonDirectory });
}

/** The ledger with the lane that is written here; null when none was opened yet (that needs the identity). @throws HxError as `laneHere` */
export async function writable(clone: Clone, ledger: Ledger): Promise<WritableLedger | null> {
  const lane = await laneHere(clone, ledger);
  // Somebody else writes with its key: what is captured from now on waits for a lane that is opened afresh.
  return lane === null || (await isForked(ledger, lane.id)) ? null : { ...ledger, lane, scanner: captureScanner(clone.settings, clone.crypto.hashes) };
}

/** What holds here by the workspace chain: connection and boundary. @throws HxError `not-connected` */
export interface Connected {
  readonly chain: VerifiedChain;
  readonly effective: EffectiveConnection;
}

export async function connected(clone: Clone, ledger: Ledger): Promise<Connected> {
  const chain = await localChain(ledger);
  return { chain, effective: await readConnection(clone.connectionPorts, clone.repository, chain.state, await clone.claim()) };
}

/** As `connected`; where the connection does not hold, what is here all the same, and why not. @throws HxError `not-connected` where no file says which repository this is */
export async function connectedOrEnded(clone: Clone, ledger: Ledger): Promise<{ readonly state: Connected; readonly ended: HxError | null }> {
  try {
    return { state: await connected(clone, ledger), ended: null };
  } catch (error) {
    if (!isHxError(error) || error.code !== "not-connected") throw error;
    return { state: { chain: await localChain(ledger), effective: await readUnconfirmed(clone.connectionPorts, clone.repository, await clone.claim()) }, ended: error };
  }
}

/** For commands that may use the network: a fresh clone has no workspace chain yet. */
export async function bringChain(clone: Clone, ledger: Ledger, signal: AbortSignal): Promise<void> {
  const { connection } = await clone.claim();
  await firstChain(ledger, clone.remote, connection.remotes, { signal });
}

/** What was published or replaced leaves objects behind in the stores beside the repository. */
export async function tidyStores(clone: Clone, ledger: Ledger): Promise<void> {
  const stores = gitRepositories({ env: clone.settings.env });
  for (const store of [ledger.stage, ledger.others]) await stores.tidy(store);
}

const MEMORY = "boundary.json";

/** The collection boundary, with what was learned of directories that may be gone by now. */
export async function boundaryOf(clone: Clone, ledger: Ledger, { effective }: Connected): Promise<{ boundary: Boundary; directories: readonly string[]; keep(): Promise<void> }> {
  const memory = await readMemory(ledger);
  const worktrees = await clone.repository.worktrees();
  const opened = openBoundary({ places: clone.connectionPorts.places, checkout: clone.repository.checkout, worktrees, paths: effective.connection.paths, memory });
  const before = JSON.stringify(memory);
  return {
    boundary: {
      side: async (directory) => opened.judge(directory).kind,
      relative: async (directory) => {
        const verdict = opened.judge(directory);
        return verdict.kind === "inside" ? verdict.relative : ".";
      },
    },
    directories: [...new Set([...worktrees, ...memory.inside])],
    async keep() {
      const after = JSON.stringify(opened.learned());
      if (after !== before) await ledger.work.write(MEMORY, utf8(after));
    },
  };
}

async function readMemory(ledger: Ledger): Promise<BoundaryMemory> {
  const bytes = await ledger.work.read(MEMORY);
  try {
    return bytes === null ? EMPTY_MEMORY : (JSON.parse(fromUtf8(bytes)) as BoundaryMemory);
  } catch {
    return EMPTY_MEMORY;
  }
}
