import { erasureAdditions, stopCapture, type Erasing } from "../app/erase/erase-session.ts";
import { ownRecords, recordNamed, type OwnRecord, type OwnRecords } from "../app/erase/own-records.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import type { WritableLedger } from "../app/ledger.ts";
import { dueError, publish } from "../app/publish/publish.ts";
import { AS_THEY_ARE, laneSource } from "../app/read/lane-source.ts";
import { Catalog } from "../app/sessions/catalog.ts";
import { shortApproval } from "../app/sharing/choose-own.ts";
import { personRecipient } from "../app/sharing/recipients.ts";
import { revoke, type Revoking } from "../app/sharing/revoke.ts";
import { called } from "../app/workspace/directory.ts";
import type { EraseOptions, ErasePlan, ErasePlanSession, EraseReport, RetentionReport, RetentionRow } from "../cli/world-rights.ts";
import type { WorldContext } from "../cli/world.ts";
import { HxError } from "../domain/errors.ts";
import type { SessionId } from "../domain/ids.ts";
import { dayOf } from "../domain/policy/day.ts";
import { dueOf, type Keeping, type keepingOf } from "../domain/policy/retention.ts";
import { standing } from "../domain/sharing/sharing.ts";
import type { StatementHash } from "../domain/sharing/statement.ts";
import { laneWait } from "../domain/workspace/standing.ts";
import { olderLanes, sayWithDuties } from "./duties.ts";
import type { Settings } from "./settings.ts";
import { openSharing, speakingLane, type SharingClone } from "./sharing-clone.ts";

const WAIT_MS = 20_000;

/** What holds in a repository on a day: `keepingOf`. */
export type KeepingRule = typeof keepingOf;

/** `hx retention`. */
export async function retentionHere(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>, rule: KeepingRule): Promise<RetentionReport> {
  const here = await openSharing(settings, context, ports, "none");
  const keeping = keepingHere(here, rule);
  const { records, closed } = await recordsOf(here);
  return { keeping, sessions: records.map((record) => rowOf(record, keeping, here.now)), closed: closed.filter(({ state }) => state !== "erased").length };
}

/**
 * `hx erase`. Nothing of what goes is published on the way: it is taken out of the stage first, then its keys out of the keys ref, with what was
 * approved of it, in one push.
 */
export async function eraseHere(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>, rule: KeepingRule, options: EraseOptions, confirm: (plan: ErasePlan) => Promise<boolean>): Promise<EraseReport> {
  const here = await openSharing(settings, context, ports, "fetch");
  const ledger = speakingLane(here);
  const { state } = here.state.chain;
  const waits = laneWait(state, ledger.lane);
  if (waits === "certificate" || waits === "renewal" || waits === "reissue") throw dueError(ledger.lane.id, waits);
  if (waits !== null) throw new HxError("not-connected", "you are not a member of the workspace", { hints: ["hx status"] });
  const keeping = keepingHere(here, rule);
  const chosen = choose(await recordsOf(here), options, keeping, here.now);
  const written = new Map([ledger, ...(await olderLanes(here))].map((one) => [one.lane.id, one]));
  const sessions = chosen.map((record) => planned(record, rowOf(record, keeping, here.now), (lane) => written.has(lane)));
  const erased = new Set<SessionId>(chosen.flatMap(({ kept }) => kept.flatMap(({ session, source }) => (source === null || written.has(source.lane) ? [session] : []))));
  const revoking = approvalsOf(here, erased);
  const plan: ErasePlan = { sessions, approvals: revoking.map(({ given }) => ({ id: shortApproval(given.first.hash), team: called(here.acting.directory.team(given.first.said.team)) })) };
  if (chosen.length === 0) return { ...plan, revocations: [], removed: 0, pushed: true };
  if (erased.size === 0) throw new HxError("refused", "all of it lies in lanes that another clone or device of yours writes: only that one can erase it", { data: { sessions: chosen.length } });
  if (!(await confirm(plan))) throw new HxError("interrupted", "nothing was erased");
  for (const record of chosen.filter(({ kept }) => kept.some(({ session }) => erased.has(session)))) await stopCapture(ledger, record, WAIT_MS);
  await forgetNoted(here, chosen);
  // What is staged of other sessions goes into the lane now, so that the keys are looked at as they will be.
  await publish(ledger, { state, waitMs: WAIT_MS });
  return { ...plan, ...(await say(here, ledger, chosen, revoking, context.signal)) };
}

/** What this clone noted of them holds their keys. */
async function forgetNoted({ ledger, acting }: SharingClone, chosen: readonly OwnRecord[]): Promise<void> {
  const catalog = new Catalog(ledger, { person: acting.person, keys: acting.personKeys });
  for (const { session, source } of chosen.flatMap(({ kept }) => kept)) if (source !== null) await catalog.forget(source, session);
  await catalog.save();
}

async function say(here: SharingClone, ledger: WritableLedger, chosen: readonly OwnRecord[], revoking: readonly Revoking[], signal: AbortSignal): Promise<Omit<EraseReport, keyof ErasePlan>> {
  const { state } = here.state.chain;
  const to = personRecipient(state, here.acting.person).key;
  let removed = 0;
  const inLane = async (one: WritableLedger): ReturnType<typeof erasureAdditions> => {
    const source = await laneSource(one, AS_THEY_ARE, one.lane.id);
    const names = chosen.flatMap(({ name, kept }) => kept.flatMap((its) => (its.source?.lane === one.lane.id ? [{ session: its.session, name }] : [])));
    const erasing = source === null ? [] : names.map((its): Erasing => ({ ...its, source }));
    const additions = await erasureAdditions(one, here.identity, to, erasing);
    removed += additions.removed.length;
    return additions;
  };
  const own = await inLane(ledger);
  const taken = revoke(ledger, here.acting, state, revoking);
  const gone = new Map<StatementHash, ReadonlySet<SessionId>>(revoking.map(({ given, sessions = [] }) => [given.first.hash, new Set(sessions)]));
  const { spoken, duties } = await sayWithDuties(here, [own, { items: taken.items, wraps: new Map(), removed: [] }], signal, gone, inLane);
  if (spoken !== null && spoken.kind !== "acknowledged" && !spoken.published) throw new HxError("remote-failed", `nothing was erased at the remote: ${spoken.reason}`, { hints: [`hx erase ${chosen.map(({ session }) => session).join(" ")}`] });
  const pushed = spoken === null || spoken.kind === "acknowledged";
  return { revocations: taken.revocations, removed: removed + duties.removed, pushed, ...(pushed ? {} : { reason: spoken.reason }) };
}

function keepingHere({ state, now }: SharingClone, rule: KeepingRule): Keeping {
  return rule(state.chain.state, state.effective.connection, dayOf(now));
}

async function recordsOf({ ledger, acting, mine }: SharingClone): Promise<OwnRecords> {
  return ownRecords(ledger, { person: acting.person, keys: acting.personKeys }, await mine());
}

function rowOf({ session, facts }: OwnRecord, { retention }: Keeping, now: number): RetentionRow {
  return { id: session, agent: facts.agent, ...(facts.title === undefined ? {} : { title: facts.title }), ...dueOf(facts.last ?? facts.first, retention, now) };
}

function choose(all: OwnRecords, { what, due }: EraseOptions, keeping: Keeping, now: number): readonly OwnRecord[] {
  const isDue = ({ facts }: OwnRecord): boolean => dueOf(facts.last ?? facts.first, keeping.retention, now).due;
  if (due) return all.records.filter(isDue);
  const chosen = [...new Map(what.map((text) => recordNamed(all, text)).map((record) => [record.name, record])).values()];
  const early = chosen.find((record) => !isDue(record));
  if (early === undefined || keeping.early) return chosen;
  throw new HxError("refused", `session '${early.session}' is not due: the policy keeps it ${keeping.retention === null ? "without end" : "until then"}`, { hints: ["hx retention"] });
}

function planned({ kept }: OwnRecord, row: RetentionRow, writes: (lane: NonNullable<OwnRecord["kept"][number]["source"]>["lane"]) => boolean): ErasePlanSession {
  const isHere = ({ source }: OwnRecord["kept"][number]): boolean => source === null || writes(source.lane);
  const ids = (some: OwnRecord["kept"]): readonly string[] => some.map(({ session }) => session);
  return { ...row, erased: ids(kept.filter(isHere)), elsewhere: ids(kept.filter((one) => !isHere(one))) };
}

/** One's own approvals of these sessions, those that expired too: a clock that is set back must not matter. */
function approvalsOf({ acting, sharing }: SharingClone, erased: ReadonlySet<SessionId>): readonly Revoking[] {
  return [...sharing.sharing.approvals.values()].flatMap((given) => {
    const sessions = given.first.said.author === acting.person ? [...given.covered.keys()].filter((id) => erased.has(id) && standing(given, 0, id) !== "revoked") : [];
    return sessions.length === 0 ? [] : [{ given, sessions }];
  });
}
