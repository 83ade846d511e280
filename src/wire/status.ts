import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { tryOpenIdentity } from "../app/identity/open.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import { showIdentity } from "../app/identity/show.ts";
import { isStale } from "../app/lane/own-lane-key.ts";
import { REISSUE, REISSUE_COMMAND } from "../app/lane/reissue.ts";
import { LaneTrusts } from "../app/lane/trust.ts";
import type { Ledger, OwnLane } from "../app/ledger.ts";
import { unseenPolicy } from "../app/policy/seen.ts";
import { lanesHere } from "../app/status/lanes-here.ts";
import { newestFailure } from "../app/status/hook-failures.ts";
import { waitingFor } from "../app/status/waiting.ts";
import { withheldLanes } from "../app/status/claims.ts";
import { readPushed } from "../app/sync/pushed.ts";
import { nameKeys, projectName } from "../app/workspace/member.ts";
import type { Status, Warning } from "../cli/world.ts";
import { CONNECTION_PATH } from "../domain/connection.ts";
import { isHxError } from "../domain/errors.ts";
import type { PersonId } from "../domain/ids.ts";
import { dayOf, dayText } from "../domain/policy/day.ts";
import { comingPolicy, policyInForce } from "../domain/policy/in-force.ts";
import type { PolicyVersion } from "../domain/policy/version.ts";
import { laneWait, type LaneWait } from "../domain/workspace/standing.ts";
import { livingPersons, type WorkspaceState } from "../domain/workspace/state.ts";
import { keysRef } from "../format/paths.ts";
import { hookLogFile } from "../hooks/log.ts";
import type { HookEntry } from "../ports/hooks.ts";
import { AGENTS, isSeenHere, programOf } from "./agents.ts";
import { connected, laneHere, openClone, openLedger, systemClock, type Clone, type Connected } from "./clone.ts";
import { agentEntries, countInstalled, hookPlaces } from "./hooks-world.ts";
import { keptOutHere } from "./keeping-world.ts";
import { summaryOf } from "./identity-summary.ts";
import { sharingWarnings } from "./request-notices.ts";
import type { Settings } from "./settings.ts";
import { noticesFor } from "./team-duties.ts";
import { missedAdministrators } from "./succession.ts";

/** Everything in one screen. No network, no passphrase. @throws HxError `not-a-repository` */
export async function status(settings: Settings, directory: string, ports: IdentityPorts): Promise<Status> {
  const clone = await openClone(settings, directory);
  const { top } = clone.repository.checkout;
  const around = await surroundings(settings, directory, top === null ? [] : [top]);
  const repository = top ?? clone.repository.checkout.gitDirectory;
  const identity = await identityPart(settings, ports);
  const here = await connectedPart(clone, ports).catch((error: unknown) => {
    if (!isHxError(error)) throw error;
    return { connected: false, reason: error.message, warnings: error.hints.slice(0, 1).map((fix) => ({ message: "nothing is kept of what runs here", fix })) };
  });
  return {
    repository,
    ...identity.part,
    ...here,
    hooks: around.hooks,
    agents: around.agents,
    warnings: [...here.warnings, ...identity.warnings, ...(here.connected ? around.warnings : [])],
  };
}

/** Nothing where no policy was ever published. */
function policySummary(state: WorkspaceState): Pick<Status, "policy"> {
  const day = dayOf(systemClock.now());
  const turn = (version: PolicyVersion) => ({ version: version.version, effective: dayText(version.effective) });
  const [inForce, coming] = [policyInForce(state, day), comingPolicy(state, day)];
  if (inForce === null && coming === null) return {};
  return { policy: { ...(inForce === null ? {} : { inForce: turn(inForce) }), ...(coming === null ? {} : { coming: turn(coming) }) } };
}

type ConnectedPart = Pick<Status, "paused" | "excluded" | "connected" | "reason" | "workspace" | "project" | "policy" | "sessions" | "lanes" | "warnings">;

async function connectedPart(clone: Clone, ports: IdentityPorts): Promise<ConnectedPart> {
  const ledger = await openLedger(clone);
  const state = await connected(clone, ledger);
  const warnings: Warning[] = [];
  const own = await orWarn(warnings, null, () => laneHere(clone, ledger));
  const remotes = state.effective.listedRemotes.map(({ name }) => name);
  const waiting = await orWarn(warnings, { sessions: 0, bytes: 0 }, () => waitingFor(ledger, own, remotes[0] ?? null));
  const pushes = (await Promise.all(remotes.map((name) => readPushed(ledger, name)))).flatMap((pushed) => (pushed === null ? [] : [pushed.at]));
  const lastPush = pushes.length === 0 ? undefined : Math.max(...pushes);
  const lastCapture = await newestCapture(clone, ledger);
  const lanes = await orWarn(warnings, { mine: 0, others: 0, kept: 0 }, () => lanesHere(ledger, state.chain.state));
  const verifiedAt = await newestTrust(clone, ledger);
  const out: Pick<Status, "paused" | "excluded"> = await orWarn(warnings, {}, () => keptOutHere(ledger));
  return {
    connected: true,
    workspace: { id: ledger.workspace, head: state.chain.state.head.n, people: livingPersons(state.chain.state).length },
    project: await projectShown(clone, ports, state),
    ...policySummary(state.chain.state),
    sessions: {
      kept: lanes.kept,
      staged: waiting.sessions,
      unpushedBytes: waiting.bytes,
      ...(lastCapture === undefined ? {} : { lastCapture }),
      ...(lastPush === undefined ? {} : { lastPush }),
    },
    ...out,
    lanes: { mine: lanes.mine, others: lanes.others, ...(verifiedAt === undefined ? {} : { verifiedAt }) },
    warnings: [
      ...(await orWarn(warnings, [], () => policyWarnings(ledger, own, state))),
      ...(out.paused === undefined ? [] : [{ message: "capture is paused in this clone: what runs now stays out of the record", fix: "hx pause --end" }]),
      ...(await orWarn(warnings, [], () => laneWarnings(ledger, own, state))),
      ...(await orWarn(warnings, [], async () => dutyWarnings(state.chain.state, (await showIdentity(ports))?.person))),
      ...(await orWarn(warnings, [], () => sharingWarnings(clone, ledger, state.chain.state, ports))),
      ...(waiting.sessions === 0 || (own !== null && laneWait(state.chain.state, own) !== null) ? [] : [{ message: waiting.sessions === 1 ? "1 captured session waits for a push" : `${waiting.sessions} captured sessions wait for a push`, fix: "hx sync" }]),
      ...(await pushWarnings(clone, lastPush ?? 0)),
      ...(await trustWarnings(ledger)),
      ...sourceWarnings(state),
      ...(await orWarn(warnings, [], () => noticesFor(clone.crypto, state.chain.state, ports))),
      ...warnings,
    ],
  };
}

/** What is damaged is told, and the rest of the screen is shown. */
async function orWarn<Value>(warnings: Warning[], absent: Value, look: () => Promise<Value>): Promise<Value> {
  try {
    return await look();
  } catch (error) {
    if (!isHxError(error)) throw error;
    warnings.push({ message: error.message, fix: error.hints[0] ?? "hx doctor" });
    return absent;
  }
}

/** Names of the projects where the membership key is open, else their ids. */
async function projectShown(clone: Clone, ports: IdentityPorts, { chain, effective }: Connected): Promise<string> {
  const identity = await tryOpenIdentity(ports).catch(() => null);
  const names = nameKeys(clone.crypto, chain.state, identity?.memberships ?? []);
  const projects = [...new Set([...effective.connection.paths.values()].flatMap((project) => (project === null ? [] : [project])))];
  return projects.map((project) => projectName(clone.crypto, chain.state, names, project) ?? project).join(", ");
}

async function laneWarnings(ledger: Ledger, own: (OwnLane & { readonly day: number }) | null, { chain }: Connected): Promise<readonly Warning[]> {
  if (own === null) return [{ message: "this clone has no lane yet, so hooks capture nothing: unlock your identity once", fix: "hx identity unlock && hx sync" }];
  const waits = laneWait(chain.state, own);
  if (waits !== null) return [waitWarning(waits)];
  const stale = own.carried !== true && isStale(own, systemClock.now());
  const { store } = ledger.repository;
  const trust = await new LaneTrusts(ledger.trust).read(own.id);
  const keysGone = trust?.keys !== undefined && (await store.read(keysRef(own.id))) === null;
  return [
    ...(stale ? [{ message: "the lane of this clone is due for a fresh one: its quarter is over", fix: "hx identity unlock && hx sync" }] : []),
    ...(keysGone ? [{ message: "the keys ref of this clone's lane is gone: without it nobody opens its sessions", fix: "hx sync" }] : []),
  ];
}

/** Why nothing is captured, where the policy is why. */
async function policyWarnings(ledger: Ledger, own: OwnLane | null, { chain }: Connected): Promise<readonly Warning[]> {
  const unseen = own === null || own.carried === true ? null : await unseenPolicy(ledger, chain.state, own.person, systemClock.now());
  return unseen === null ? [] : [{ message: `nothing is captured until version ${unseen.version} of the policy was shown to you`, fix: "hx policy show" }];
}

/** What the workspace waits for from this person. */
function dutyWarnings(state: WorkspaceState, id: PersonId | undefined): readonly Warning[] {
  const person = id === undefined ? undefined : state.persons.get(id);
  if (person === undefined || person.state !== "living") return [];
  const missed = missedAdministrators(state, person.id);
  return [
    ...(person.keyDue ? [{ message: "a device of yours was removed, and your next person key is due: nobody seals anything of a team to you until then", fix: "hx identity unlock && hx sync" }] : []),
    ...(missed.length === 0 ? [] : [{ message: `your succession does not reach ${missed.length === 1 ? "an administrator" : `${missed.length} administrators`}: sign it again`, fix: "hx identity succession" }]),
  ];
}

function waitWarning(waits: LaneWait): Warning {
  const unlock = "hx identity unlock && hx sync";
  switch (waits) {
    case "admission":
      return { message: "an administrator must admit you: until then what you capture waits here", fix: "hx member add --pending" };
    case "certificate":
      return { message: "you were admitted, and what you captured waits for you to unlock your identity once", fix: unlock };
    case "renewal":
      return { message: "somebody was removed from the workspace, and nothing more of yours is pushed until your lane is certified anew: unlock your identity once", fix: unlock };
    case "reissue":
      return { message: REISSUE, fix: REISSUE_COMMAND };
    case "removed":
      return { message: "you are no member of this workspace any more: what you capture stays here" };
  }
}

async function pushWarnings({ settings }: Clone, lastPush: number): Promise<readonly Warning[]> {
  const log = await readFile(hookLogFile(settings.stateDirectory), "latin1").catch(() => "");
  // That the policy waits to be shown is told by itself, and is no failure of the push.
  const failures = log.split("\n").filter((line) => !line.endsWith(" policy-unseen")).join("\n");
  const failed = newestFailure(failures, ["pre-push"], lastPush);
  if (failed === null) return [];
  return [{ message: `the push hook failed at ${new Date(failed.at).toISOString().slice(0, 16).replace("T", " ")} UTC ('${failed.code}', in some repository of yours)`, fix: "hx sync" }];
}

async function trustWarnings(ledger: Ledger): Promise<readonly Warning[]> {
  const withheld = await withheldLanes(ledger).catch(() => []);
  return withheld.map((lane) => ({ message: `lane '${lane}' is withheld: others have seen more of it than any remote showed`, fix: "hx verify" }));
}

function sourceWarnings({ effective }: Connected): readonly Warning[] {
  if (effective.source === "default branch") return [];
  return [{ message: `'${CONNECTION_PATH}' is not on the default branch of a listed remote yet: other clones do not know of the connection`, fix: `git add ${CONNECTION_PATH} && git commit -m "connect to hx" && git push` }];
}

async function identityPart(settings: Settings, ports: IdentityPorts): Promise<{ part: Pick<Status, "identity">; warnings: readonly Warning[] }> {
  try {
    if ((await showIdentity(ports)) === null) return { part: {}, warnings: [{ message: "there is no identity on this machine", fix: "hx identity new" }] };
    return { part: { identity: await summaryOf(settings, ports) }, warnings: [] };
  } catch (error) {
    if (!isHxError(error)) throw error;
    return { part: {}, warnings: [{ message: error.message, ...(error.hints[0] === undefined ? {} : { fix: error.hints[0] }) }] };
  }
}

async function surroundings(settings: Settings, directory: string, checkouts: readonly string[]): Promise<Pick<Status, "hooks" | "agents" | "warnings">> {
  const [git] = await hookPlaces(settings, directory, false);
  const found = [...(git === undefined ? [] : [{ name: git.name, entries: await git.state() }]), ...[...(await agentEntries(settings, directory))].map(([name, entries]) => ({ name, entries }))];
  const agents: Status["agents"][number][] = [];
  for (const agent of AGENTS) {
    const entries = found.find(({ name }) => name === agent.name)?.entries ?? [];
    agents.push({ name: agent.name, present: await isSeenHere(settings, agent, checkouts), hooked: countInstalled(entries) > 0 });
  }
  const shown = found.filter(({ name }) => name === "git" || agents.some((agent) => agent.name === name && agent.present));
  return {
    hooks: shown.map(({ name, entries }) => ({ place: name, installed: countInstalled(entries), expected: entries.length })),
    agents,
    warnings: shown.flatMap(({ name, entries }) => hookWarnings(name, entries)),
  };
}

function hookWarnings(place: string, entries: readonly HookEntry[]): readonly Warning[] {
  const silent = entries.find(({ state }) => state === "untrusted" || state === "unknown");
  if (silent !== undefined) return [{ message: silent.note ?? `whether ${place} runs the hooks of hx cannot be told`, fix: programOf(place) }];
  const missing = entries.filter(({ state }) => state === "absent" || state === "changed");
  if (missing.length === 0) return [];
  return [{ message: `${place} lacks ${missing.length === 1 ? "the hook" : "hooks"} ${missing.map(({ event, state }) => (state === "changed" ? `'${event}' (changed)` : `'${event}'`)).join(", ")}`, fix: `hx hooks install ${place === "git" ? "--place" : "--agent"} ${place}` }];
}

/** When the newest session's work file was written, ms since 1970. */
async function newestCapture(clone: Clone, ledger: Ledger): Promise<number | undefined> {
  return newest(join(clone.repository.checkout.commonDirectory, "hx", "sessions"), await ledger.work.list("sessions"));
}

/** When a lane was verified here last, ms since 1970. */
export async function newestTrust(clone: Clone, ledger: Ledger): Promise<number | undefined> {
  return newest(join(clone.settings.stateDirectory, "repos", ledger.repo, "lane"), await ledger.trust.list("lane"));
}

async function newest(directory: string, names: readonly string[]): Promise<number | undefined> {
  const times = await Promise.all(names.map((name) => stat(join(directory, name)).then(({ mtimeMs }) => Math.floor(mtimeMs), () => 0)));
  const last = Math.max(0, ...times);
  return last === 0 ? undefined : last;
}
