import { concat, fromHex, toHex, uint32 } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { PersonId, RepoId, SessionId, TeamId } from "../../domain/ids.ts";
import type { StatementHash } from "../../domain/sharing/statement.ts";
import { SUITE } from "../fields.ts";
import { idBytes } from "../ids.ts";
import { isKeyedWrap, openKeyed } from "../keyed-wrap.ts";
import type { AeadCipher, ContextMap, HashFunctions, KeyWrapper } from "../primitives.ts";

/** Part keys in a wrap, so that it stays under 4096 bytes. docs/spec/sharing.md, "Share wraps". */
export const KEYS_PER_WRAP = 90;
const KEY = 32;
const MAX_EPOCH = 0xffffffff;

/** To whom wraps are sealed: `epoch` is that of the team key or of the person key. */
export type ShareRecipient = { readonly team: TeamId; readonly epoch: number } | { readonly person: PersonId; readonly epoch: number };

/** The parts `first` to `count - 1` of a session, as an approval states them. */
export interface SharedParts {
  readonly first: number;
  readonly count: number;
}

/** A wrap's plaintext: the keys of the parts from `first` on, one after the other. */
export interface SharePiece {
  /** Number of the first part of the piece. */
  readonly first: number;
  readonly plaintext: Uint8Array;
}

export interface ShareCrypto {
  readonly wrapper: KeyWrapper;
  readonly aead: AeadCipher;
}

export interface SharePlace {
  readonly repo: RepoId;
  readonly approval: StatementHash;
  readonly session: SessionId;
  /** Number of the first part of the piece. */
  readonly first: number;
}

/** Additional data of a wrap, docs/spec/wrap.md. */
export function shareContext(place: SharePlace): ContextMap {
  return { purpose: "share", suite: SUITE, repo: idBytes(place.repo), approval: fromHex(place.approval), session: idBytes(place.session), first: place.first };
}

/** Additional data of the wrap of a share key, docs/spec/wrap.md. */
export function shareKeyContext({ repo, approval }: Pick<SharePlace, "repo" | "approval">): ContextMap {
  return { purpose: "share-key", suite: SUITE, repo: idBytes(repo), approval: fromHex(approval) };
}

/** 20 bytes. @throws HxError `encoding-invalid` for an epoch that 4 bytes do not hold. */
export function recipientBytes(recipient: ShareRecipient): Uint8Array {
  if (recipient.epoch > MAX_EPOCH) throw new HxError("encoding-invalid", `no wrap is for epoch '${recipient.epoch}'`);
  return concat(idBytes("team" in recipient ? recipient.team : recipient.person), uint32(recipient.epoch));
}

/** Name of a wrap in the keys ref: 32 hex digits. `tag` is that of the approval, `first` the first part of the piece. */
export function shareWrapId(hashes: HashFunctions, tag: Uint8Array, session: SessionId, recipient: ShareRecipient, first: number): string {
  return toHex(hashes.keyed(tag, concat(idBytes(session), recipientBytes(recipient), uint32(first))).subarray(0, 16));
}

/** Name of the wrap of a share key in the keys ref: 32 hex digits. `tag` is that of the approval. */
export function shareKeyId(hashes: HashFunctions, tag: Uint8Array, recipient: ShareRecipient): string {
  return toHex(hashes.keyed(tag, recipientBytes(recipient)).subarray(0, 16));
}

/**
 * What the wrap of a piece holds, or null where it is not for this key or place.
 * @param shareKey the wrap of the share key of this approval and recipient, needed for a piece that is under it
 * @throws HxError `wrap-invalid`, `too-new`, `no-key`
 */
export function openShareWrap({ wrapper, aead }: ShareCrypto, seed: Uint8Array, place: SharePlace, wrap: Uint8Array, shareKey?: Uint8Array): Uint8Array | null {
  if (!isKeyedWrap(wrap)) return wrapper.open(seed, shareContext(place), wrap);
  if (shareKey === undefined) throw new HxError("no-key", "the wrap of the share key is not there");
  const key = wrapper.open(seed, shareKeyContext(place), shareKey);
  return key === null ? null : openKeyed(aead, key, shareContext(place), wrap);
}

/** The first part of each piece, one at a time: an approval may claim 2^32 parts. */
export function* sharePieces({ first, count }: SharedParts): Generator<number> {
  for (let at = first; at < count; at += KEYS_PER_WRAP) yield at;
}

/** @param keys the keys of the parts from `first` on. @throws HxError `encoding-invalid` for a key that has not 32 bytes. */
export function cutPartKeys(first: number, keys: readonly Uint8Array[]): SharePiece[] {
  if (keys.some((key) => key.length !== KEY)) throw new HxError("encoding-invalid", "a part key that has not 32 bytes");
  return [...sharePieces({ first, count: first + keys.length })].map((at) => ({ first: at, plaintext: concat(...keys.slice(at - first, at - first + KEYS_PER_WRAP)) }));
}

/** The keys that one piece holds, by part number. @throws HxError `wrap-invalid` for a piece that `cutPartKeys` would not have made. */
export function partKeysOf(parts: SharedParts, piece: SharePiece): Map<number, Uint8Array> {
  const length = Math.min(KEYS_PER_WRAP, parts.count - piece.first);
  const placed = piece.first >= parts.first && length > 0 && (piece.first - parts.first) % KEYS_PER_WRAP === 0;
  if (!placed || piece.plaintext.length !== length * KEY) throw new HxError("wrap-invalid", `a piece of part keys at '${piece.first}' that is not what it must be`);
  return new Map(Array.from({ length }, (_, i) => [piece.first + i, piece.plaintext.slice(i * KEY, (i + 1) * KEY)]));
}

/** All keys, by part number. @throws HxError `no-key` when a piece is missing, `wrap-invalid` when one is not what it must be. */
export function joinPartKeys(parts: SharedParts, pieces: readonly SharePiece[]): Map<number, Uint8Array> {
  const keys = new Map(pieces.flatMap((piece) => [...partKeysOf(parts, piece)]));
  for (const first of sharePieces(parts)) if (!keys.has(first)) throw new HxError("no-key", `the wrap of the part keys from '${first}' on is not there`);
  return keys;
}
