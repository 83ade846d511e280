import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { concat, equal } from "../../src/domain/bytes.ts";
import { repoId, sessionId } from "../../src/domain/ids.ts";
import { CHUNK, MAX_COMPRESSED, MAX_PADDED, frameSegment, isSegmentLength, openSegment, paddedLength, padme, parseFrame, sealSegment, segmentContext, segmentLength } from "../../src/format/segment.ts";
import type { Crypto } from "../../src/ports/crypto.ts";
import { flip } from "../format/vector.ts";
import { codeOf } from "../format/outcome.ts";
import { sealStream } from "../format/raw-stream.ts";

let crypto: Crypto;
beforeAll(async () => {
  crypto = await loadCrypto();
});

const key = new Uint8Array(32).fill(7);
const place = { repo: repoId("11".repeat(32)), session: sessionId("22".repeat(16)), part: 3, segment: 4 };
const WHOLE = CHUNK + 17;

const stored = (length: number): Uint8Array => {
  const bytes = Uint8Array.from({ length }, (_, i) => (i * 31) & 255);
  return frameSegment(0, bytes, length);
};
const seal = (padded: Uint8Array): Uint8Array => sealSegment(crypto.segments, key, place, padded);
const open = (blob: Uint8Array, where = place): string => codeOf(() => openSegment(crypto.segments, key, where, blob));
const chunked = (chunks: readonly (readonly [Uint8Array, number])[]): Uint8Array => concat(Uint8Array.of(1), sealStream(crypto, key, segmentContext(place), chunks));

test("what is sealed opens to the same bytes, at the lengths where chunks and padding turn", () => {
  for (const length of [0, 1, 4087, 4088, CHUNK - 9, CHUNK - 8, CHUNK, 2 * CHUNK, 500_000, MAX_COMPRESSED]) {
    const padded = stored(length);
    const blob = seal(padded);
    expect(blob.length).toBe(segmentLength(padded.length));
    const frame = openSegment(crypto.segments, key, place, blob);
    expect([frame.codec, frame.rawLength, equal(frame.compressed, padded.subarray(9, 9 + length))]).toEqual([0, length, true]);
  }
});

test("the same plaintext never gives the same bytes", () => {
  expect(equal(seal(stored(10)), seal(stored(10)))).toBe(false);
});

test("each flipped byte is found", () => {
  const blob = seal(stored(100));
  const codes = new Set(Array.from(blob.keys()).slice(1).map((at) => open(flip(blob, at))));
  expect([...codes]).toEqual(["segment-invalid"]);
  const withSuite = (suite: number): Uint8Array => Uint8Array.from(blob, (byte, at) => (at === 0 ? suite : byte));
  expect([open(withSuite(0)), open(withSuite(2))]).toEqual(["segment-invalid", "too-new"]);
});

test("each truncation is found, and each byte added", () => {
  const blob = seal(stored(100));
  const codes = new Set(Array.from(blob.keys()).map((length) => open(blob.slice(0, length))));
  expect([...codes]).toEqual(["segment-invalid"]);
  for (const more of [1, 17, 18, WHOLE]) expect(open(concat(blob, new Uint8Array(more)))).toBe("segment-invalid");
});

describe("the stream of several chunks", () => {
  test("the cipher itself refuses every cut, not only the grammar of lengths", () => {
    const sealed = seal(stored(200_000)).slice(1);
    const cipher = (bytes: Uint8Array): string => codeOf(() => crypto.segments.open(key, segmentContext(place), bytes));
    expect(cipher(sealed)).toBe("ok");
    for (const end of [0, 24, 41, 42, 24 + WHOLE, 24 + WHOLE + 17, 24 + 2 * WHOLE, sealed.length - 1]) expect(cipher(sealed.slice(0, end)), String(end)).toBe("segment-invalid");
    expect(cipher(concat(sealed, new Uint8Array(1)))).toBe("segment-invalid");
    expect(cipher(concat(sealed, new Uint8Array(100)))).toBe("segment-invalid");
  });

  test("chunks that change places, repeat or come from another segment", () => {
    const blob = seal(stored(200_000));
    const chunk = (i: number, from = blob): Uint8Array => from.slice(25 + i * WHOLE, 25 + (i + 1) * WHOLE);
    const built = (...chunks: Uint8Array[]): Uint8Array => concat(blob.slice(0, 25), ...chunks);
    const other = seal(stored(200_000));
    expect(open(built(chunk(0), chunk(1), chunk(2), chunk(3)))).toBe("ok");
    expect(open(built(chunk(1), chunk(0), chunk(2), chunk(3)))).toBe("segment-invalid");
    expect(open(built(chunk(0), chunk(0), chunk(2), chunk(3)))).toBe("segment-invalid");
    expect(open(built(chunk(0), chunk(1, other), chunk(2), chunk(3)))).toBe("segment-invalid");
  });

  test("FINAL early, twice, missing, and tags that are not ours", () => {
    const padded = stored(CHUNK + 10_000);
    const head = padded.slice(0, CHUNK);
    const rest = padded.slice(CHUNK);
    expect(open(chunked([[head, 0], [rest, 3]]))).toBe("ok");
    expect(open(chunked([[head, 3], [rest, 3]]))).toBe("segment-invalid");
    expect(open(chunked([[head, 0], [rest, 0]]))).toBe("segment-invalid");
    expect(open(chunked([[head, 1], [rest, 3]]))).toBe("segment-invalid");
    expect(open(chunked([[head, 2], [rest, 3]]))).toBe("segment-invalid");
    expect(open(chunked([[head, 0], [rest, 1]]))).toBe("segment-invalid");
    expect(open(chunked([[head, 0], [rest, 3], [new Uint8Array(1), 3]]))).toBe("segment-invalid");
  });
});

test("a segment opens in its own place only", () => {
  const blob = seal(stored(100));
  expect(open(blob)).toBe("ok");
  for (const other of [{ repo: repoId("12".repeat(32)) }, { session: sessionId("23".repeat(16)) }, { part: 4 }, { segment: 3 }]) {
    expect(open(blob, { ...place, ...other })).toBe("segment-invalid");
  }
});

test("a frame whose padding or lengths are not the ones that a writer gives", () => {
  const padded = stored(100);
  for (let at = 109; at < padded.length; at++) expect(codeOf(() => parseFrame(flip(padded, at)))).toBe("segment-invalid");
  for (const length of [0, 4095, 4097, 8192, MAX_PADDED + 1]) expect(codeOf(() => parseFrame(concat(padded, new Uint8Array(MAX_PADDED)).slice(0, length)))).toBe("segment-invalid");
  expect(codeOf(() => frameSegment(1, new Uint8Array(MAX_COMPRESSED + 1), 1))).toBe("segment-invalid");
  expect(codeOf(() => frameSegment(1, new Uint8Array(1), 16777217))).toBe("segment-invalid");
  expect(codeOf(() => frameSegment(0, new Uint8Array(1), 2))).toBe("segment-invalid");
});

describe("padding", () => {
  test("known values of Padmé", () => {
    const known = [[9, 10], [100, 104], [4096, 4096], [4097, 4352], [5000, 5120], [100_000, 100_352], [1_000_000, 1_015_808]] as const;
    for (const [length, padded] of known) expect(padme(length), String(length)).toBe(padded);
  });

  test("never shorter, at most 12 % longer, stable, and its lengths are told from all others", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_PADDED }), (length) => {
        const padded = paddedLength(length);
        expect(padded).toBeGreaterThanOrEqual(Math.max(4096, length));
        expect(padded).toBeLessThanOrEqual(Math.max(4096, length * 1.12));
        expect(paddedLength(padded)).toBe(padded);
        expect(isSegmentLength(segmentLength(padded))).toBe(true);
      }),
      { numRuns: 2000 },
    );
    const lengths = new Set<number>();
    for (let length = 0; length <= MAX_PADDED; length++) lengths.add(segmentLength(paddedLength(length)));
    let taken = 0;
    for (let length = 0; length < 1_000_000; length++) if (isSegmentLength(length)) taken++;
    expect(taken).toBe(lengths.size);
  });
});

