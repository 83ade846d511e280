/** A brotli stream that is flushed at chosen points (docs/spec/segment.md, codecs 1 and 2). */
export interface CompressionStream {
  /** All bytes that the stream gives for `data`, flushed: what was put in so far decodes from what came out so far. */
  push(data: Uint8Array): Promise<Uint8Array>;
  /** Frees what the stream holds. */
  close(): void;
}

export interface DecompressionStream {
  /**
   * Exactly `rawLength` bytes for the next flushed run.
   * @throws HxError `segment-invalid` when there are more or fewer, or the data is damaged.
   */
  push(data: Uint8Array, rawLength: number): Promise<Uint8Array>;
  close(): void;
}

/** "fast" for capture in bulk, "normal" for a turn, "best" for what a push folds together. */
export type Effort = "fast" | "normal" | "best";

export interface Compressor {
  compress(effort: Effort): CompressionStream;
  decompress(): DecompressionStream;
}
