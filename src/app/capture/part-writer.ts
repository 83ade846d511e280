import { fromHex } from "../../domain/bytes.ts";
import { nextChainKey, partKey } from "../../format/part-keys.ts";
import { MAX_SEGMENTS, type SegmentEntry } from "../../format/part-record.ts";
import { encodeRecordHead, type StreamRecord } from "../../format/part-stream.ts";
import type { FileRole } from "../../ports/agent.ts";
import type { Effort } from "../../ports/compressor.ts";
import { SegmentSealer, type SealerDeps } from "../lane/segment-sealer.ts";

/** Where in a session's chain of parts and segments a writer stands. */
export interface Position {
  chain: number;
  part: number;
  /** C of the open part. */
  key: Uint8Array;
  segment: number;
}

export interface WrittenPart {
  readonly n: number;
  readonly chain: number;
  /** P of the part. */
  readonly key: Uint8Array;
  readonly segments: readonly SegmentEntry[];
}

/** Turns records into sealed segments, and opens a new part when one is full. */
export class PartWriter {
  readonly #deps: SealerDeps;
  readonly #effort: Effort;
  readonly position: Position;
  readonly #full: WrittenPart[] = [];
  readonly #declared = new Set<number>();
  #staged: readonly SegmentEntry[];
  #sealer: SegmentSealer | null = null;

  /** @param staged segments of the open part that are staged already */
  constructor(deps: SealerDeps, position: Position, staged: readonly SegmentEntry[], effort: Effort) {
    this.#deps = deps;
    this.#effort = effort;
    this.position = position;
    this.#staged = staged;
  }

  /** Writes one record. The file it speaks of is declared first, once in each part. */
  async record(path: string, role: FileRole, record: StreamRecord): Promise<void> {
    if (this.#staged.length + (this.#sealer?.segments.length ?? 0) >= MAX_SEGMENTS - 1) await this.#nextPart();
    if (!this.#declared.has(record.file)) {
      this.#declared.add(record.file);
      await this.#put(encodeRecordHead({ kind: "file", file: record.file, path, role }));
    }
    await this.#put(encodeRecordHead(record));
    if (record.kind === "data") await this.#put(record.bytes);
  }

  /** Seals what is left. The last part stays open. */
  async finish(): Promise<readonly WrittenPart[]> {
    return [...this.#full, await this.#closeSealer()];
  }

  async #put(bytes: Uint8Array): Promise<void> {
    const { hashes } = this.#deps.crypto;
    this.#sealer ??= new SegmentSealer(
      this.#deps,
      { n: this.position.part, key: partKey(hashes, this.position.key) },
      this.position.segment,
      this.#effort,
    );
    await this.#sealer.put(bytes);
  }

  async #closeSealer(): Promise<WrittenPart> {
    const { part, chain, key } = this.position;
    const fresh = (await this.#sealer?.finish()) ?? [];
    this.position.segment = (fresh.at(-1)?.number ?? this.position.segment - 1) + 1;
    this.#sealer = null;
    return { n: part, chain, key: partKey(this.#deps.crypto.hashes, key), segments: [...this.#staged, ...fresh] };
  }

  async #nextPart(): Promise<void> {
    this.#full.push(await this.#closeSealer());
    this.position.key = nextChainKey(this.#deps.crypto.hashes, this.position.key);
    this.position.part += 1;
    this.#staged = [];
    this.#declared.clear();
  }
}

/** The position that an index notes. */
export const positionOf = (index: { chain: number; part: number; key: string; segment: number }): Position => ({
  chain: index.chain,
  part: index.part,
  key: fromHex(index.key),
  segment: index.segment,
});
