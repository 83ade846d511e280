import { constants, createBrotliCompress, createBrotliDecompress } from "node:zlib";
import type { BrotliCompress, BrotliDecompress } from "node:zlib";
import { concat } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { CompressionStream, Compressor, DecompressionStream, Effort } from "../../ports/compressor.ts";

interface Setting {
  readonly quality: number;
  /** Window in bits; the format allows 24. */
  readonly window: number;
}

/**
 * Measured on 8 MB of agent transcripts in runs of 4 MiB, one core of a shared machine: quality 3 gave
 * 235 MB/s and 7.5 to 1, 4 gave 192 MB/s and 8.3 to 1, 5 gave 94 MB/s and 8.8 to 1, 9 gave 25 MB/s and
 * 9.2 to 1, 11 gave 1.3 MB/s and 10.1 to 1. Bulk capture wants 120 MB/s.
 */
const SETTINGS: Readonly<Record<Effort, Setting>> = {
  fast: { quality: 3, window: 22 },
  normal: { quality: 5, window: 24 },
  best: { quality: 11, window: 24 },
};

/** Bytes that zlib gives at a time: so much may be decoded beyond a limit, and is dropped. */
const STEP = 65536;

/** Brotli of docs/spec/segment.md, codecs 1 and 2, off the event loop. */
export const brotliCompressor: Compressor = {
  compress: (effort) => new BrotliRun(SETTINGS[effort]),
  decompress: () => new BrotliReader(),
};

class BrotliRun implements CompressionStream {
  readonly #stream: BrotliCompress;
  #chunks: Uint8Array[] = [];
  #failure: Error | null = null;

  constructor(setting: Setting) {
    this.#stream = createBrotliCompress({
      chunkSize: STEP,
      params: { [constants.BROTLI_PARAM_QUALITY]: setting.quality, [constants.BROTLI_PARAM_LGWIN]: setting.window },
    });
    this.#stream.on("data", (chunk: Uint8Array) => this.#chunks.push(chunk));
    this.#stream.on("error", (error) => (this.#failure = error));
  }

  async push(data: Uint8Array): Promise<Uint8Array> {
    if (this.#stream.destroyed) throw new HxError("internal", "a compression stream that is closed");
    await settled(this.#stream, (done) => {
      if (data.length > 0) this.#stream.write(data);
      this.#stream.flush(constants.BROTLI_OPERATION_FLUSH, done);
    });
    drain(this.#stream);
    if (this.#failure !== null) throw new HxError("internal", "brotli could not compress", { cause: this.#failure });
    const out = concat(...this.#chunks);
    this.#chunks = [];
    return out;
  }

  close(): void {
    this.#stream.destroy();
  }
}

class BrotliReader implements DecompressionStream {
  readonly #stream: BrotliDecompress;
  #out: Uint8Array = new Uint8Array(0);
  #length = 0;
  #failure: Error | null = null;

  constructor() {
    this.#stream = createBrotliDecompress({ chunkSize: STEP });
    this.#stream.on("data", (chunk: Uint8Array) => this.#take(chunk));
    this.#stream.on("error", (error) => (this.#failure = error));
  }

  async push(data: Uint8Array, rawLength: number): Promise<Uint8Array> {
    if (this.#stream.destroyed) throw damaged("brotli goes on after its end", this.#failure);
    this.#out = new Uint8Array(rawLength);
    this.#length = 0;
    const consumed = this.#stream.bytesWritten;
    if (data.length > 0) await settled(this.#stream, (done) => this.#stream.write(data, done));
    drain(this.#stream);
    if (this.#failure !== null) throw damaged("brotli does not decode", this.#failure);
    if (this.#length !== rawLength) throw damaged(`it decodes to ${this.#length > rawLength ? "more" : "fewer"} bytes than it says`, null, this.#length);
    if (this.#stream.bytesWritten - consumed !== data.length) throw damaged("bytes after the end of the brotli stream");
    const out = this.#out;
    this.#out = new Uint8Array(0);
    return out;
  }

  close(): void {
    this.#stream.destroy();
  }

  /** Beyond the raw length nothing is kept, and the decoder is stopped. */
  #take(chunk: Uint8Array): void {
    const fits = this.#length + chunk.length <= this.#out.length;
    if (fits) this.#out.set(chunk, this.#length);
    this.#length += chunk.length;
    if (!fits) this.#stream.destroy();
  }
}

/** Waits for `start` to call back, or for the stream to fail or be destroyed before it does. */
function settled(stream: BrotliCompress | BrotliDecompress, start: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off("error", done);
      stream.off("close", done);
      resolve();
    };
    stream.once("error", done);
    stream.once("close", done);
    start(done);
  });
}

/** What the stream still buffers goes to its `data` listener. */
function drain(stream: BrotliCompress | BrotliDecompress): void {
  while (stream.read() !== null);
}

/** `decoded` is the number of bytes at which the decoder was stopped. */
function damaged(what: string, cause: unknown = null, decoded = 0): HxError {
  return new HxError("segment-invalid", `a segment is damaged: ${what}`, { cause: cause ?? undefined, data: { decoded } });
}
