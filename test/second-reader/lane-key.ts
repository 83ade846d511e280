import { sameBytes } from "./bytes.ts";
import { demand } from "./errors.ts";
import { Fields } from "./fields.ts";
import { type Certificate, readCertificate } from "./header.ts";
import { signingPublicKey } from "./primitives.ts";

/** The unlocked key of a lane. */
export interface LaneKey {
  workspace: Uint8Array;
  repo: Uint8Array;
  lane: Uint8Array;
  seed: Uint8Array;
  eraser: Uint8Array;
  certificate: Certificate;
  to: Uint8Array;
  person: Uint8Array;
  epoch: number;
  day: number;
}

/** Reads a lane key file; refuses one whose seed is of another lane. */
export function readLaneKey(file: Uint8Array): LaneKey {
  const fields = Fields.decode(file);
  fields.one("v");
  const key = {
    workspace: fields.bytes("ws", 32), repo: fields.bytes("repo", 32), lane: fields.bytes("lane", 32),
    seed: fields.bytes("seed", 32), eraser: fields.bytes("eraser", 32), certificate: readCertificate(fields.fields("cert")),
    to: fields.bytes("to", 1216), person: fields.bytes("person", 16), epoch: fields.uint("epoch"), day: fields.uint("day"),
  };
  demand(sameBytes(signingPublicKey(key.seed), key.lane), "encoding-invalid", "the seed of another lane");
  return key;
}
