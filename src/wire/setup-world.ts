import { hasAttributes, removeAttributes, writeAttributes } from "../adapters/git/attributes.ts";
import { gitRepositories } from "../adapters/git/repositories.ts";
import { workTree } from "../adapters/places/work-tree.ts";
import { openIdentity, tryOpenIdentity } from "../app/identity/open.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import { readCard } from "../app/identity/files.ts";
import { saveKeys } from "../app/identity/save-keys.ts";
import { showIdentity } from "../app/identity/show.ts";
import { localChain } from "../app/sync/workspace-chain.ts";
import type { UnlockedIdentity } from "../app/identity/unlocked.ts";
import { actingOf } from "../app/workspace/acting.ts";
import { readClaim } from "../app/workspace/connection.ts";
import { Directory } from "../app/workspace/directory.ts";
import { applyInit, applyUninstall, planUninstall } from "../app/workspace/init.ts";
import { planInit, type InitAnswers, type InitPlan as AppPlan, type InitPorts, type InitWorld } from "../app/workspace/init-plan.ts";
import type { InitOptions, InitPlan, InitReport, PlanLine, SetupWorld, WorldContext } from "../cli/world.ts";
import { encodeCard } from "../format/card.ts";
import type { HookPlace } from "../ports/hooks.ts";
import { findClone, openClone, openLedger, systemClock, type Clone } from "./clone.ts";
import { doctor } from "./doctor.ts";
import { hookPlaces } from "./hooks-world.ts";
import { ensureLane } from "./own-lane.ts";
import { policyBrief } from "./policy-brief.ts";
import { throwawayReason, type Settings } from "./settings.ts";
import { status } from "./status.ts";
import { HOME_KEY } from "./home-key.ts";

export function setupWorld(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>): SetupWorld {
  const { directory } = context;
  return {
    async place() {
      const clone = await findClone(settings, directory).catch(() => null);
      if (clone === null) return { repository: null, connected: false };
      const claim = await readClaim(clone.connectionPorts, clone.repository).catch(() => null);
      return { repository: clone.repository.checkout.top ?? clone.repository.checkout.commonDirectory, connected: claim !== null };
    },
    planInit: async (options) => shownPlan(await plan(settings, directory, await ports(), options), await authorName(settings, directory, options)),
    init: (options) => init(settings, directory, ports, options),
    status: async () => status(settings, directory, await ports()),
    doctor: (options) => doctor(settings, directory, ports, options),
    async planUninstall() {
      const places = await allPlaces(settings, directory);
      const lines = (await planUninstall(places)).flatMap(({ entries }) => entries.map(({ where, event }) => ({ action: "remove", what: `hook '${event}'`, where })));
      return [...lines, ...KEPT];
    },
    async uninstall() {
      const done = await applyUninstall(await allPlaces(settings, directory));
      await (await openClone(settings, directory)).repository.setConfig(HOME_KEY, null);
      return [...done.flatMap(({ plan: { changes } }) => changes.map(({ what, where }) => ({ action: "remove", what, where }))), ...KEPT];
    },
  };
}

const KEPT: readonly PlanLine[] = [
  { action: "keep", what: "every session, here and at the remote", where: "refs/sessions/" },
  { action: "keep", what: "the connection file; remove it like any other file", where: ".hx/connection.yaml" },
  { action: "keep", what: "your identity and its keys" },
];

async function allPlaces(settings: Settings, directory: string): Promise<readonly HookPlace[]> {
  const clone = await openClone(settings, directory);
  const places = [...(await hookPlaces(settings, directory, false)), ...(await hookPlaces(settings, directory, true)).slice(1)];
  return [...places, attributesPlace(clone)];
}

async function worldOf(settings: Settings, clone: Clone, identity: IdentityPorts, options: InitOptions, unlocked: UnlockedIdentity | null): Promise<InitWorld> {
  const shown = await showIdentity(identity);
  const hooks = options.hooks ? await hookPlaces(settings, clone.repository.checkout.top ?? clone.repository.checkout.gitDirectory, options.projectHooks) : [];
  const stores = gitRepositories({ env: settings.env });
  return {
    repository: clone.repository,
    identity: shown?.device === undefined ? null : { person: shown.person, device: shown.device },
    throwaway: throwawayReason(settings),
    authors: null,
    places: [...hooks, attributesPlace(clone)],
    ...(unlocked === null ? {} : { projects: (state) => new Directory(clone.crypto, state, [...unlocked.memberships, ...actingOf(clone.crypto, state, unlocked).memberships]).projects() }),
    ...(options.workspace === undefined ? {} : { homeStore: await stores.bareStore(`${clone.repository.checkout.commonDirectory}/hx/home`, clone.repository.checkout.objectFormat) }),
  };
}

async function plan(settings: Settings, directory: string, identity: IdentityPorts, options: InitOptions): Promise<AppPlan> {
  const clone = await openClone(settings, directory);
  const made = await planInit(initPorts(clone), await worldOf(settings, clone, identity, options, await tryOpenIdentity(identity).catch(() => null)), await answersOf(clone, options));
  const blocker = made.blockers[0];
  if (blocker !== undefined) throw blocker;
  return made;
}

function initPorts(clone: Clone): InitPorts & { crypto: Clone["crypto"] } {
  return { ...clone.connectionPorts, crypto: clone.crypto, clock: systemClock, remote: clone.remote };
}

/** `--remote` takes names as well as URLs. */
async function answersOf(clone: Clone, options: InitOptions): Promise<InitAnswers> {
  const known = await clone.repository.remotes();
  const remotes = options.remotes?.flatMap((wanted) => {
    const remote = known.find(({ name }) => name === wanted);
    return remote === undefined ? [wanted] : [remote.fetch, ...remote.push];
  });
  return {
    ...(options.workspace === undefined ? {} : { workspace: options.workspace }),
    ...(options.project === undefined ? {} : { project: options.project }),
    ...(remotes === undefined ? {} : { remotes: [...new Set(remotes)] }),
    publicOk: options.publicOk,
    throwawayOk: options.throwawayOk,
  };
}

async function init(settings: Settings, directory: string, ports: () => Promise<IdentityPorts>, options: InitOptions): Promise<InitReport> {
  const clone = await openClone(settings, directory);
  const identityPorts = await ports();
  const identity = await openIdentity(identityPorts);
  const found = await readCard(identityPorts);
  const name = await authorName(settings, directory, options);
  const done = await applyInit({ ...initPorts(clone), workTree }, await worldOf(settings, clone, identityPorts, options, identity), await answersOf(clone, options), {
    person: identity.person,
    device: identity.device,
    sign: identity.signSeed,
    card: found === null ? new Uint8Array(0) : encodeCard(found.envelopes),
    name,
  });
  const kept = done.membership === null ? identity : await saveKeys(identityPorts, identity, { memberships: [done.membership] });
  if (options.workspace !== undefined) await clone.repository.setConfig(HOME_KEY, options.workspace);
  const ledger = await openLedger(clone);
  await ensureLane(clone, ledger, kept, await localChain(ledger));
  return {
    ...shownPlan(done.plan, name),
    workspace: done.state.workspace,
    repo: done.repo,
    project: done.plan.found.projectName,
  };
}

function shownPlan({ steps, warnings, found }: AppPlan, name: { name: string; email?: string }): InitPlan {
  const policy = found.home === null ? undefined : policyBrief(found.home.state, found.home.chain.documents, systemClock.now());
  return {
    ...(policy === undefined ? {} : { policy }),
    needsIdentity: steps.some(({ what, action }) => what === "identity" && action === "make"),
    name: name.name,
    email: name.email ?? "",
    project: found.projectName,
    lines: steps.map(({ action, text, where }) => ({ action: action === "make" ? "create" : action, what: text, ...(where === undefined ? {} : { where }) })),
    warnings: warnings.map(({ text }) => text),
  };
}

async function authorName(settings: Settings, directory: string, options: InitOptions): Promise<{ name: string; email: string }> {
  const { repository } = await openClone(settings, directory);
  const name = options.name ?? (await repository.config("user.name"));
  const email = options.email ?? (await repository.config("user.email"));
  return { name: name ?? "", email: email ?? "" };
}

/** `info/attributes` as a place that changes are planned for, made and undone, like those of hooks. */
export function attributesPlace(clone: Clone): HookPlace {
  const { commonDirectory } = clone.repository.checkout;
  const where = `${commonDirectory}/info/attributes`;
  const changes = { changes: [{ where, what: "git gc leaves sealed segments alone" }], byHand: [] };
  const none = { changes: [], byHand: [] };
  return {
    name: "attributes",
    plan: async () => ((await hasAttributes(commonDirectory)) ? none : changes),
    async install() {
      if (await hasAttributes(commonDirectory)) return none;
      await writeAttributes(commonDirectory);
      return changes;
    },
    async remove() {
      if (!(await hasAttributes(commonDirectory))) return none;
      await removeAttributes(commonDirectory);
      return changes;
    },
    state: async () => [{ event: "attributes", state: (await hasAttributes(commonDirectory)) ? "installed" : "absent", where }],
  };
}

