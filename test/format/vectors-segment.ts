import { concat, toHex, uint32, utf8 } from "../../src/domain/bytes.ts";
import { encodeCbor } from "../../src/format/cbor.ts";
import type { CborInput } from "../../src/format/cbor.ts";
import { frameSegment, sealSegment, segmentContext } from "../../src/format/segment.ts";
import { sealStream } from "./raw-stream.ts";
import { flip, invalid, ok } from "./vector.ts";
import type { Vector, VectorFile } from "./vector.ts";
import type { World } from "./world.ts";
import { brotliCompressSync, constants } from "node:zlib";

export function partStreamVectors(): VectorFile {
  const record = (head: CborInput, data: Uint8Array = new Uint8Array(0)): Uint8Array => {
    const bytes = encodeCbor(head);
    return concat(uint32(bytes.length), bytes, data);
  };
  const file = (f: number, p: string, r = "transcript"): Uint8Array => record({ t: "file", f, p, r });
  const data = (f: number, g: number, o: number, text: string): Uint8Array => record({ t: "data", f, g, o, n: utf8(text).length }, utf8(text));
  const v = (name: string, expect: string, records: readonly Uint8Array[], more: object = {}): Vector => ({ name, expect, stream: toHex(concat(...records)), ...more });
  const path = (p: string): Vector => v(`path '${p.slice(0, 20).replace("\0", "\\0")}'`, invalid, [file(0, p)]);
  return {
    page: "segment.md",
    about: "The stream of part 0 of a session, whole.",
    vectors: [
      v("good", ok, [file(0, "a/b.jsonl"), data(0, 0, 0, "hello "), data(0, 0, 6, "world"), record({ t: "end", f: 0, g: 0, n: 11, m: 1700000000000 }), file(1, "c", "subagent"), record({ t: "omit", f: 1, g: 0, o: 0, n: 5 }), record({ t: "gone", f: 1 })], { records: 7 }),
      v("repeated bytes", ok, [file(0, "a"), data(0, 0, 0, "hello"), data(0, 0, 3, "lo!!")], { records: 3 }),
      v("a new generation", ok, [file(0, "a"), data(0, 0, 0, "hello"), data(0, 1, 0, "bye")], { records: 3 }),
      v("end cuts the generation", ok, [file(0, "a"), data(0, 0, 0, "hello"), record({ t: "end", f: 0, g: 0, n: 2, m: 0 }), data(0, 0, 2, "!")], { records: 4 }),
      v("a hole behind what end cut", "encoding-invalid", [file(0, "a"), data(0, 0, 0, "hello"), record({ t: "end", f: 0, g: 0, n: 2, m: 0 }), data(0, 0, 5, "!")]),
      v("an emptied file: end begins a generation", ok, [file(0, "a"), data(0, 0, 0, "hello"), record({ t: "end", f: 0, g: 1, n: 0, m: 0 }), data(0, 2, 0, "x")], { records: 4 }),
      v("a file that was empty at first", ok, [file(0, "a"), record({ t: "end", f: 0, g: 0, n: 0, m: 0 }), data(0, 1, 0, "x")], { records: 3 }),
      v("a record of an older generation", ok, [file(0, "a"), data(0, 0, 0, "hello"), data(0, 1, 0, "bye"), data(0, 0, 5, "!")], { records: 4 }),
      v("omitted bytes that come later", ok, [file(0, "a"), record({ t: "omit", f: 0, g: 0, o: 0, n: 5 }), data(0, 0, 0, "hello")], { records: 3 }),
      v("end beyond what is known", invalid, [file(0, "a"), data(0, 0, 0, "hello"), record({ t: "end", f: 0, g: 0, n: 6, m: 0 })]),
      v("end of a generation left out", invalid, [file(0, "a"), data(0, 0, 0, "hello"), record({ t: "end", f: 0, g: 2, n: 0, m: 0 })]),
      v("end without a time", invalid, [file(0, "a"), data(0, 0, 0, "hello"), record({ t: "end", f: 0, g: 0, n: 5 })]),
      v("end of a file that is not declared", invalid, [record({ t: "end", f: 0, g: 0, n: 0, m: 0 })]),
      v("a hole", invalid, [file(0, "a"), data(0, 0, 0, "hello"), data(0, 0, 6, "x")]),
      v("a hole at the start of a generation", invalid, [file(0, "a"), data(0, 0, 0, "hello"), data(0, 1, 1, "x")]),
      v("a generation left out", invalid, [file(0, "a"), data(0, 1, 0, "hello")]),
      v("a file that is not declared", invalid, [data(0, 0, 0, "hello")]),
      v("two files with one path", invalid, [file(0, "a"), file(1, "a")]),
      v("a file with two paths", invalid, [file(0, "a"), file(0, "b")]),
      path("/etc/passwd"),
      path("../a"),
      path("a/../b"),
      path("a//b"),
      path("a/./b"),
      path("a\0b"),
      path(""),
      path("x".repeat(1025)),
      v("an unknown role", invalid, [file(0, "a", "other")]),
      v("an unknown record", "too-new", [record({ t: "later", f: 0 })]),
      v("head of length 0", invalid, [uint32(0)]),
      v("head of 65537 bytes", invalid, [uint32(65537), new Uint8Array(10)]),
      v("head that is not deterministic", invalid, [uint32(3), Uint8Array.of(0xa0, 0x00, 0x00)]),
      v("data cut off", invalid, [file(0, "a"), data(0, 0, 0, "hello").slice(0, -1)]),
      v("head cut off", invalid, [file(0, "a").slice(0, -1)]),
    ],
  };
}

export function segmentVectors(world: World): VectorFile {
  const { hashes, segments } = world.crypto;
  const key = hashes.h(utf8("test secret part"));
  const place = { repo: world.repo, session: world.session, part: 1, segment: 2 };
  const context = { repo: world.repo, session: world.session, part: 1, segment: 2, part_key: toHex(key), additional: toHex(segmentContext(place)) };
  const raw = utf8("hello ".repeat(1000));
  const compressed = new Uint8Array(brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_LGWIN]: 22 } }));
  const padded = frameSegment(1, compressed, raw.length);
  const good = sealSegment(segments, key, place, padded);
  const v = (name: string, expect: string, blob: Uint8Array, more: object = {}): Vector => ({ name, expect, ...context, blob: toHex(blob), ...more });
  const sealed = (bytes: Uint8Array): Uint8Array => sealSegment(segments, key, place, bytes);
  const chunks = (parts: readonly (readonly [Uint8Array, number])[]): Uint8Array => concat(Uint8Array.of(1), sealStream(world.crypto, key, segmentContext(place), parts));
  const manyBytes = utf8("hello ".repeat(11000));
  const long = frameSegment(0, hashes.h(raw), 32);
  const altered = (at: number, bytes: Uint8Array): Uint8Array => {
    const copy = padded.slice();
    copy.set(bytes, at);
    return copy;
  };
  const bad = "segment-invalid";
  return {
    page: "segment.md",
    about: "Segments. `raw` is what the compressed bytes decode to.",
    vectors: [
      v("brotli", ok, good, { codec: 1, raw: toHex(raw) }),
      v("stored", ok, sealed(long), { codec: 0, raw: toHex(hashes.h(raw)) }),
      v("a changed byte in the stream header", bad, flip(good, 3)),
      v("a changed byte in the chunk", bad, flip(good, 2000)),
      v("stored, two chunks", ok, sealed(frameSegment(0, manyBytes, manyBytes.length)), { codec: 0, raw_repeat: [toHex(utf8("hello ")), 11000] }),
      v("two chunks, the second left out", bad, sealed(frameSegment(0, manyBytes, manyBytes.length)).slice(0, 25 + 65553)),
      v("suite 0", bad, concat(Uint8Array.of(0), good.slice(1))),
      v("another suite", "too-new", concat(Uint8Array.of(2), good.slice(1))),
      v("another part", bad, good, { part: 2 }),
      v("another segment number", bad, good, { segment: 3 }),
      v("another session", bad, good, { session: "00".repeat(16) }),
      v("another repository", bad, good, { repo: "00".repeat(32) }),
      v("another key", bad, good, { part_key: "00".repeat(32) }),
      v("cut off", bad, good.slice(0, -1)),
      v("a byte after the end", bad, concat(good, Uint8Array.of(0))),
      v("a message after FINAL", bad, chunks([[padded, 3], [new Uint8Array(1), 3]])),
      v("FINAL missing", bad, chunks([[padded, 0]])),
      v("tag PUSH for FINAL", bad, chunks([[padded, 1]])),
      v("two short chunks", bad, chunks([[padded.slice(0, 2048), 0], [padded.slice(2048), 3]])),
      v("padding that is not zero", bad, sealed(flip(padded, 4095))),
      v("padded to 5120 without need", bad, sealed(concat(padded, new Uint8Array(1024)))),
      v("padded below 4096", bad, sealed(padded.slice(0, 2048))),
      v("compressed length beyond the blob", bad, sealed(altered(1, uint32(4088)))),
      v("compressed length of 2^32-1", bad, sealed(altered(1, uint32(0xffffffff)))),
      v("raw length of 16 MiB and one", bad, sealed(altered(5, uint32(16777217)))),
      v("raw length one too small", bad, sealed(altered(5, uint32(raw.length - 1)))),
      v("raw length one too large", bad, sealed(altered(5, uint32(raw.length + 1)))),
      v("stored, with another raw length", bad, sealed(altered(0, Uint8Array.of(0)))),
      v("codec 3", "too-new", sealed(altered(0, Uint8Array.of(3)))),
      v("brotli that does not decode", bad, sealed(altered(9, new Uint8Array(Buffer.alloc(compressed.length, 0xff))))),
    ],
  };
}
