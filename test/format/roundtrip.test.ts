import fc from "fast-check";
import { expect, test } from "vitest";
import { concat, equal, fromHex, toHex } from "../../src/domain/bytes.ts";
import { laneId, personId, projectId, repoId, sessionId, workspaceId } from "../../src/domain/ids.ts";
import { decodeCbor, encodeCbor } from "../../src/format/cbor.ts";
import type { CborInput } from "../../src/format/cbor.ts";
import { decodeBody, decodeHeader, encodeBody, headerPayload } from "../../src/format/header.ts";
import { laneIdBytes, laneIdFrom } from "../../src/format/ids.ts";
import { decodeLaneKey, encodeLaneKey } from "../../src/format/lane-key.ts";
import { decodePartRecord, encodePartRecord } from "../../src/format/part-record.ts";
import { FileLedger, PartStreamReader, encodeRecord } from "../../src/format/part-stream.ts";
import type { StreamRecord } from "../../src/format/part-stream.ts";
import { manifestPath, parseLanePath, parseRootPath, partPath, segmentPath, statementPath, keysRef, laneRef, parseSessionsRef } from "../../src/format/paths.ts";
import { cutPieces, joinPieces } from "../../src/format/pieces.ts";
import { decodePrivateFacts, encodePrivateFacts } from "../../src/format/private-block.ts";
import { segmentLength, paddedLength } from "../../src/format/segment.ts";
import { codeOf } from "./outcome.ts";

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const hex = (length: number): fc.Arbitrary<string> => bytes(length).map(toHex);
const count = fc.nat({ max: 0xffffffff });

const cbor: fc.Arbitrary<CborInput> = fc.letrec<{ value: CborInput }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, fc.maxSafeNat(), fc.string({ unit: "grapheme" }), fc.boolean(), fc.uint8Array(), fc.array(tie("value"), { maxLength: 4 }), fc.dictionary(fc.string(), tie("value"), { maxKeys: 4 })),
})).value;

test("CBOR", () => {
  fc.assert(
    fc.property(cbor, (value) => {
      const encoded = encodeCbor(value);
      expect(equal(encodeCbor(decodeCbor(encoded)), encoded)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("CBOR never writes what it would not read", () => {
  for (const value of [-1, 0.5, Number.NaN, Infinity, 2 ** 53, -0, "\ud800"]) expect(codeOf(() => encodeCbor(value))).toBe("encoding-invalid");
  for (const text of ["\ufeffx", "\u0000", "é", "e\u0301", "𝒳"]) expect(decodeCbor(encodeCbor(text))).toBe(text);
  expect(codeOf(() => decodeCbor(new Uint8Array(1_000_000).fill(0x81)))).toBe("encoding-invalid");
  const loop: CborInput[] = [];
  loop.push(loop);
  expect(codeOf(() => encodeCbor(loop))).toBe("encoding-invalid");
});

test("what is decoded is bytes of its own, whatever came in", () => {
  const input = Buffer.from(encodeCbor({ a: Uint8Array.of(1, 2, 3) }));
  const map = decodeCbor(input);
  input.fill(0);
  expect(map).toEqual(new Map([["a", Uint8Array.of(1, 2, 3)]]));
  expect(Buffer.isBuffer(map instanceof Map ? map.get("a") : input)).toBe(false);
});

test("a key of a map cannot reach a prototype", () => {
  const map = decodeCbor(encodeCbor(new Map([["__proto__", new Map([["polluted", true]])]])));
  expect(map).toBeInstanceOf(Map);
  expect(Reflect.get({}, "polluted")).toBeUndefined();
});

test("header", () => {
  const numbered = fc.record({ n: fc.integer({ min: 1, max: 1000 }), hash: bytes(32) });
  fc.assert(
    fc.property(hex(32), hex(32), bytes(32), bytes(64), fc.nat(), numbered, bytes(32), (workspace, repo, key, signature, seq, pair, previous) => {
      const header = {
        suite: 1,
        workspace: workspaceId(workspace),
        repo: repoId(repo),
        lane: key,
        eraser: key,
        certificate: { epoch: seq, signature },
        seq,
        ...(seq === 0 ? {} : { previous }),
        body: pair,
        state: key,
        keys: seq,
        head: pair,
        level: 1,
      };
      expect(decodeHeader(encodeCbor(headerPayload(header)))).toEqual(header);
    }),
  );
});

test("body: any order in, one order out, blobs under 4096 bytes", () => {
  const session = sessionId("ab".repeat(16));
  fc.assert(
    fc.property(fc.uniqueArray(count, { maxLength: 300 }), fc.uniqueArray(hex(16), { maxLength: 5 }), (numbers, lanes) => {
      const batch = numbers.map((n) => ({ path: segmentPath(session, n), hash: new Uint8Array(32) }));
      const heads = lanes.map((id) => ({ lane: laneIdFrom(fromHex(id)), seq: 1, hash: new Uint8Array(32) }));
      const pieces = encodeBody({ batch, heads });
      expect(pieces.every((piece) => piece.length < 4096)).toBe(true);
      expect(encodeBody({ batch: batch.toReversed(), heads: heads.toReversed() })).toEqual(pieces);
      const back = decodeBody(pieces);
      expect([back.batch.length, back.heads.length]).toEqual([batch.length, heads.length]);
    }),
    { numRuns: 30 },
  );
});

test("part record: always under 4096 bytes", () => {
  const segments = fc.uniqueArray(count, { maxLength: 32 }).map((numbers) => numbers.toSorted((a, b) => a - b).map((number) => ({ number, length: segmentLength(paddedLength(number % 983040)), hash: new Uint8Array(32) })));
  fc.assert(
    fc.property(count, segments, fc.constantFrom(1064, 2088), (n, list, length) => {
      const record = { n, chain: n >> 1 < 0 ? 0 : n >> 1, commitment: new Uint8Array(32), segments: list, private: new Uint8Array(length) };
      const encoded = encodePartRecord(record);
      expect(encoded.length).toBeLessThan(4096);
      expect(decodePartRecord(encoded)).toEqual(record);
    }),
  );
});

test("private facts: what is too long is left out, never cut within a character", () => {
  const long = "\u{1f600}".repeat(3000);
  const facts = decodePrivateFacts(encodePrivateFacts({ agent: "a", id: "b", title: long, branch: long, models: Array.from({ length: 20 }, () => "m"), turns: 3 }));
  expect(facts).toEqual({ agent: "a", id: "b", title: "\u{1f600}".repeat(50), turns: 3 });
  expect(codeOf(() => encodePrivateFacts({ agent: "a", id: long }))).toBe("encoding-invalid");
});

test("private facts: the turns of a copy go first, whole, and what the scan found stays", () => {
  const scan = { rules: "ab".repeat(16), found: 1, bytes: 2 ** 40 };
  const source = sessionId("cd".repeat(16));
  const map = (length: number) => Array.from({ length }, (_, i) => [i + 1, 2 * i + 1000] as const);
  const facts = { agent: "a", id: "b", title: "t", models: ["m"], source, scan };
  expect(decodePrivateFacts(encodePrivateFacts({ ...facts, map: map(200) }))).toEqual({ ...facts, map: map(200) });
  expect(decodePrivateFacts(encodePrivateFacts({ ...facts, map: map(1000) }))).toEqual(facts);
  expect(decodePrivateFacts(encodePrivateFacts({ ...facts, map: map(1000), branch: "x".repeat(3000) }))).toEqual({ agent: "a", id: "b", title: "t", source, scan });
});

test("ids, paths, refs, pieces", () => {
  fc.assert(
    fc.property(hex(16), count, (id, n) => {
      const session = sessionId(id);
      expect(parseLanePath(manifestPath(session))).toEqual({ kind: "manifest", session });
      expect(parseLanePath(partPath(session, n))).toEqual({ kind: "part", session, number: n });
      expect(parseLanePath(segmentPath(session, n))).toEqual({ kind: "segment", session, number: n });
      expect(parseRootPath(statementPath(n, 3))).toEqual({ kind: "statement", number: n, piece: 3 });
      const lane = laneIdFrom(fromHex(id));
      expect(toHex(laneIdBytes(lane))).toBe(id);
      expect([parseSessionsRef(laneRef(lane)), parseSessionsRef(keysRef(lane))]).toEqual([{ kind: "lane", lane }, { kind: "keys", lane }]);
    }),
  );
  expect(codeOf(() => laneIdBytes(laneId("b".repeat(26))))).toBe("encoding-invalid");
  expect(codeOf(() => joinPieces([new Uint8Array(4000), new Uint8Array(0)]))).toBe("encoding-invalid");
  for (const length of [1, 3999, 4000, 4001, 8000]) expect(joinPieces(cutPieces(new Uint8Array(length))).length).toBe(length);
});

test("lane key", () => {
  const id = "ab".repeat(16);
  const key = new Uint8Array(32).fill(4);
  const laneKey = { workspace: workspaceId(id + id), repo: repoId(id + id), lane: key, seed: key, eraser: key, certificate: { epoch: 2, signature: new Uint8Array(64) }, to: new Uint8Array(1216), person: personId(id), epoch: 3, day: 20000 };
  expect(decodeLaneKey(encodeLaneKey(laneKey))).toEqual(laneKey);
  const { certificate: _, ...waiting } = laneKey;
  expect(decodeLaneKey(encodeLaneKey(waiting))).toEqual(waiting);
  expect(projectId(id)).toBe(id);
});

test("a part stream reads the same however it is cut", () => {
  const text = fc.uint8Array({ maxLength: 50 });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (runs, cuts) => {
      let offset = 0;
      const records: StreamRecord[] = [{ kind: "file", file: 7, path: "a/b", role: "transcript" }];
      for (const run of runs) {
        records.push({ kind: "data", file: 7, generation: 0, offset, bytes: run });
        offset += run.length;
      }
      records.push({ kind: "end", file: 7, generation: 0, length: offset, modified: 5 }, { kind: "gone", file: 7 });
      const stream = concat(...records.map(encodeRecord));
      const reader = new PartStreamReader(new FileLedger({ whole: true }));
      const read: StreamRecord[] = [];
      for (let at = 0, i = 0; at < stream.length; i++) {
        const length = cuts[i % cuts.length] ?? 1;
        read.push(...reader.push(stream.slice(at, at + length)));
        at += length;
      }
      reader.finish();
      expect(read.filter(({ kind }) => kind !== "data")).toEqual(records.filter(({ kind }) => kind !== "data"));
      const content = (list: readonly StreamRecord[]): string => toHex(concat(...list.flatMap((record) => (record.kind === "data" ? [record.bytes] : []))));
      expect(content(read)).toBe(content(records));
    }),
  );
});

test("a ledger follows a file over the parts of a session; a part alone is read without it", () => {
  const declare = encodeRecord({ kind: "file", file: 0, path: "a", role: "transcript" });
  const data = (generation: number, offset: number): Uint8Array => encodeRecord({ kind: "data", file: 0, generation, offset, bytes: new Uint8Array(10) });
  const ledger = new FileLedger({ whole: true });
  const part = (into: FileLedger, ...records: Uint8Array[]): string => codeOf(() => new PartStreamReader(into).push(concat(...records)));
  expect(part(ledger, declare, data(0, 0))).toBe("ok");
  expect(part(ledger, data(0, 10))).toBe("encoding-invalid");
  expect(part(ledger, declare, data(0, 10))).toBe("ok");
  expect(part(ledger, declare, data(0, 21))).toBe("encoding-invalid");
  expect(part(new FileLedger({ whole: false }), declare, data(3, 21), data(3, 31))).toBe("ok");
  expect(part(new FileLedger({ whole: false }), declare, data(3, 21), data(3, 32))).toBe("encoding-invalid");
});
