import { concat } from "./bytes.ts";
import { encodeCbor } from "./cbor.ts";
import { demand } from "./errors.ts";
import { Fields } from "./fields.ts";
import { signed } from "./primitives.ts";

const bad = "encoding-invalid";

/** A membership certificate of a lane. */
export interface Certificate {
  epoch: number;
  signature: Uint8Array;
}

/** Payload of the header of a lane. */
export interface Header {
  workspace: Uint8Array;
  repo: Uint8Array;
  lane: Uint8Array;
  eraser: Uint8Array;
  certificate: Certificate;
  seq: number;
  prev: Uint8Array | undefined;
  body: { count: number; hash: Uint8Array };
  state: Uint8Array;
  keys: number;
  head: { count: number; hash: Uint8Array };
  suite: number;
  level: number;
}

/** Reads the payload of a header. */
export function readHeader(payload: Uint8Array): Header {
  const fields = Fields.decode(payload);
  for (const name of ["v", "suite", "level"]) fields.one(name);
  const seq = fields.uint("seq");
  demand(fields.has("prev") === seq > 0, bad, "prev must be there from seq 1 on, and only then");
  const body = fields.counted("body");
  demand(body.count >= 1, bad, "a body without a piece");
  return {
    workspace: fields.bytes("ws", 32),
    repo: fields.bytes("repo", 32),
    lane: fields.bytes("lane", 32),
    eraser: fields.bytes("eraser", 32),
    certificate: readCertificate(fields.fields("cert")),
    seq,
    prev: seq > 0 ? fields.bytes("prev", 32) : undefined,
    body,
    state: fields.bytes("state", 32),
    keys: fields.uint("keys"),
    head: fields.counted("head"),
    suite: fields.uint("suite"),
    level: fields.uint("level"),
  };
}

/** Reads a certificate `{epoch, sig}`. */
export function readCertificate(fields: Fields): Certificate {
  return { epoch: fields.uint("epoch"), signature: fields.bytes("sig", 64) };
}

/** Whether the certificate of a header is one by this membership signing key. */
export function isCertified(header: Header, membershipKey: Uint8Array): boolean {
  const message = encodeCbor([header.workspace, header.repo, header.lane, header.eraser]);
  return signed("hx/cert/v1", concat(message), header.certificate.signature, membershipKey);
}
