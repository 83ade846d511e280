import { concat, equal, toHex } from "../../domain/bytes.ts";
import { HxError, isHxError } from "../../domain/errors.ts";
import type { ItemId } from "../../domain/ids.ts";
import type { SharingKind, StatementHash } from "../../domain/sharing/statement.ts";
import { encodeCbor } from "../cbor.ts";
import type { CborInput, CborMap } from "../cbor.ts";
import { bad, bytesField, intField, textField } from "../fields.ts";
import { ITEM_BODY_LENGTH } from "../item.ts";
import type { Hash } from "../primitives.ts";
import { isSharingKind, sharingKindOf } from "./statement.ts";

/** Bytes of every piece but the last. */
export const ITEM_PIECE = 900;
export const MAX_ITEM_PIECES = 400;
/** The longest envelope that items can hold, in bytes. */
export const MAX_SHARING_ENVELOPE: number = ITEM_PIECE * MAX_ITEM_PIECES;

/** The body of an item that opened. */
export interface OpenedBody {
  readonly id: ItemId;
  readonly body: CborMap;
}

/** An envelope that is whole; nothing of it is verified but its hash. */
export interface WholeEnvelope {
  readonly kind: SharingKind;
  readonly hash: StatementHash;
  readonly envelope: Uint8Array;
  /** The items that hold it, in the order of its pieces, those of one piece by id. */
  readonly items: readonly ItemId[];
}

export interface Assembled {
  /** By hash. */
  readonly whole: readonly WholeEnvelope[];
  /** Items of these kinds that give no whole envelope, by id. */
  readonly broken: readonly ItemId[];
}

/**
 * The bodies of the items that hold an envelope, all for one commit.
 * @throws HxError `encoding-invalid` when it is no envelope of sharing, or longer than `MAX_SHARING_ENVELOPE`.
 */
export function itemBodies(h: Hash, envelope: Uint8Array): CborInput[] {
  const single = { kind: sharingKindOf(envelope), s: envelope };
  if (encodeCbor(single).length <= ITEM_BODY_LENGTH) return [single];
  const n = Math.ceil(envelope.length / ITEM_PIECE);
  if (n > MAX_ITEM_PIECES) throw new HxError("encoding-invalid", `a statement of ${envelope.length} bytes does not fit into ${MAX_ITEM_PIECES} items`);
  const of = h(envelope);
  return Array.from({ length: n }, (_, i) => ({ kind: "part", of, i, n, b: envelope.slice(i * ITEM_PIECE, (i + 1) * ITEM_PIECE) }));
}

/**
 * Puts together what `itemBodies` cut. The order of the bodies does not matter, and whatever is damaged, missing or
 * contradicts itself breaks only the envelope that it belongs to. Bodies of other kinds are passed over.
 * @param opened bodies of the items that one commit added
 */
export function assembleItems(h: Hash, opened: readonly OpenedBody[]): Assembled {
  const heaps = new Map<string, Piece[]>();
  const broken: ItemId[] = [];
  for (const { id, body } of opened) {
    const kind = body.get("kind");
    if (typeof kind !== "string" || (kind !== "part" && !isSharingKind(kind))) continue;
    const piece = orNull(() => pieceOf(h, id, body));
    if (piece === null) broken.push(id);
    else heapOf(heaps, piece).push(piece);
  }
  const whole: WholeEnvelope[] = [];
  for (const heap of heaps.values()) {
    const pieces = heap.toSorted((a, b) => a.i - b.i || (a.id < b.id ? -1 : 1));
    const joined = orNull(() => join(h, pieces));
    if (joined === null) broken.push(...pieces.map(({ id }) => id));
    else whole.push(joined);
  }
  return { whole: whole.toSorted((a, b) => (a.hash < b.hash ? -1 : 1)), broken: broken.toSorted() };
}

interface Piece {
  readonly id: ItemId;
  readonly of: Uint8Array;
  readonly i: number;
  readonly n: number;
  readonly bytes: Uint8Array;
  /** Of an envelope that is whole in this item: what `join` would find out again. */
  readonly kind?: SharingKind;
}

/** Pieces of one `of` and one `n` belong together. */
function heapOf(heaps: Map<string, Piece[]>, { of, n }: Piece): Piece[] {
  const name = `${toHex(of)} ${n}`;
  const heap = heaps.get(name) ?? [];
  heaps.set(name, heap);
  return heap;
}

/** An envelope that is in one item is piece 0 of 1. */
function pieceOf(h: Hash, id: ItemId, body: CborMap): Piece {
  const kind = textField(body, "kind");
  if (kind !== "part") {
    const bytes = bytesField(body, "s");
    const its = sharingKindOf(bytes);
    if (its !== kind) throw bad("kind", "that of the envelope");
    return { id, of: h(bytes), i: 0, n: 1, bytes, kind: its };
  }
  const n = intField(body, "n", MAX_ITEM_PIECES);
  if (n < 2) throw bad("n", "at least 2");
  const i = intField(body, "i", n - 1);
  const bytes = bytesField(body, "b");
  const right = i === n - 1 ? bytes.length > 0 && bytes.length <= ITEM_PIECE : bytes.length === ITEM_PIECE;
  if (!right) throw bad("b", "of the length of a piece");
  return { id, of: bytesField(body, "of", 32), i, n, bytes };
}

/** @param sorted pieces of one heap, by number */
function join(h: Hash, sorted: readonly Piece[]): WholeEnvelope {
  const different: Piece[] = [];
  for (const piece of sorted) {
    const before = different.at(-1);
    if (before?.i !== piece.i) different.push(piece);
    else if (!equal(before.bytes, piece.bytes)) throw bad("b", "the same in every item of the piece");
  }
  const [first] = different;
  if (first === undefined || different.length !== first.n) throw bad("n", "the number of pieces");
  const items = sorted.map(({ id }) => id);
  if (first.kind !== undefined) return { kind: first.kind, hash: toHex(first.of), envelope: first.bytes, items };
  const envelope = concat(...different.map(({ bytes }) => bytes));
  if (!equal(h(envelope), first.of)) throw bad("of", "the hash of the whole");
  return { kind: sharingKindOf(envelope), hash: toHex(first.of), envelope, items };
}

function orNull<Result>(read: () => Result): Result | null {
  try {
    return read();
  } catch (error) {
    if (isHxError(error)) return null;
    throw error;
  }
}
