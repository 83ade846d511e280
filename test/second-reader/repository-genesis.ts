import { demand } from "./errors.ts";
import { isSignedBy, splitEnvelope } from "./envelope.ts";
import { Fields } from "./fields.ts";
import { H } from "./primitives.ts";

/** Verifies the genesis of a repository, which is signed by the key in it; gives the repo id. */
export function repositoryIdOf(bytes: Uint8Array): Uint8Array {
  const envelope = splitEnvelope("hx/repo/v1", bytes);
  const fields = Fields.decode(envelope.payload);
  fields.one("v");
  fields.bytes("nonce", 16);
  demand(isSignedBy(envelope, fields.bytes("sign", 32)), "signature-invalid", "not signed by the key in it");
  return H(envelope.payload);
}
