import { HxError, isHxError } from "../../domain/errors.ts";
import type { LaneId, SessionId } from "../../domain/ids.ts";
import { laneRef } from "../../format/paths.ts";
import { sharePieces } from "../../format/sharing/share-wrap.ts";
import type { IndexedItem } from "../items/item.ts";
import { entryGone, missingEntries, type MissingEntry } from "../items/seen-entries.ts";
import type { Ledger, WritableLedger } from "../ledger.ts";
import { sessionRecords } from "../read/open-session.ts";
import type { Finding } from "../sessions/verify-all.ts";
import type { LaneProblem } from "../sync/fetch-lanes.ts";
import { called } from "../workspace/directory.ts";
import type { Judged, Knowledge } from "./evidence.ts";
import { rememberedEntry, type Gone } from "./gone-entry.ts";
import { leasedShare, sharedWithMe } from "./list-shared.ts";
import { openShare, sealedShares } from "./open-shared.ts";
import { AS_THEY_ARE, laneSources } from "../read/lane-source.ts";

export interface VerifiedShared {
  /** Sessions of others that may be read now. */
  readonly sessions: number;
  /** Those of them that were opened, under leases that live. */
  readonly opened: number;
  readonly findings: readonly Finding[];
}

/**
 * Checks what was shared with this person: that the approved keys are there for them, and, of sessions for which a lease lives, that
 * all of it opens. Leaves no access entry, so nothing else is opened.
 */
export async function verifyShared(known: Knowledge, own: WritableLedger | null, remote: string): Promise<VerifiedShared> {
  const findings: Finding[] = [];
  let opened = 0;
  const shared = await sharedWithMe(known);
  for (const [session, judged] of shared) {
    const place: Finding["place"] = [...(judged.found === null ? [] : [["ref", laneRef(judged.found.source.lane)] as const]), ["session", session]];
    const failed = await failure(async () => {
      await requireWraps(known, session, judged);
      const leased = await leasedShare(known, own, remote, session, judged);
      if (leased === null) return;
      for await (const record of sessionRecords(known.ledger, openShare(known, leased.share).opened)) void record;
      opened += 1;
    });
    if (failed === null || failed.code === "missing-object") continue;
    findings.push({ severity: failed.code === "no-key" ? "warning" : "error", code: failed.code, message: failed.message, place });
  }
  return { sessions: shared.length, opened, findings };
}

/** @throws HxError `no-key` when a piece of the approved keys is not sealed to a key of the reader */
async function requireWraps(known: Knowledge, session: SessionId, judged: Judged): Promise<void> {
  const shares = await sealedShares(known, session, judged);
  const isWhole = shares.some(({ opening, wraps }) => wraps.length === opening.parts.reduce((sum, { parts }) => sum + [...sharePieces(parts)].length, 0));
  if (!isWhole) throw new HxError("no-key", `keys of session '${session}' that were approved are not sealed to a key of yours: its author's next unlocked sync does that`);
}

/**
 * Entries that concern this person, were seen on this device, and are gone: from what is here, or from a remote that has an older head
 * of their lane, or none. What the sealed index still knows of them is named.
 * @param known null: the keys are locked, and nothing can be named
 */
export async function goneEntries(ledger: Ledger, known: Knowledge | null, problems: readonly LaneProblem[]): Promise<readonly Finding[]> {
  const missing = [...(await missingEntries(ledger, known?.sharing.lanes ?? (await laneSources(ledger, AS_THEY_ARE))))];
  const told = new Set(missing.map(({ id }) => id));
  for (const item of known?.sharing.index.items() ?? []) {
    const gone = isTold(item, told) ? null : goneAtRemote(item, problems);
    if (gone !== null) missing.push(gone);
  }
  return missing.map((entry) => {
    const error = entryGone(entry);
    return { severity: "error", code: error.code, message: error.message, place: [["ref", laneRef(entry.lane)], ["header", String(entry.seq)], ["item", entry.id], ...(known === null ? [] : namedEntry(known, entry))] };
  });
}

function isTold({ id, kind }: IndexedItem, told: ReadonlySet<string>): boolean {
  return kind === "tie" || told.has(id);
}

function goneAtRemote({ id, place }: IndexedItem, problems: readonly LaneProblem[]): MissingEntry | null {
  const problem = problems.find(({ lane, error }) => lane === place.lane && error.code === "lane-rollback");
  if (problem === undefined) return null;
  const { seq } = problem.error.data;
  if (typeof seq === "number" && place.seq <= seq) return null;
  return { lane: place.lane satisfies LaneId, seq: place.seq, id, why: typeof seq === "number" ? "shorter" : "no-lane" };
}

/** Who, what and when. */
function namedEntry(known: Knowledge, gone: Gone): Finding["place"] {
  const remembered = rememberedEntry(known, gone);
  const item = known.sharing.index.remembered(gone.lane, gone.id).find(({ id }) => id === gone.id);
  if (remembered === null) return item === undefined ? [] : [["what", item.kind], ["day", iso(item.place.day * 1000).slice(0, 10)]];
  const { entry, who, team } = remembered;
  const when = entry.when.at === undefined ? iso(entry.when.day * 1000).slice(0, 10) : iso(entry.when.at);
  return [
    ["what", entry.kind],
    ...(who === undefined ? [] : [["who", called(who)] as const]),
    ["when", when],
    ...entry.sessions.map((session) => ["session", session] as const),
    ...(team === undefined ? [] : [["team", called(team)] as const]),
  ];
}

const iso = (ms: number): string => new Date(ms).toISOString();

async function failure(work: () => Promise<void>): Promise<HxError | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (isHxError(error)) return error;
    throw error;
  }
}
