import { equal, toHex } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import { SUITE } from "../../format/fields.ts";
import type { PartRecord } from "../../format/part-record.ts";
import type { Hash } from "../../format/primitives.ts";

/**
 * Holds a segment that is here against the part record that lists it. Whether it opens, only a key tells.
 * @param path for the message
 * @throws HxError `segment-invalid`, `too-new`
 */
export function checkSegmentBytes(h: Hash, path: string, entry: PartRecord["segments"][number], blob: Uint8Array): void {
  if (blob.length !== entry.length || !equal(h(blob), entry.hash)) {
    throw new HxError("segment-invalid", `'${path}' is not the segment that its part lists`, { data: { hash: toHex(entry.hash) } });
  }
  if (blob[0] !== SUITE) throw new HxError(blob[0] === 0 ? "segment-invalid" : "too-new", `'${path}' has the suite ${blob[0] ?? "of nothing"}, which is not known`);
}
