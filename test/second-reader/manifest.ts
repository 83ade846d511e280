import { concat, sameBytes } from "./bytes.ts";
import { demand } from "./errors.ts";
import { Fields } from "./fields.ts";
import { H } from "./primitives.ts";

/** Payload of a manifest. */
export interface Manifest {
  repo: Uint8Array;
  lane: Uint8Array;
  session: Uint8Array;
  parts: number;
  hash: Uint8Array;
}

/** Reads the payload of a manifest. */
export function readManifest(payload: Uint8Array): Manifest {
  const fields = Fields.decode(payload);
  fields.one("v");
  fields.one("suite");
  const kind = fields.text("kind");
  demand(kind === "original" || kind === "redacted", "too-new", `a manifest of kind ${kind}`);
  const { count, hash } = fields.counted("parts");
  demand(count >= 1, "encoding-invalid", "a manifest without parts");
  return {
    repo: fields.bytes("repo", 32), lane: fields.bytes("lane", 32), session: fields.bytes("session", 16), parts: count, hash,
  };
}

/** The chain hashes `L[0]`, `L[1]`, … over part records. */
export function chainHashes(records: Uint8Array[]): Uint8Array[] {
  let last: Uint8Array = new Uint8Array(32);
  return records.map((record) => (last = H(concat(last, H(record)))));
}

/** Whether these part records are those of the manifest. */
export function coversRecords(manifest: Manifest, records: Uint8Array[]): boolean {
  const last = chainHashes(records).at(-1);
  return records.length === manifest.parts && last !== undefined && sameBytes(last, manifest.hash);
}
