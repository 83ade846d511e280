import { concat } from "../../domain/bytes.ts";
import type { FileTarget } from "./rebuild.ts";

/** Holds one file in memory. */
export class MemoryFile implements FileTarget {
  #bytes: Uint8Array = new Uint8Array(0);
  #length = 0;

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    const to = offset + bytes.length;
    if (to > this.#bytes.length) this.#bytes = concat(this.#bytes.subarray(0, this.#length), new Uint8Array(Math.max(to, 2 * this.#length) - this.#length));
    this.#bytes.set(bytes, offset);
    this.#length = Math.max(this.#length, to);
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    return this.content().slice(offset, offset + length);
  }

  async reset(): Promise<void> {
    this.#length = 0;
  }

  async truncate(length: number): Promise<void> {
    this.#length = Math.min(this.#length, length);
  }

  content(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** What was left out shows as blank lines: zeros would cling to the record that follows. */
export const BLANK_LINES: Uint8Array<ArrayBuffer> = new Uint8Array(1 << 16).fill(0x0a);
