import { HxError } from "../domain/errors.ts";
import type { SharingKind } from "../domain/sharing/statement.ts";
import { decodeCbor, decodeCborMap, encodeCbor } from "./cbor.ts";
import type { CborInput, CborMap } from "./cbor.ts";
import { asBytes, asList, asText } from "./fields.ts";
import { labelled } from "./ids.ts";
import type { Verify } from "./primitives.ts";

/** docs/spec/encoding.md, "Envelope". */
export type EnvelopeType =
  | "hx/header/v1"
  | "hx/manifest/v1"
  | "hx/keys/v1"
  | "hx/tie/v1"
  | "hx/tombstone/v1"
  | "hx/person/v1"
  | "hx/device/v1"
  | "hx/person-key/v1"
  | "hx/repo/v1"
  | "hx/statement/v1"
  | "hx/join/v1"
  | "hx/join-device/v1"
  | "hx/anchor/v1"
  | SharingType;

/** docs/spec/sharing.md. */
export type SharingType = `hx/${SharingKind}/v1`;

export interface Envelope {
  readonly type: EnvelopeType;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/** A payload whose signature was verified. */
export interface OpenedEnvelope {
  readonly payload: Uint8Array;
  readonly map: CborMap;
}

/** The bytes that a signature is over. */
export function signedMessage(type: EnvelopeType, payload: Uint8Array): Uint8Array {
  return labelled(type, payload);
}

export function encodeEnvelope(envelope: Envelope): Uint8Array {
  return encodeCbor([envelope.type, envelope.payload, envelope.signature]);
}

/**
 * The parts of an envelope, with nothing verified.
 * @throws HxError `encoding-invalid` when it is not an envelope of that type.
 */
export function decodeEnvelope(bytes: Uint8Array, type: EnvelopeType): Envelope {
  const envelope = splitEnvelope(bytes);
  if (envelope.type !== type) throw new HxError("encoding-invalid", `not an envelope of type '${type}'`);
  return { ...envelope, type };
}

/** The parts of an envelope of whatever type, with nothing verified. @throws HxError `encoding-invalid` */
export function splitEnvelope(bytes: Uint8Array): Omit<Envelope, "type"> & { readonly type: string } {
  const [type, payload, signature] = asList(decodeCbor(bytes), "envelope", 3);
  return { type: asText(type, "type"), payload: asBytes(payload, "payload"), signature: asBytes(signature, "signature", 64) };
}

export function signEnvelope(type: EnvelopeType, payload: CborInput, sign: (message: Uint8Array) => Uint8Array): Uint8Array {
  const bytes = encodeCbor(payload);
  return encodeEnvelope({ type, payload: bytes, signature: sign(signedMessage(type, bytes)) });
}

export function notSigned(type: EnvelopeType): HxError {
  return new HxError("signature-invalid", `the signature of an envelope of type '${type}' does not verify`);
}

/**
 * Verifies, then decodes.
 * @throws HxError `encoding-invalid`, `signature-invalid`
 */
export function openEnvelope(bytes: Uint8Array, type: EnvelopeType, verify: (message: Uint8Array, signature: Uint8Array) => boolean): OpenedEnvelope {
  const { payload, signature } = decodeEnvelope(bytes, type);
  if (!verify(signedMessage(type, payload), signature)) throw notSigned(type);
  return { payload, map: decodeCborMap(payload) };
}

/**
 * For types whose payload names the key that signed it: `keyOf` finds the key in the payload that is
 * not verified yet and checks that it is the right one, and nothing else is used before it verified.
 * @throws HxError `encoding-invalid`, `signature-invalid`, and what `keyOf` throws
 */
export function openEnvelopeBy(bytes: Uint8Array, type: EnvelopeType, keyOf: (map: CborMap) => Uint8Array, verify: Verify): OpenedEnvelope {
  const map = decodeCborMap(decodeEnvelope(bytes, type).payload);
  const key = keyOf(map);
  return openEnvelope(bytes, type, (message, signature) => verify(key, message, signature));
}
