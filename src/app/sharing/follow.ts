import { equal } from "../../domain/bytes.ts";
import type { SessionId } from "../../domain/ids.ts";
import type { Covering, GivenApproval } from "../../domain/sharing/sharing.ts";
import { manifestPath } from "../../format/paths.ts";
import type { Scanner } from "../../ports/scanner.ts";
import { isErased } from "../lane/erased.ts";
import { manifestOf } from "../lane/manifests.ts";
import { entryAt } from "../lane/tree.ts";
import type { Ledger } from "../ledger.ts";
import type { LaneSource } from "../read/lane-source.ts";
import { isScanCurrent } from "../scan/scan-session.ts";
import { sharedSession, type Approving, type SharedSession } from "./approve.ts";
import { factsAt, openOwnSessions, type OwnOpened } from "./open-sessions.ts";
import { isAuthor, laneOf, recipientsNow, standingNow, type DutyScene, type Waiting } from "./wrap-duties.ts";

export interface Following {
  /** Extensions that hand on the new parts. */
  readonly approvings: readonly Approving[];
  readonly waiting: readonly Waiting[];
}

/**
 * What approvals with `follow` owe: the parts that their sessions have since. Not while the team is due, and not when the scan of the new
 * parts found something or is not of today's rules: then it waits for the author to look.
 * @param scanner loads the rules; asked only when something grew
 */
export async function followDuties(ledger: Ledger, scene: Omit<DutyScene, "identity">, scanner: () => Promise<Scanner>): Promise<Following> {
  const approvings: Approving[] = [];
  const waiting: Waiting[] = [];
  for (const given of scene.approvals) {
    const { said, hash } = given.first;
    if (!said.follow || !isAuthor(scene.authors, said.author)) continue;
    const grown = await grownSessions(ledger, scene, given);
    if (grown.length === 0) continue;
    const recipients = recipientsNow(scene.state, given);
    if ("why" in recipients || recipients.length === 0) {
      waiting.push({ approval: hash, kind: "follow", ...("why" in recipients ? recipients : { why: "nobody of its audience is in the team any more" }) });
      continue;
    }
    const rules = await scanner();
    const sessions: SharedSession[] = [];
    for (const one of grown) {
      const why = refusal(ledger, rules, one);
      if (why === null) sessions.push(sharedSession(one.opened, one.known));
      else waiting.push({ approval: hash, session: one.session, kind: "follow", why, fix: `hx share ${one.session} --team ${said.team}` });
    }
    const { author, team, audience, expires, follow } = said;
    if (sessions.length > 0) approvings.push({ author, team, audience, extends: hash, follow, ...(expires === undefined ? {} : { expires }), sessions });
  }
  return { approvings, waiting };
}

interface Grown extends OwnOpened {
  /** Parts that are handed on already. */
  readonly known: number;
}

async function grownSessions(ledger: Ledger, scene: Omit<DutyScene, "identity">, given: GivenApproval): Promise<readonly Grown[]> {
  const grown: { readonly covering: Covering; readonly place: NonNullable<ReturnType<typeof laneOf>> }[] = [];
  for (const [session, coverings] of given.covered) {
    const furthest = coverings.toSorted((a, b) => b.parts.count - a.parts.count)[0];
    if (furthest === undefined || standingNow(scene, given, session) !== "living") continue;
    const place = laneOf(scene.authors, furthest);
    if (place !== null && !(await isErased(ledger, place.source, session)) && (await partCount(ledger, place.source, session)) > furthest.parts.count) grown.push({ covering: furthest, place });
  }
  const opened = await openOwnSessions(ledger, grown.map(({ covering, place }) => ({ ...place, session: covering.parts.session })));
  return opened.flatMap((one, i) => {
    const covered = grown[i]?.covering.parts;
    const last = covered === undefined ? undefined : one.opened.parts.chain[covered.count - 1];
    return covered !== undefined && last !== undefined && equal(last, covered.last) ? [{ ...one, known: covered.count }] : [];
  });
}

async function partCount(ledger: Ledger, source: LaneSource, session: SessionId): Promise<number> {
  const entry = await entryAt(source.store, source.tree, manifestPath(session));
  return entry === null ? 0 : manifestOf(ledger, await source.store.readBlob(entry.oid), source.publicKey, session).parts.count;
}

function refusal(ledger: Ledger, scanner: Scanner, { opened, known }: Grown): string | null {
  const { scan } = opened.facts;
  if (scan === undefined || !isScanCurrent(opened.facts, scanner)) return "its new parts were not scanned with today's rules";
  const before = factsAt(ledger, opened, known - 1).scan;
  const found = scan.found - (before?.rules === scan.rules ? before.found : 0);
  return found > 0 ? "the secret scan found something in its new parts" : null;
}
