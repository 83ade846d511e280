import { toHex } from "../../domain/bytes.ts";
import { sessionId, type SessionId } from "../../domain/ids.ts";
import { signEnvelope } from "../../format/envelope.ts";
import { SUITE } from "../../format/fields.ts";
import { manifestPayload } from "../../format/manifest.ts";
import { authorWrapId, commitment } from "../../format/part-keys.ts";
import { chainHash, CHAIN_START, encodePartRecord } from "../../format/part-record.ts";
import { manifestPath, partPath, segmentPath, wrapPath } from "../../format/paths.ts";
import { sealPrivate, type PrivateFacts, type ScanFact } from "../../format/private-block.ts";
import { authorContext } from "../../format/wrap.ts";
import type { Scanner } from "../../ports/scanner.ts";
import { PartWriter, type WrittenPart } from "../capture/part-writer.ts";
import type { WritableLedger } from "../ledger.ts";
import { FileScan } from "../scan/chunks.ts";
import { formOf } from "../scan/form.ts";
import type { RedactedFile, RedactedSession } from "./redact-session.ts";

/** A redacted copy, sealed: what `publish` adds, and the keys that an approval wraps. */
export interface SealedCopy {
  readonly session: SessionId;
  /** Segments, part records and manifest by path in the lane. */
  readonly sessions: ReadonlyMap<string, Uint8Array>;
  /** The author's wrap of its `C[0]`, by path in the keys ref. */
  readonly wraps: ReadonlyMap<string, Uint8Array>;
  /** `P` of each part, from part 0. */
  readonly partKeys: readonly Uint8Array[];
  /** Head of the chain over its part records: with the number of parts, what an approval states. */
  readonly partsHash: Uint8Array;
  readonly facts: PrivateFacts;
}

const BLOCK = 1 << 20;

/** Seals a copy under a key of its own, which is random: nothing of it follows from a key of the source, nor the other way round. */
export async function sealCopy(ledger: WritableLedger, source: SessionId, redacted: RedactedSession, scanner: Scanner): Promise<SealedCopy> {
  const { crypto, repo, lane } = ledger;
  const session = sessionId(toHex(crypto.random.bytes(16)));
  const firstKey = crypto.random.bytes(32);
  const facts: PrivateFacts = {
    ...redacted.facts,
    bytes: redacted.files.reduce((sum, { bytes }) => sum + bytes.length, 0),
    files: redacted.files.length,
    source,
    ...(redacted.map === undefined ? {} : { map: redacted.map }),
    scan: digestOf(redacted.files, scanner),
  };
  const sessions = new Map<string, Uint8Array>();
  const write = async (segment: number, blob: Uint8Array): Promise<void> => void sessions.set(segmentPath(session, segment), blob);
  const deps = { crypto, compressor: ledger.compressor, repo, session, write };
  const parts = await writeParts(new PartWriter(deps, { chain: 0, part: 0, key: firstKey, segment: 0 }, [], "normal"), redacted.files);
  let hash: Uint8Array = CHAIN_START;
  for (const { n, chain, key, segments } of parts) {
    const record = encodePartRecord({
      n,
      chain,
      commitment: commitment(crypto.hashes.h, key, session, n),
      segments,
      private: sealPrivate(crypto.aead, crypto.hashes, crypto.random, key, { suite: SUITE, repo, session, n }, facts),
    });
    sessions.set(partPath(session, n), record);
    hash = chainHash(crypto.hashes.h, hash, crypto.hashes.h(record));
  }
  const payload = manifestPayload({ suite: SUITE, repo, lane: lane.publicKey, session, kind: "redacted", parts: { count: parts.length, hash } });
  sessions.set(manifestPath(session), signEnvelope("hx/manifest/v1", payload, (message) => crypto.signer.sign(lane.seed, message)));
  return { session, sessions, wraps: authorWrap(ledger, session, firstKey, parts), partKeys: parts.map(({ key }) => key), partsHash: hash, facts };
}

async function writeParts(writer: PartWriter, files: readonly RedactedFile[]): Promise<readonly WrittenPart[]> {
  for (const [file, { path, role, bytes, modified }] of files.entries()) {
    for (let offset = 0; offset < bytes.length; offset += BLOCK) {
      await writer.record(path, role, { kind: "data", file, generation: 0, offset, bytes: bytes.subarray(offset, offset + BLOCK) });
    }
    await writer.record(path, role, { kind: "end", file, generation: 0, length: bytes.length, modified: modified ?? 0 });
  }
  return writer.finish();
}

function authorWrap(ledger: WritableLedger, session: SessionId, firstKey: Uint8Array, parts: readonly WrittenPart[]): ReadonlyMap<string, Uint8Array> {
  const { crypto, repo, lane } = ledger;
  return new Map(
    parts.slice(0, 1).map(({ n, key }) => {
      const context = authorContext({ repo, session, commitment: commitment(crypto.hashes.h, key, session, n), person: lane.person, epoch: lane.epoch });
      return [wrapPath(authorWrapId(crypto.hashes, session, n)), crypto.wrapper.wrap(lane.to, context, firstKey)];
    }),
  );
}

function digestOf(files: readonly RedactedFile[], scanner: Scanner): ScanFact {
  let found = 0;
  let length = 0;
  for (const { path, bytes } of files) {
    const scan = new FileScan(scanner, formOf(path), () => void found++);
    scan.push(bytes);
    scan.finish();
    length += bytes.length;
  }
  return { rules: toHex(scanner.rules), found, bytes: length };
}
