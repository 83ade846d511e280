import { concat } from "../domain/bytes.ts";
import { HxError } from "../domain/errors.ts";
import type { DeviceId, PersonId, ProjectId, RepoId, SessionId, TeamId } from "../domain/ids.ts";
import { encodeCbor } from "./cbor.ts";
import type { CborMap, CborValue } from "./cbor.ts";
import { SUITE, asBytes } from "./fields.ts";
import { idBytes } from "./ids.ts";
import type { ContextMap, Hash } from "./primitives.ts";

/** docs/spec/wrap.md. */
export type WrapPurpose = "author" | "person-key" | "person-key-before" | "membership" | "membership-before" | "name" | "item" | "team" | "team-before" | "succession" | "succession-box" | "share" | "share-key";

const KIND_DIRECT = 1;
const HEAD = 2;
const TAG = 16;
export const KEM_CIPHERTEXT = 1120;
export const WRAP_PUBLIC_KEY = 1216;

/** Plaintext lengths that a purpose fixes; a name, a share and a box of a succession have any. */
const PLAINTEXT: Readonly<Record<string, number>> = {
  author: 32,
  "person-key": 32,
  "person-key-before": 32,
  membership: 64,
  "membership-before": 32,
  item: 32,
  team: 32,
  "team-before": 32,
  succession: 32,
  "share-key": 32,
};

export interface WrapParts {
  readonly kem: Uint8Array;
  readonly sealed: Uint8Array;
}

/** Length of a wrap of a plaintext. */
export function wrapLength(plaintext: number): number {
  return HEAD + KEM_CIPHERTEXT + plaintext + TAG;
}

export function encodeWrap(parts: WrapParts): Uint8Array {
  return concat(Uint8Array.of(SUITE, KIND_DIRECT), parts.kem, parts.sealed);
}

/**
 * `purpose` fixes the length, where it fixes that of its plaintext.
 * @throws HxError `wrap-invalid`, or `too-new` for a suite or kind that is not known.
 */
export function parseWrap(bytes: Uint8Array, purpose: string): WrapParts {
  if (bytes.length < HEAD || bytes[0] === 0 || bytes[1] === 0) throw new HxError("wrap-invalid", "a wrap of suite or kind 0, or none");
  if (bytes[0] !== SUITE || bytes[1] !== KIND_DIRECT) throw new HxError("too-new", `a wrap of suite '${bytes[0]}' and kind '${bytes[1]}' is not known`);
  const length = PLAINTEXT[purpose];
  const right = length === undefined ? bytes.length >= wrapLength(0) : bytes.length === wrapLength(length);
  if (!right) throw new HxError("wrap-invalid", `no wrap for '${purpose}' has ${bytes.length} bytes`);
  return { kem: bytes.slice(HEAD, HEAD + KEM_CIPHERTEXT), sealed: bytes.slice(HEAD + KEM_CIPHERTEXT) };
}

/** `info` of the key derivation. */
export function wrapInfo(h: Hash, purpose: string, publicKey: Uint8Array, kem: Uint8Array): Uint8Array {
  return encodeCbor(["hx/wrap/v1", purpose, SUITE, h(publicKey), h(kem)]);
}

export function wrapAdditional(context: ContextMap): Uint8Array {
  return encodeCbor(context);
}

/** A field that holds a wrap of this purpose. @throws as `parseWrap`; HxError `encoding-invalid` */
export function wrapField(map: CborMap, key: string, purpose: WrapPurpose): Uint8Array {
  return asWrap(map.get(key), key, purpose);
}

export function optionalWrapField(map: CborMap, key: string, purpose: WrapPurpose): Uint8Array | undefined {
  return map.has(key) ? wrapField(map, key, purpose) : undefined;
}

export function asWrap(value: CborValue | undefined, key: string, purpose: WrapPurpose): Uint8Array {
  const bytes = asBytes(value, key);
  parseWrap(bytes, purpose);
  return bytes;
}

/** Purpose and suite of a context. @throws HxError `internal` when it has none. */
export function wrapPurpose(context: ContextMap): string {
  const { purpose, suite } = context;
  if (typeof purpose !== "string" || suite !== SUITE) throw new HxError("internal", "a wrap context without purpose and suite");
  return purpose;
}

export interface AuthorPlace {
  readonly repo: RepoId;
  readonly session: SessionId;
  /** Commitment of the chain's first part. */
  readonly commitment: Uint8Array;
  readonly person: PersonId;
  /** Epoch of the person key. */
  readonly epoch: number;
}

/** Contexts: the additional data of each purpose. */
export function authorContext(place: AuthorPlace): ContextMap {
  return { purpose: "author", suite: SUITE, repo: idBytes(place.repo), session: idBytes(place.session), commit: place.commitment, person: idBytes(place.person), epoch: place.epoch };
}

export function personKeyContext(person: PersonId, epoch: number, to: DeviceId | "recovery"): ContextMap {
  return { purpose: "person-key", suite: SUITE, person: idBytes(person), epoch, to: to === "recovery" ? to : idBytes(to) };
}

/** `epoch` is that of the key it is sealed to; the plaintext is the seed of the epoch before. */
export function personKeyBeforeContext(person: PersonId, epoch: number): ContextMap {
  return { purpose: "person-key-before", suite: SUITE, person: idBytes(person), epoch };
}

export function membershipContext(epoch: number, person: PersonId): ContextMap {
  return { purpose: "membership", suite: SUITE, epoch, person: idBytes(person) };
}

/** `epoch` is that of the key it is sealed to; the plaintext is the box seed of the epoch before. */
export function membershipBeforeContext(epoch: number): ContextMap {
  return { purpose: "membership-before", suite: SUITE, epoch };
}

export function nameContext(person: PersonId): ContextMap {
  return { purpose: "name", suite: SUITE, person: idBytes(person) };
}

export function projectNameContext(project: ProjectId): ContextMap {
  return { purpose: "name", suite: SUITE, project: idBytes(project) };
}

export function teamNameContext(team: TeamId): ContextMap {
  return { purpose: "name", suite: SUITE, team: idBytes(team) };
}

/** `epoch` is that of the team key. */
export function teamContext(team: TeamId, epoch: number, person: PersonId): ContextMap {
  return { purpose: "team", suite: SUITE, team: idBytes(team), epoch, person: idBytes(person) };
}

/** `epoch` is that of the team key it is sealed to; the plaintext is the seed of the epoch before. */
export function teamBeforeContext(team: TeamId, epoch: number): ContextMap {
  return { purpose: "team-before", suite: SUITE, team: idBytes(team), epoch };
}

export interface SuccessionPlace {
  /** Whose person key it is about. */
  readonly person: PersonId;
  readonly team: TeamId;
  /** Epoch of the team key to which it is sealed. */
  readonly teamEpoch: number;
  /** Epoch of the person key whose seed it holds. */
  readonly keyEpoch: number;
}

export function successionContext(place: SuccessionPlace): ContextMap {
  return { purpose: "succession", suite: SUITE, person: idBytes(place.person), team: idBytes(place.team), epoch: place.teamEpoch, key: place.keyEpoch };
}

/** `epoch` is that of the person key of `to`, an administrator. */
export function successionBoxContext(person: PersonId, team: TeamId, to: PersonId, epoch: number): ContextMap {
  return { purpose: "succession-box", suite: SUITE, person: idBytes(person), team: idBytes(team), to: idBytes(to), epoch };
}

export function itemContext(repo: RepoId): ContextMap {
  return { purpose: "item", suite: SUITE, repo: idBytes(repo) };
}
