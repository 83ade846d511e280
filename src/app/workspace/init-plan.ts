import { CONNECTION_PATH, contradiction } from "../../domain/connection.ts";
import { HxError, isHxError } from "../../domain/errors.ts";
import type { DeviceId, PersonId, ProjectId, RepoId } from "../../domain/ids.ts";
import { isListedUrl, normalizeRemoteUrl } from "../../domain/remote-url.ts";
import { isAdministrator, type WorkspaceState } from "../../domain/workspace/state.ts";
import { ROOT_REF } from "../../format/paths.ts";
import type { RemoteUrl, Repository, Store } from "../../ports/git.ts";
import type { HookPlace, HookPlan } from "../../ports/hooks.ts";
import { genesisRepo, readClaim } from "./connection.ts";
import type { ConnectionClaim, ConnectionPorts } from "./connection.ts";
import type { Entry } from "./directory.ts";
import { projectToConnect } from "./init-project.ts";
import { fetchWorkspace, readWorkspace } from "./sync.ts";
import type { RemotePorts, Workspace } from "./sync.ts";

export interface InitPorts extends RemotePorts, ConnectionPorts {
  readonly crypto: RemotePorts["crypto"] & ConnectionPorts["crypto"];
}

/** What is so on this machine, before anything is asked. */
export interface InitWorld {
  readonly repository: Repository;
  /** null: no identity yet; `init` makes one first. */
  readonly identity: { readonly person: PersonId; readonly device: DeviceId } | null;
  /** Why this home will not last (a container, a CI job), or null. */
  readonly throwaway: string | null;
  /** Distinct authors of the history, or null where that was not counted. */
  readonly authors: number | null;
  /** Git's hooks, the agents' hooks, the attributes file: each knows what it would change. */
  readonly places: readonly HookPlace[];
  /** The projects of the workspace with their names, as far as the keys that are open open them. Absent: the keys are locked. */
  readonly projects?: (state: WorkspaceState) => readonly Entry<ProjectId>[];
  /** Store for the chain of a workspace in another repository. */
  readonly homeStore?: Store;
}

export interface InitAnswers {
  /** URL of the repository in which the workspace lives; absent: this one. */
  readonly workspace?: string;
  /** Name of the project, or the id of one that is there; absent: the name of the repository. */
  readonly project?: string;
  /** URLs to list; absent: those of `origin`, or of the only remote. */
  readonly remotes?: readonly string[];
  readonly publicOk?: boolean;
  readonly throwawayOk?: boolean;
  /** Found a workspace although the remote does not answer. */
  readonly offlineOk?: boolean;
}

export interface InitStep {
  readonly what: "identity" | "workspace" | "device" | "project" | "connect" | "connection-file" | "hooks" | "refs";
  readonly action: "make" | "keep" | "change";
  /** One line for a person. */
  readonly text: string;
  readonly where?: string;
}

export interface InitWarning {
  readonly code: "public-host" | "few-authors" | "offline" | "by-hand";
  readonly text: string;
  readonly hints: readonly string[];
}

/** What `init` would do. `blockers` not empty: it does nothing. */
export interface InitPlan {
  readonly steps: readonly InitStep[];
  readonly warnings: readonly InitWarning[];
  readonly blockers: readonly HxError[];
  readonly hooks: readonly { readonly place: string; readonly plan: HookPlan }[];
  readonly found: Found;
}

/** What the plan was made from; `applyInit` goes on from here. */
export interface Found {
  /** Remote of this clone to which sessions and the chain go. */
  readonly remote: RemoteUrl | null;
  readonly listed: readonly string[];
  readonly home: Workspace | null;
  readonly embedded: boolean;
  readonly offline: boolean;
  readonly claim: ConnectionClaim | null;
  /** The repository is in the chain already, with this genesis. */
  readonly connected: { readonly repo: RepoId; readonly genesis: Uint8Array; readonly projects: readonly ProjectId[] } | null;
  readonly projectName: string;
  /** The project of this name that is there already; null: a new one is made. */
  readonly project: ProjectId | null;
}

/** Where anybody may have a repository that all the world reads; whether this one is such, no client can tell. */
const PUBLIC_HOSTS = ["github.com", "gitlab.com", "bitbucket.org", "codeberg.org"];
const FEW_AUTHORS = 5;

/** Looks, and changes nothing but objects that no ref names. @throws HxError `workspace-fork`, `workspace-invalid`, `too-new`, `git-failed` */
export async function planInit(ports: InitPorts, world: InitWorld, answers: InitAnswers): Promise<InitPlan> {
  const blockers: HxError[] = [];
  const base = world.repository.checkout.top ?? world.repository.checkout.gitDirectory;
  const asked = answers.remotes?.map((url) => listable(url, base));
  const remote = chooseRemote(await world.repository.remotes(), asked, base, blockers);
  const listed = asked ?? (remote === null ? [] : [...new Set([remote.fetch, ...remote.push])].map((url) => listable(withoutUser(url), base)));
  for (const url of listed) if (normalizeRemoteUrl(url) === null) blockers.push(new HxError("refused", `'${url}' cannot be listed as a remote of the company: it does not say where it leads`, { hints: ["git remote -v", "hx init --remote <url>"] }));
  const claim = await claimOrNull(ports, world.repository, blockers);
  const reach = remote === null ? { home: null, offline: true } : await readHome(ports, world, answers, remote, blockers);
  const connected = connectedRepo(reach.home, claim, answers.workspace === undefined);
  const wanted = answers.project ?? nameOf(remote, world.repository);
  const project = connected !== null || reach.home === null ? null : projectOrBlocker(world, reach.home, wanted, answers, blockers);
  const found: Found = {
    ...reach,
    remote,
    claim,
    listed,
    embedded: answers.workspace === undefined,
    connected,
    projectName: project?.name ?? wanted,
    project: project?.id ?? null,
  };
  checkMembership(world, found, blockers);
  if (claim !== null) checkClaim(ports, claim, reach.home, found, blockers);
  if (world.throwaway !== null && answers.throwawayOk !== true) blockers.push(throwawayError(world.throwaway));
  const hooks = await Promise.all(world.places.map(async (place) => ({ place: place.name, plan: await place.plan() })));
  return { steps: stepsOf(world, found, hooks), warnings: warningsOf(world, answers, found, hooks), blockers, hooks, found };
}

/** As it stands for everybody who reads the connection file: a relative path would lead elsewhere from each clone, so its absolute one. */
function listable(url: string, base: string): string {
  return normalizeRemoteUrl(url) === null ? (normalizeRemoteUrl(url, base) ?? url) : url;
}

function chooseRemote(remotes: readonly RemoteUrl[], listed: readonly string[] | undefined, base: string, blockers: HxError[]): RemoteUrl | null {
  const fitting = listed === undefined ? remotes : remotes.filter(({ fetch, push }) => [fetch, ...push].every((url) => isListedUrl(url, listed, base)));
  const chosen = fitting.find(({ name }) => name === "origin") ?? fitting[0] ?? null;
  if (remotes.length === 0) blockers.push(new HxError("not-connected", "this repository has no remote, and sessions are kept at the company's", { hints: ["git remote add origin <url>", "hx init"] }));
  else if (chosen === null) blockers.push(new HxError("not-connected", "no remote of this repository is among those to be listed", { hints: ["git remote -v"] }));
  else if (listed === undefined && remotes.length > 1 && chosen.name !== "origin") blockers.push(new HxError("answer-needed", "there are several remotes, and none is 'origin'", { hints: remotes.map(({ fetch }) => `hx init --remote ${withoutUser(fetch)}`) }));
  return chosen;
}

async function claimOrNull(ports: InitPorts, repository: Repository, blockers: HxError[]): Promise<ConnectionClaim | null> {
  try {
    return await readClaim(ports, repository);
  } catch (error) {
    if (!isHxError(error) || error.code !== "not-connected") throw error;
    if (!error.hints.includes("hx init")) blockers.push(error);
    return null;
  }
}

async function readHome(ports: InitPorts, world: InitWorld, answers: InitAnswers, remote: RemoteUrl, blockers: HxError[]): Promise<{ readonly home: Workspace | null; readonly offline: boolean }> {
  const store = answers.workspace === undefined ? world.repository.store : world.homeStore;
  if (store === undefined) throw new HxError("internal", "no store for the chain of another repository");
  try {
    const home = await fetchWorkspace(ports, store, answers.workspace ?? remote.name);
    return { home: home ?? (answers.workspace === undefined ? await readWorkspace(ports, store) : null), offline: false };
  } catch (error) {
    if (!isHxError(error) || error.code !== "remote-failed") throw error;
    if (answers.offlineOk !== true || answers.workspace !== undefined) blockers.push(error);
    return { home: await readWorkspace(ports, store), offline: true };
  }
}

function projectOrBlocker(world: InitWorld, home: Workspace, wanted: string, answers: InitAnswers, blockers: HxError[]): Entry<ProjectId> | null {
  try {
    return projectToConnect(world.projects?.(home.state) ?? [], wanted, answers.project !== undefined);
  } catch (error) {
    if (!isHxError(error)) throw error;
    blockers.push(error);
    return null;
  }
}

function connectedRepo(home: Workspace | null, claim: ConnectionClaim | null, embedded: boolean): Found["connected"] {
  const repo = claim?.connection.repo ?? (embedded ? home?.state.home : undefined);
  return repo === undefined ? null : (home?.state.connections.get(repo) ?? null);
}

/** A second person never founds a second workspace; who is no administrator connects nothing. */
function checkMembership(world: InitWorld, found: Found, blockers: HxError[]): void {
  const { home, connected } = found;
  if (home === null) return;
  const member = world.identity === null ? undefined : home.state.persons.get(world.identity.person);
  if (member === undefined || member.state !== "living") {
    blockers.push(new HxError("not-connected", "there is a workspace already, and this identity is not a member of it", { hints: ["hx identity restore"] }));
    return;
  }
  const device = world.identity === null ? undefined : home.state.devices.get(world.identity.device);
  if (device?.state === "removed") blockers.push(new HxError("refused", "this device was removed from the workspace", { hints: ["hx identity restore"] }));
  if (connected === null && !isAdministrator(home.state, member.id)) blockers.push(new HxError("refused", "only an administrator of the workspace connects a repository", { hints: ["hx status"] }));
}

function checkClaim(ports: InitPorts, claim: ConnectionClaim, home: Workspace | null, found: Found, blockers: HxError[]): void {
  if (found.offline) return;
  const why = home === null ? "the remote has no workspace chain" : contradiction(claim.connection, genesisRepo(ports, claim.connection), home.state);
  if (why === null) return;
  blockers.push(new HxError("not-connected", `there is a '${CONNECTION_PATH}', but it does not belong here: ${why}`, { hints: ["hx doctor", `git rm ${CONNECTION_PATH}`] }));
}

/** @param command that makes keys here all the same */
export function throwawayError(why: string, command = "hx init --throwaway-ok"): HxError {
  return new HxError("refused", `this home will not last (${why}), and keys made in it would be lost with it`, { hints: ["hx device issue --capture-only", command] });
}

function stepsOf(world: InitWorld, found: Found, hooks: InitPlan["hooks"]): readonly InitStep[] {
  const { home, claim, connected, remote } = found;
  const make = (there: boolean): InitStep["action"] => (there ? "keep" : "make");
  const deviceKnown = home === null || world.identity === null || home.state.devices.has(world.identity.device);
  return [
    { what: "identity", action: make(world.identity !== null), text: world.identity === null ? "a new identity, with a recovery phrase that is shown once" : "the identity that is there" },
    { what: "workspace", action: make(home !== null), text: home !== null ? "the workspace that is there" : found.embedded ? "a new workspace, inside this repository" : "a new workspace, in the repository that you named", where: ROOT_REF },
    ...(deviceKnown ? [] : [{ what: "device", action: "make", text: "this device is added to the workspace" } as const]),
    { what: "project", action: make(connected !== null || found.project !== null), text: connected !== null ? "the project that is there" : `the project '${found.projectName}'${found.project === null ? "" : " that is there"}` },
    { what: "connect", action: make(connected !== null), text: `this repository is connected, with its remotes ${found.listed.map((url) => `'${url}'`).join(", ")}` },
    { what: "connection-file", action: make(claim !== null), text: `'${CONNECTION_PATH}', to be committed and reviewed like code`, where: CONNECTION_PATH },
    ...hooks.flatMap(({ plan }) => plan.changes.map((change): InitStep => ({ what: "hooks", action: "change", text: change.what, where: change.where }))),
    { what: "refs", action: "make", text: `sessions go to 'refs/sessions/*' of '${remote?.name ?? ""}', encrypted`, where: "refs/sessions/v1/" },
  ];
}

function warningsOf(world: InitWorld, answers: InitAnswers, found: Found, hooks: InitPlan["hooks"]): readonly InitWarning[] {
  const warnings: InitWarning[] = [];
  const open = found.listed.map((url) => normalizeRemoteUrl(url)).find((place) => PUBLIC_HOSTS.some((host) => place?.startsWith(`${host}/`)));
  if (open !== undefined && open !== null && answers.publicOk !== true) {
    warnings.push({ code: "public-host", text: `if '${open}' is public, everybody gets the encrypted sessions, their number, sizes and days, for ever`, hints: ["hx init --public-ok"] });
  }
  if (world.authors !== null && world.authors < FEW_AUTHORS) {
    warnings.push({ code: "few-authors", text: `with ${world.authors} authors, whoever compares days of lanes and commits can guess whose lane it is`, hints: [] });
  }
  if (found.offline && answers.offlineOk === true) warnings.push({ code: "offline", text: "the remote did not answer: if somebody else made a workspace there, this one has to be made again", hints: ["hx sync"] });
  for (const { plan } of hooks) for (const { where, lines } of plan.byHand) warnings.push({ code: "by-hand", text: `'${where}' is not hx's to write; add: ${lines.join(" ; ")}`, hints: [] });
  return warnings;
}

/** A URL that may go into a file which everybody reads: no user of http, no password. */
function withoutUser(url: string): string {
  return url.replace(/^(https?:\/\/)[^/]*@/i, "$1").replace(/^(ssh:\/\/[^/@:]*):[^/@]*@/i, "$1@");
}

function nameOf(remote: RemoteUrl | null, repository: Repository): string {
  const place = (remote === null ? null : normalizeRemoteUrl(remote.fetch)) ?? repository.checkout.top ?? repository.checkout.commonDirectory;
  return place.split(/[\\/]/).findLast((part) => part !== "") ?? "project";
}
