import { createBrotliDecompress, constants } from "node:zlib";
import { concat } from "./bytes.ts";
import { Refusal, demand, refuse } from "./errors.ts";
import type { SegmentContent } from "./segment.ts";

/** A brotli stream that comes in pieces, each flushed. */
class BrotliStream {
  readonly #decoder = createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH });
  #output: Uint8Array[] = [];
  #length = 0;
  #limit = 0;
  #fail: (reason: Error) => void = () => undefined;

  constructor() {
    this.#decoder.on("error", (error) => this.#fail(new Refusal("segment-invalid", `brotli: ${error.message}`)));
    this.#decoder.on("end", () => this.#fail(new Refusal("segment-invalid", "bytes after the end of the stream")));
    this.#decoder.on("data", (piece: Uint8Array) => {
      this.#length += piece.length;
      if (this.#length > this.#limit) this.#decoder.destroy(new Error("more than the raw length"));
      else this.#output.push(piece);
    });
  }

  /** What the next piece decodes to; it must be exactly `rawLength` bytes. */
  async next(piece: Uint8Array, rawLength: number): Promise<Uint8Array> {
    this.#output = [];
    this.#length = 0;
    this.#limit = rawLength;
    await new Promise<void>((resolve, reject) => {
      this.#fail = reject;
      this.#decoder.write(piece, (error) => {
        if (!error) setImmediate(resolve);
      });
    });
    demand(this.#length === rawLength, "segment-invalid", "less than the raw length");
    return concat(...this.#output);
  }

  close(): void {
    this.#fail = () => undefined;
    this.#decoder.destroy();
  }
}

/** The raw content of the segments of one part, in order. */
export async function decompressPart(segments: SegmentContent[]): Promise<Uint8Array[]> {
  let stream: BrotliStream | undefined;
  const raw: Uint8Array[] = [];
  try {
    for (const { codec, compressed, rawLength } of segments) {
      if (codec === 0) {
        stream?.close();
        stream = undefined;
        raw.push(compressed);
        continue;
      }
      if (codec === 1) {
        stream?.close();
        stream = new BrotliStream();
      }
      raw.push(await (stream ?? refuse("segment-invalid", "no stream goes on here")).next(compressed, rawLength));
    }
  } finally {
    stream?.close();
  }
  return raw;
}
