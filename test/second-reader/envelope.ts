import { decodeCbor } from "./cbor.ts";
import { demand } from "./errors.ts";
import { asBytes, asList, asText } from "./fields.ts";
import { signed } from "./primitives.ts";

/** An envelope whose signature was not verified yet. */
export interface Envelope {
  type: string;
  payload: Uint8Array;
  signature: Uint8Array;
}

/** Takes an envelope of this type apart, without a look at the signature. */
export function splitEnvelope(type: string, bytes: Uint8Array): Envelope {
  const parts = asList(decodeCbor(bytes), 3);
  const envelope = { type: asText(parts[0]), payload: asBytes(parts[1]), signature: asBytes(parts[2], 64) };
  demand(envelope.type === type, "encoding-invalid", `an envelope ${envelope.type}, not ${type}`);
  return envelope;
}

/** Whether the envelope is signed by the key. */
export function isSignedBy(envelope: Envelope, key: Uint8Array): boolean {
  return signed(envelope.type, envelope.payload, envelope.signature, key);
}

/** Payload of an envelope of this type that must be signed by the key, and be deterministic CBOR. */
export function openEnvelope(type: string, bytes: Uint8Array, key: Uint8Array): Uint8Array {
  const envelope = splitEnvelope(type, bytes);
  demand(isSignedBy(envelope, key), "signature-invalid", `${type} is not signed by its key`);
  decodeCbor(envelope.payload);
  return envelope.payload;
}
