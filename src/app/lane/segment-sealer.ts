import { concat } from "../../domain/bytes.ts";
import type { RepoId, SessionId } from "../../domain/ids.ts";
import type { SegmentEntry } from "../../format/part-record.ts";
import { frameSegment, MAX_COMPRESSED, MAX_RAW, sealSegment } from "../../format/segment.ts";
import type { CompressionStream, Compressor, Effort } from "../../ports/compressor.ts";
import type { Crypto } from "../../ports/crypto.ts";

/** Raw bytes that go to the compressor in one go; its output always fits one segment. */
const BLOCK = 256 * 1024;

export interface SealerDeps {
  readonly crypto: Crypto;
  readonly compressor: Compressor;
  readonly repo: RepoId;
  readonly session: SessionId;
  /** Takes each segment blob as it is sealed. */
  readonly write: (segment: number, blob: Uint8Array) => Promise<void>;
}

/** Seals the plaintext of one part as segments of one brotli stream. Holds at most one segment and one block in memory. */
export class SegmentSealer {
  readonly #deps: SealerDeps;
  readonly #part: number;
  readonly #key: Uint8Array;
  readonly #stream: CompressionStream;
  readonly segments: SegmentEntry[] = [];
  #next: number;
  #raw: Uint8Array[] = [];
  #rawLength = 0;
  #packed: Uint8Array[] = [];
  #packedLength = 0;
  #unpackedLength = 0;

  /** @param part its number and key P; @param first number of the first segment */
  constructor(deps: SealerDeps, part: { readonly n: number; readonly key: Uint8Array }, first: number, effort: Effort) {
    this.#deps = deps;
    this.#part = part.n;
    this.#key = part.key;
    this.#next = first;
    this.#stream = deps.compressor.compress(effort);
  }

  async put(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + BLOCK - this.#rawLength);
      this.#raw.push(piece);
      this.#rawLength += piece.length;
      at += piece.length;
      if (this.#rawLength === BLOCK) await this.#compress();
    }
  }

  async finish(): Promise<readonly SegmentEntry[]> {
    await this.#compress();
    await this.#seal();
    this.#stream.close();
    return this.segments;
  }

  async #compress(): Promise<void> {
    if (this.#rawLength === 0) return;
    const [only] = this.#raw;
    const raw = only !== undefined && this.#raw.length === 1 ? only : concat(...this.#raw);
    this.#raw = [];
    this.#rawLength = 0;
    const packed = await this.#stream.push(raw);
    if (this.#packedLength + packed.length > MAX_COMPRESSED || this.#unpackedLength + raw.length > MAX_RAW) await this.#seal();
    this.#packed.push(packed);
    this.#packedLength += packed.length;
    this.#unpackedLength += raw.length;
  }

  async #seal(): Promise<void> {
    if (this.#unpackedLength === 0) return;
    const { crypto, repo, session, write } = this.#deps;
    const number = this.#next;
    const padded = frameSegment(this.segments.length === 0 ? 1 : 2, concat(...this.#packed), this.#unpackedLength);
    const blob = sealSegment(crypto.segments, this.#key, { repo, session, part: this.#part, segment: number }, padded);
    await write(number, blob);
    this.segments.push({ number, length: blob.length, hash: crypto.hashes.h(blob) });
    this.#next += 1;
    this.#packed = [];
    this.#packedLength = 0;
    this.#unpackedLength = 0;
  }
}
