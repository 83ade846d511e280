import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasAttributes } from "../adapters/git/attributes.ts";
import { gitRepositories } from "../adapters/git/repositories.ts";
import { check, fail, ok, warn, type Finding } from "../app/doctor/check.ts";
import { clockFinding } from "../app/doctor/clock.ts";
import { identityChecks } from "../app/doctor/identity.ts";
import { ownLaneFinding, trustFinding } from "../app/doctor/lane.ts";
import { remoteChecks } from "../app/doctor/remote.ts";
import { stageFinding } from "../app/doctor/stage.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import { readOwnLane } from "../app/lane/own-lane-key.ts";
import type { Ledger, OwnLane } from "../app/ledger.ts";
import { CLOCK_FILE } from "../app/sharing/newest-time.ts";
import { localChain } from "../app/sync/workspace-chain.ts";
import type { Check } from "../cli/world.ts";
import { CONNECTION_PATH } from "../domain/connection.ts";
import { connected, findClone, lanePorts, openLedger, systemClock, type Clone, type Connected } from "./clone.ts";
import { agentChecks } from "./doctor-agents.ts";
import { hookChecks } from "./doctor-hooks.ts";
import { configuredRefspecs, directoryFinding, diskFinding, gitFinding, lockFinding, nodeFinding, pathFinding } from "./doctor-machine.ts";
import type { Settings } from "./settings.ts";

/** How long a remote may take for one request, ms. */
const REMOTE_MS = 30_000;

/** All checks, in the order in which they are shown. Never throws: what a check throws is its failure. */
export async function* doctor(settings: Settings, directory: string, ports: () => Promise<IdentityPorts>, options: { readonly offline: boolean }): AsyncIterable<Check> {
  yield* guarded("machine", machine(settings));
  yield* guarded("identity", identity(settings, ports));
  yield* guarded("repository", repository(settings, directory, options.offline));
}

/** What goes wrong between the checks of a group is a failure too, and the next group goes on. */
async function* guarded(group: string, checks: AsyncGenerator<Check>): AsyncGenerator<Check> {
  try {
    yield* checks;
  } catch (error) {
    yield { name: group, ...fail(`the checks stopped here: ${error instanceof Error ? error.message : String(error)}`) };
  }
}

async function* machine(settings: Settings): AsyncGenerator<Check> {
  yield check("node", () => nodeFinding(process.versions.node));
  yield check("git", () => gitFinding(settings));
  yield check("hx on the PATH", () => pathFinding(settings, process.argv[1]));
}

async function* identity(settings: Settings, ports: () => Promise<IdentityPorts>): AsyncGenerator<Check> {
  yield* identityChecks(await ports(), { text: settings.unlockPlace, onDisk: settings.unlockPlace.includes("on disk") });
  yield check("directory of keys", () => directoryFinding(settings.configDirectory));
}

async function* repository(settings: Settings, directory: string, offline: boolean): AsyncGenerator<Check> {
  let clone: Clone | null = null;
  yield check("repository", async () => {
    clone = await findClone(settings, directory);
    if (clone === null) return fail(`'${directory}' is not in a git repository`, "git init");
    return ok(clone.repository.checkout.top ?? clone.repository.checkout.gitDirectory);
  });
  if (clone === null) return;
  yield* aboutClone(settings, directory, clone, offline);
}

async function* aboutClone(settings: Settings, directory: string, clone: Clone, offline: boolean): AsyncGenerator<Check> {
  const { commonDirectory } = clone.repository.checkout;
  yield check("disk space", () => diskFinding(commonDirectory));
  yield check("refspecs", () => configuredRefspecs(clone));
  let ledger: Ledger | null = null;
  let state: Connected | null = null;
  yield check("connection", async () => {
    ledger = await openLedger(clone);
    state = await connected(clone, ledger);
    return connectionFinding(state);
  }, "hx init");
  yield check("locks", () => lockFinding(clone, ledger, systemClock.now()));
  const lane = ledger === null ? null : yield* aboutLedger(clone, ledger);
  yield* hookChecks(settings, clone, directory);
  if (ledger === null || state === null) return;
  yield* agentChecks(settings, clone, ledger, state, lane);
  yield* aboutRemotes(settings, clone, ledger, state, lane, offline);
}

function connectionFinding({ effective }: Connected): Finding {
  const names = effective.listedRemotes.map(({ name }) => name).join(", ");
  const left = effective.remotes.filter(({ listed }) => !listed).map(({ name, reason }) => `'${name}' is not listed: ${reason ?? ""}`);
  const said = [`both sides signed; sessions go to ${names}`, ...left].join("; ");
  if (effective.source === "default branch") return ok(said);
  return warn(`${said}; '${CONNECTION_PATH}' is not on the default branch of a listed remote yet`, `git add ${CONNECTION_PATH} && git commit -m "connect to hx" && git push`);
}

async function* aboutLedger(clone: Clone, ledger: Ledger): AsyncGenerator<Check, (OwnLane & { readonly day: number }) | null> {
  const { commonDirectory } = clone.repository.checkout;
  yield check("workspace chain", async () => {
    const { state } = await localChain(ledger);
    return ok(`every statement up to ${state.head.n} verifies: ${state.persons.size} ${state.persons.size === 1 ? "person" : "people"}, ${state.devices.size} device${state.devices.size === 1 ? "" : "s"}`);
  }, "hx sync");
  let lane: (OwnLane & { readonly day: number }) | null = null;
  yield check("lane", async () => {
    lane = await readOwnLane(lanePorts(clone, ledger), { workspace: ledger.workspace, repo: ledger.repo, clone: commonDirectory });
    return ownLaneFinding(ledger, lane, await localChain(ledger));
  }, "hx verify");
  yield check("trust state", () => trustFinding(ledger), "hx verify");
  yield check("directory of trust state", () => directoryFinding(clone.settings.stateDirectory));
  yield check("stage", () => stageFinding(ledger.stage), `git --git-dir='${ledger.stage.directory}' fsck`);
  yield check("clock", async () => clockFinding(ledger, await localChain(ledger), join(clone.settings.stateDirectory, "repos", ledger.repo, CLOCK_FILE)));
  yield check("git gc", async () => {
    if (await hasAttributes(commonDirectory)) return ok("it leaves sealed segments alone");
    return warn("it will look for deltas between sealed segments, for long and in vain", `printf '# hx: begin\\n/s/*/*/[0-9]* -delta\\n# hx: end\\n' >> '${join(commonDirectory, "info", "attributes")}'`);
  });
  return lane;
}

async function* aboutRemotes(settings: Settings, clone: Clone, ledger: Ledger, { effective }: Connected, lane: OwnLane | null, offline: boolean): AsyncGenerator<Check> {
  for (const { name } of effective.listedRemotes) {
    if (offline) {
      yield { name: `remote '${name}'`, ...warn("not asked: --offline", "hx doctor") };
      continue;
    }
    const root = await mkdtemp(join(tmpdir(), "hx-doctor-"));
    const stores = gitRepositories({ env: settings.env });
    const { objectFormat } = clone.repository.checkout;
    const from = await stores.bareStore(join(root, "from"), objectFormat);
    const into = await stores.bareStore(join(root, "into"), objectFormat);
    try {
      const probe = { crypto: clone.crypto, remote: clone.remote, from, into, options: { timeoutMs: REMOTE_MS }, nowMs: systemClock.now() };
      yield* remoteChecks(probe, name, ledger, lane);
    } finally {
      await Promise.all([from.close(), into.close()]);
      await rm(root, { recursive: true, force: true });
    }
  }
}
