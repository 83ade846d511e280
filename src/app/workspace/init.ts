import { CONNECTION_PATH } from "../../domain/connection.ts";
import type { Connection } from "../../domain/connection.ts";
import { HxError } from "../../domain/errors.ts";
import type { ProjectId, RepoId } from "../../domain/ids.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import type { MembershipSeeds } from "../../format/key-file.ts";
import { ROOT_REF } from "../../format/paths.ts";
import type { SealedName } from "../../format/sealed-name.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { Store } from "../../ports/git.ts";
import type { HookPlace, HookPlan } from "../../ports/hooks.ts";
import type { WorkTree } from "../../ports/work-tree.ts";
import { appendStatements } from "./append.ts";
import { connectRepository, foundWorkspace, newRepository, addDevice } from "./found.ts";
import type { ActingMember } from "./found.ts";
import { projectToConnect } from "./init-project.ts";
import { planInit } from "./init-plan.ts";
import type { InitAnswers, InitPlan, InitPorts, InitWorld } from "./init-plan.ts";
import { copyWorkspace, publish, readWorkspace, syncWorkspace } from "./sync.ts";
import type { Workspace } from "./sync.ts";

export interface ApplyPorts extends InitPorts {
  readonly crypto: Crypto;
  readonly workTree: WorkTree;
}

/** Who acts, unlocked. By now there is an identity. */
export interface InitMember extends ActingMember {
  readonly name: SealedName;
  /** For a device that the workspace does not know: its envelope, signed by the person, and the person key wrapped to it. */
  readonly newDevice?: { readonly envelope: Uint8Array; readonly box: Uint8Array };
}

export interface InitDone {
  readonly plan: InitPlan;
  readonly state: WorkspaceState;
  readonly repo: RepoId;
  readonly projects: readonly ProjectId[];
  /** Seeds of a membership key that was made: to be kept in the key file. Null where the workspace was there. */
  readonly membership: MembershipSeeds | null;
  /** Whether the connection file was written, and waits to be committed. */
  readonly fileWritten: boolean;
}

/**
 * Does what a plan says, in an order in which a crash leaves nothing half true: chain, connection file, hooks.
 * What is there already is kept, so it can be run again.
 * @throws HxError the first blocker of the plan; `remote-failed`, `busy`, `workspace-fork`, `io-failed`
 */
export async function applyInit(ports: ApplyPorts, world: InitWorld, answers: InitAnswers, member: InitMember): Promise<InitDone> {
  const plan = await planInit(ports, { ...world, identity: { person: member.person, device: member.device } }, answers);
  const blocker = plan.blockers[0];
  if (blocker !== undefined) throw blocker;
  const chained = await bringChain(ports, world, answers, member, plan);
  const fileWritten = plan.found.claim === null;
  if (fileWritten) await writeConnection(ports, world, plan, chained);
  for (const place of world.places) await place.install();
  return { plan, ...chained, fileWritten };
}

interface Chained {
  readonly state: WorkspaceState;
  readonly repo: RepoId;
  readonly genesis: Uint8Array;
  readonly projects: readonly ProjectId[];
  readonly membership: MembershipSeeds | null;
}

async function bringChain(ports: ApplyPorts, world: InitWorld, answers: InitAnswers, member: InitMember, plan: InitPlan): Promise<Chained> {
  const made = plan.found.connected === null ? newRepository(ports.crypto, member.sign) : { repo: plan.found.connected.repo, genesis: plan.found.connected.genesis };
  let membership: MembershipSeeds | null = null;
  const speak = (state: WorkspaceState | null): readonly Uint8Array[] => {
    if (state !== null) return missing(ports.crypto, state, member, made, plan, (at) => projectToConnect(world.projects?.(at) ?? [], answers.project ?? plan.found.projectName, answers.project !== undefined)?.id ?? null);
    const home = plan.found.embedded ? made.repo : newRepository(ports.crypto, member.sign).repo;
    const founded = foundWorkspace(ports.crypto, member, { founder: member.name, projectName: plan.found.projectName, repo: made.repo, repoGenesis: made.genesis, home });
    membership = founded.membership;
    return founded.statements;
  };
  const copy = plan.found.embedded ? null : await readWorkspace(ports, world.repository.store);
  const said = await sayAtHome(ports, world, answers, plan, speak);
  if (!plan.found.embedded) await copyWorkspace(ports, copy, said, world.repository.store);
  const projects = said.state.connections.get(made.repo)?.projects ?? [];
  return { state: said.state, ...made, projects, membership };
}

/** What a workspace that is there lacks: this device, this repository. Somebody may have founded it since the plan was made. */
function missing(crypto: Crypto, state: WorkspaceState, member: InitMember, made: { readonly repo: RepoId; readonly genesis: Uint8Array }, plan: InitPlan, projectIn: (state: WorkspaceState) => ProjectId | null): readonly Uint8Array[] {
  if (plan.found.home === null && !state.persons.has(member.person)) throw new HxError("not-connected", "somebody else made a workspace here just now", { hints: ["hx identity restore"] });
  let at = state;
  const statements: Uint8Array[] = [];
  if (!at.devices.has(member.device)) {
    if (member.newDevice === undefined) throw new HxError("no-key", "this device is not in the workspace yet, and adding it needs the recovery phrase", { hints: ["hx identity restore"] });
    const added = addDevice(crypto, member, at, member.newDevice);
    statements.push(...added.statements);
    at = added.state;
  }
  if (at.connections.has(made.repo)) return statements;
  return [...statements, ...connectRepository(crypto, member, at, { repo: made.repo, repoGenesis: made.genesis, project: projectIn(at) ?? { name: plan.found.projectName } }).statements];
}

async function sayAtHome(ports: ApplyPorts, world: InitWorld, answers: InitAnswers, plan: InitPlan, speak: (state: WorkspaceState | null) => readonly Uint8Array[]): Promise<Workspace> {
  const { remote, offline } = plan.found;
  const store = answers.workspace === undefined ? world.repository.store : world.homeStore;
  if (store === undefined || remote === null) throw new HxError("internal", "a plan without a place for the chain");
  if (offline) return await sayHere(ports, store, speak);
  // A chain that was begun here while the remote was away goes there first.
  if (plan.found.embedded) await syncWorkspace(ports, store, remote.name);
  return await publish(ports, store, answers.workspace ?? remote.name, speak);
}

/** Without the remote: the chain begins or grows here, and the next sync brings it there. */
async function sayHere(ports: ApplyPorts, store: Store, speak: (state: WorkspaceState | null) => readonly Uint8Array[]): Promise<Workspace> {
  const here = await readWorkspace(ports, store);
  const statements = speak(here?.state ?? null);
  if (statements.length > 0 && (await appendStatements(store, ROOT_REF, here?.chain ?? null, statements, ports.clock.now())) === null) {
    throw new HxError("busy", "somebody else writes the workspace chain", { hints: ["hx init"] });
  }
  const after = await readWorkspace(ports, store);
  if (after === null) throw new HxError("internal", "a workspace chain that was written and is not there");
  return after;
}

async function writeConnection(ports: ApplyPorts, world: InitWorld, plan: InitPlan, chained: Chained): Promise<void> {
  const { top } = world.repository.checkout;
  const project = chained.projects[0];
  if (top === null) throw new HxError("not-connected", "a bare repository has no working tree for the connection file", { hints: ["git worktree add <directory>"] });
  if (project === undefined) throw new HxError("internal", "a connected repository without a project");
  const connection: Connection = {
    workspace: chained.state.workspace,
    repo: chained.repo,
    genesis: chained.genesis,
    paths: new Map([[".", project]]),
    remotes: plan.found.listed,
    policy: 0,
    unknown: {},
  };
  await ports.workTree.write(top, CONNECTION_PATH, ports.file.print(connection));
}

/** What `uninstall` would take away. Sessions, refs, keys and the connection file stay. */
export async function planUninstall(places: readonly HookPlace[]): Promise<readonly { readonly place: string; readonly entries: Awaited<ReturnType<HookPlace["state"]>> }[]> {
  return await Promise.all(places.map(async (place) => ({ place: place.name, entries: (await place.state()).filter(({ state }) => state !== "absent") })));
}

/** Takes hooks and attributes away. Never a ref, an object or a key. */
export async function applyUninstall(places: readonly HookPlace[]): Promise<readonly { readonly place: string; readonly plan: HookPlan }[]> {
  const done: { place: string; plan: HookPlan }[] = [];
  for (const place of places) done.push({ place: place.name, plan: await place.remove() });
  return done;
}
