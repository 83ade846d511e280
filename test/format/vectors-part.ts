import { brotliCompressor } from "../../src/adapters/crypto/brotli.ts";
import { toHex, utf8 } from "../../src/domain/bytes.ts";
import { frameSegment, sealSegment } from "../../src/format/segment.ts";
import type { Codec } from "../../src/format/segment.ts";
import { ok } from "./vector.ts";
import type { Vector, VectorFile } from "./vector.ts";
import type { World } from "./world.ts";

interface Piece {
  readonly codec: Codec;
  readonly raw: Uint8Array;
  readonly compressed: Uint8Array;
}

/** The segments of one part, in order: what runs on from one to the next. */
export async function partVectors(world: World): Promise<VectorFile> {
  const { hashes, segments } = world.crypto;
  const key = hashes.h(utf8("test secret part"));
  const texts = ["one two three, ", "three two one, ", "one and two and three"].map((text) => utf8(text.repeat(40)));
  const streamed = async (raws: readonly Uint8Array[]): Promise<Piece[]> => {
    const stream = brotliCompressor.compress("normal");
    const pieces: Piece[] = [];
    for (const [i, raw] of raws.entries()) pieces.push({ codec: i === 0 ? 1 : 2, raw, compressed: await stream.push(raw) });
    stream.close();
    return pieces;
  };
  const seal = (piece: Piece, segment: number, rawLength = piece.raw.length): string =>
    toHex(sealSegment(segments, key, { repo: world.repo, session: world.session, part: 0, segment }, frameSegment(piece.codec, piece.compressed, rawLength)));
  const v = (name: string, expect: string, pieces: readonly Piece[], more: object = {}): Vector => ({
    name, expect, repo: world.repo, session: world.session, part: 0, part_key: toHex(key), blobs: pieces.map((piece, segment) => seal(piece, segment)),
    ...(expect === ok ? { raw: pieces.map(({ raw }) => toHex(raw)) } : {}), ...more,
  });
  const all = await streamed(texts);
  const [first, second, third] = all;
  const [other] = await streamed([utf8("another stream")]);
  const stored: Piece = { codec: 0, raw: texts[0] ?? key, compressed: texts[0] ?? key };
  if (first === undefined || second === undefined || third === undefined || other === undefined) throw new Error("no pieces");
  const bad = "segment-invalid";
  return {
    page: "segment.md",
    about: "Segments 0, 1, … of part 0, opened in order; `raw` is what each decodes to.",
    vectors: [
      v("one stream over three segments", ok, all),
      v("two streams", ok, [first, second, other]),
      v("a stored segment, then a stream", ok, [stored, first, second]),
      v("a stream, a stored segment, another stream", ok, [first, stored, other]),
      v("codec 2 in the first segment", bad, [second]),
      v("codec 2 after a stored segment", bad, [first, stored, second]),
      v("a segment of the stream left out", bad, [first, third]),
      v("the second segment's raw length one too small", bad, [first, second], { blobs: [seal(first, 0), seal(second, 1, second.raw.length - 1)] }),
      v("the second segment's raw length one too large", bad, [first, second], { blobs: [seal(first, 0), seal(second, 1, second.raw.length + 1)] }),
    ],
  };
}
