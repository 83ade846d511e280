import { concat, fromHex, fromUtf8, toHex, uint32, utf8 } from "../../domain/bytes.ts";
import type { ItemId, LaneId, Oid } from "../../domain/ids.ts";
import { SUITE } from "../../format/fields.ts";

/** Where an item lies in its lane. */
export interface Spot {
  readonly id: ItemId;
  readonly seq: number;
  /** Number of the newest workspace statement that the header of that `seq` names. */
  readonly head: number;
  /** Day of the commit, seconds since 1970. */
  readonly day: number;
}

/** An item that opened: with which key, and what is in it. */
export interface Opened extends Spot {
  readonly kind: string;
  readonly key: string;
  /** CBOR map. */
  readonly body: Uint8Array;
}

/** Items that did not open with any of these keys. */
export interface Unopened {
  readonly keys: readonly string[];
  readonly count: number;
  /** 28 bytes each: there may be a hundred thousand, and they are opened only for a new key or a new item. @throws DamagedIndex */
  spots(): Uint8Array;
}

/** The part of the file that is opened late cannot be read: the index begins anew. */
export class DamagedIndex extends Error {}

/** The index in the two pieces that are sealed each by itself: nearly every command needs the first alone. */
export interface IndexPieces {
  /** `length of the JSON (4) || JSON || bodies of opened and gone items, lane by lane`, in the order of the JSON. */
  readonly known: Uint8Array;
  /** Spots of unopened items in the order of the JSON. */
  readonly unopened: Uint8Array;
}

/** What is known of one lane. */
export interface LaneItems {
  readonly lane: LaneId;
  /** Public key of the lane, hex. */
  readonly publicKey: string;
  /** The commit up to which it was read. */
  head: Oid;
  seq: number;
  /** Up to which `seq` the trust state vouches for it; -1: not at all. */
  verified: number;
  /** The newest head of other lanes that its headers name: seq and hash of the header (hex). */
  readonly names: Record<LaneId, readonly [seq: number, hash: string]>;
  readonly opened: Map<ItemId, Opened>;
  /** Items that opened in this lane and are not in it any more: what is gone can still be told. */
  readonly gone: Map<ItemId, Opened>;
  unopened: readonly Unopened[];
}

type OpenedRow = readonly [id: ItemId, seq: number, head: number, day: number, kind: string, key: string, length: number];

interface LaneRow extends Omit<LaneItems, "opened" | "gone" | "unopened"> {
  readonly opened: readonly OpenedRow[];
  readonly gone: readonly OpenedRow[];
  readonly unopened: readonly { readonly keys: readonly string[]; readonly count: number }[];
}

const VERSION = 3;
const SPOT = 28;
const DAY = 86_400;

export function encodeIndex(lanes: Iterable<LaneItems>): IndexPieces {
  const rows: LaneRow[] = [];
  const blobs: Uint8Array[] = [];
  const spots: Uint8Array[] = [];
  const row = ({ id, seq, head, day, kind, key, body }: Opened): OpenedRow => {
    blobs.push(body);
    return [id, seq, head, day, kind, key, body.length];
  };
  for (const { opened, gone, unopened, ...lane } of lanes) {
    for (const group of unopened) spots.push(group.spots());
    rows.push({
      ...lane,
      opened: [...opened.values()].map(row),
      gone: [...gone.values()].map(row),
      unopened: unopened.map(({ keys, count }) => ({ keys, count })),
    });
  }
  const json = utf8(JSON.stringify({ v: VERSION, suite: SUITE, lanes: rows }));
  return { known: concat(uint32(json.length), json, ...blobs), unopened: concat(...spots) };
}

/**
 * Null for the file of another version of hx, which may open what this one could not, or the other way round.
 * @param rest opens the second piece; called at most when spots are asked for; null: it is damaged
 */
export function decodeIndex(bytes: Uint8Array, rest: () => Uint8Array | null): Map<LaneId, LaneItems> | null {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const { v, suite, lanes } = JSON.parse(fromUtf8(bytes.subarray(4, 4 + length))) as { v: number; suite: number; lanes: readonly LaneRow[] };
  if (v !== VERSION || suite !== SUITE) return null;
  let at = 4 + length;
  const take = (count: number): Uint8Array => bytes.subarray(at, (at += count));
  let spotsAt = 0;
  const group = (keys: readonly string[], count: number): Unopened => {
    const from = spotsAt;
    spotsAt += count * SPOT;
    return { keys, count, spots: () => piece(rest(), from, count * SPOT) };
  };
  const known = new Map<LaneId, LaneItems>();
  const item = ([id, seq, head, day, kind, key, size]: OpenedRow): [ItemId, Opened] => [id, { id, seq, head, day, kind, key, body: take(size) }];
  for (const { opened, gone, unopened, ...lane } of lanes) {
    const groups = unopened.map(({ keys, count }) => group(keys, count));
    known.set(lane.lane, { ...lane, unopened: groups, opened: new Map(opened.map(item)), gone: new Map(gone.map(item)) });
  }
  return known;
}

function piece(bytes: Uint8Array | null, from: number, length: number): Uint8Array {
  if (bytes === null || bytes.length < from + length) throw new DamagedIndex("the index of items is damaged");
  return bytes.subarray(from, from + length);
}

/** A group of items that were found just now. */
export function unopenedGroup(keys: readonly string[], spots: readonly Spot[]): Unopened {
  const encoded = encodeSpots(spots);
  return { keys, count: spots.length, spots: () => encoded };
}

/** Groups of the same keys as one. */
export function joinGroups(same: readonly Unopened[]): Unopened {
  return { keys: same[0]?.keys ?? [], count: same.reduce((sum, { count }) => sum + count, 0), spots: () => concat(...same.map((group) => group.spots())) };
}

function encodeSpots(spots: readonly Spot[]): Uint8Array {
  const bytes = new Uint8Array(spots.length * SPOT);
  const view = new DataView(bytes.buffer);
  spots.forEach(({ id, seq, head, day }, i) => {
    bytes.set(fromHex(id), i * SPOT);
    view.setUint32(i * SPOT + 16, seq);
    view.setUint32(i * SPOT + 20, head);
    view.setUint32(i * SPOT + 24, day / DAY);
  });
  return bytes;
}

export function decodeSpots(bytes: Uint8Array): readonly Spot[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const spots: Spot[] = [];
  for (let at = 0; at < bytes.length; at += SPOT) {
    const id = toHex(bytes.subarray(at, at + 16)) as ItemId;
    spots.push({ id, seq: view.getUint32(at + 16), head: view.getUint32(at + 20), day: view.getUint32(at + 24) * DAY });
  }
  return spots;
}
