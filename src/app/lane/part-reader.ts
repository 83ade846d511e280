import { equal } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { RepoId, SessionId } from "../../domain/ids.ts";
import { commitment } from "../../format/part-keys.ts";
import type { PartRecord } from "../../format/part-record.ts";
import { openSegment } from "../../format/segment.ts";
import type { Compressor, DecompressionStream } from "../../ports/compressor.ts";
import type { Crypto } from "../../ports/crypto.ts";

export interface PartPlace {
  readonly crypto: Crypto;
  readonly compressor: Compressor;
  readonly repo: RepoId;
  readonly session: SessionId;
}

/** @throws HxError `commitment-invalid` when the key is not the one to which the part record commits */
export function checkCommitment(place: PartPlace, record: PartRecord, key: Uint8Array): void {
  if (!equal(commitment(place.crypto.hashes.h, key, place.session, record.n), record.commitment)) {
    throw new HxError("commitment-invalid", `part ${record.n} of session '${place.session}' is committed to another key`);
  }
}

/**
 * The plaintext of a part, segment by segment. The commitment is checked before anything is opened, the hash of each
 * blob before it is opened.
 * @param read the blob of a segment
 * @throws HxError `commitment-invalid`, `segment-invalid`
 */
export async function* openPart(
  place: PartPlace,
  record: PartRecord,
  key: Uint8Array,
  read: (segment: number) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  checkCommitment(place, record, key);
  let stream: DecompressionStream | null = null;
  try {
    for (const entry of record.segments) {
      const blob = await read(entry.number);
      const where = `segment ${entry.number} of session '${place.session}'`;
      if (blob.length !== entry.length || !equal(place.crypto.hashes.h(blob), entry.hash)) {
        throw new HxError("segment-invalid", `${where} is not the one that its part lists`);
      }
      const frame = openSegment(place.crypto.segments, key, { repo: place.repo, session: place.session, part: record.n, segment: entry.number }, blob);
      if (frame.codec === 0) {
        stream?.close();
        stream = null;
        yield frame.compressed;
        continue;
      }
      if (frame.codec === 1) {
        stream?.close();
        stream = place.compressor.decompress();
      }
      if (stream === null) throw new HxError("segment-invalid", `${where} continues a stream that did not begin`);
      yield await stream.push(frame.compressed, frame.rawLength);
    }
  } finally {
    stream?.close();
  }
}
