import { fromUtf8, utf8 } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { ItemId, LaneId } from "../../domain/ids.ts";
import { itemPath } from "../../format/paths.ts";
import { readLaneHead } from "../lane/own-head.ts";
import { entryAt } from "../lane/tree.ts";
import type { Ledger } from "../ledger.ts";
import type { LaneSource } from "../read/lane-source.ts";
import type { IndexedItem } from "./item.ts";

/** An item that was seen, and where. */
export interface SeenEntry {
  readonly lane: LaneId;
  /** Number of the header that added it. */
  readonly seq: number;
  readonly id: ItemId;
}

export interface MissingEntry extends SeenEntry {
  /** The lane is not here; it ends before `seq`; or it is long enough, and does not have the item. */
  readonly why: "no-lane" | "shorter" | "not-there";
}

/** By lane: `seq id`, in the order in which they were seen. */
type Seen = Record<LaneId, string[]>;

const NAME = "entries.json";
const WAIT_MS = 10_000;

/**
 * Keeps which items that concern this person were seen, outside the clone: what was in somebody's log once must not vanish from it.
 * A tie is not kept: it is part of the lane's first commit.
 * @param isNew whether any of the items may be new; else they are written only if nothing was kept before
 * @throws HxError `busy`, `io-failed` when what was kept is damaged
 */
export async function noteSeen(ledger: Ledger, items: readonly IndexedItem[], isNew: boolean): Promise<void> {
  const entries = items.filter(({ kind }) => kind !== "tie");
  if (entries.length === 0 || (!isNew && (await ledger.trust.read(NAME)) !== null)) return;
  const lock = await ledger.trust.lock("entries", WAIT_MS);
  if (lock === null) throw new HxError("busy", "another process notes what was seen", { hints: ["hx sync"] });
  try {
    const seen = await readSeen(ledger);
    const known = new Map(Object.entries(seen).map(([lane, lines]) => [lane, new Set(lines)]));
    const fresh = entries.filter(({ id, place }) => known.get(place.lane)?.has(line(place.seq, id)) !== true);
    if (fresh.length === 0) return;
    for (const { id, place } of fresh) (seen[place.lane] ??= []).push(line(place.seq, id));
    await ledger.trust.write(NAME, utf8(JSON.stringify(seen)));
  } finally {
    await lock.release();
  }
}

/** All items that were seen. */
export async function seenEntries(ledger: Ledger): Promise<readonly SeenEntry[]> {
  return Object.entries(await readSeen(ledger)).flatMap(([lane, lines]) => lines.map((text) => seenEntry(lane as LaneId, text)));
}

/** Items that were seen and are not there any more. @param sources the lanes as they are, what a removal froze included */
export async function missingEntries(ledger: Ledger, sources: readonly LaneSource[]): Promise<readonly MissingEntry[]> {
  const lanes = new Map(sources.map((source) => [source.lane, source]));
  const missing: MissingEntry[] = [];
  for (const [lane, lines] of Object.entries(await readSeen(ledger)) as [LaneId, string[]][]) {
    const source = lanes.get(lane);
    const head = source === undefined ? null : await readLaneHead(source.store, ledger.crypto, lane, source.publicKey, source.head);
    for (const entry of lines.map((text) => seenEntry(lane, text))) {
      const why = source === undefined || head === null ? "no-lane" : await absence(source, head.header.seq, entry);
      if (why !== null) missing.push({ ...entry, why });
    }
  }
  return missing;
}

/** @returns HxError `entry-gone`, which names the item */
export function entryGone({ lane, seq, id, why }: MissingEntry): HxError {
  const how = { "no-lane": "the lane is not here any more", shorter: `the lane ends before header ${seq}`, "not-there": "the lane does not have it any more" }[why];
  return new HxError("entry-gone", `an entry that was seen is gone: item '${id}' of lane '${lane}': ${how}`, { data: { lane, seq, item: id }, hints: ["hx sync"] });
}

/** Forgets what was seen in a lane of one's own that is given up. */
export async function forgetEntries(ledger: Ledger, lane: LaneId): Promise<void> {
  const { [lane]: given, ...rest } = await readSeen(ledger);
  if (given !== undefined) await ledger.trust.write(NAME, utf8(JSON.stringify(rest)));
}

async function absence({ store, tree }: LaneSource, seq: number, entry: SeenEntry): Promise<MissingEntry["why"] | null> {
  if (entry.seq > seq) return "shorter";
  return (await entryAt(store, tree, itemPath(entry.id))) === null ? "not-there" : null;
}

async function readSeen(ledger: Ledger): Promise<Seen> {
  const bytes = await ledger.trust.read(NAME);
  if (bytes === null) return {};
  try {
    return JSON.parse(fromUtf8(bytes)) as Seen;
  } catch (cause) {
    throw new HxError("io-failed", "the trust state of the entries that were seen is damaged", { cause, hints: ["hx verify"] });
  }
}

const line = (seq: number, id: ItemId): string => `${seq} ${id}`;

function seenEntry(lane: LaneId, text: string): SeenEntry {
  const [seq = "", id = ""] = text.split(" ");
  return { lane, seq: Number(seq), id: id as ItemId };
}
