import { concat } from "../../domain/bytes.ts";
import type { FileTarget } from "./rebuild.ts";

/** Bytes that several files may hold together. */
export class Room {
  #left: number;
  readonly #full: () => Error;

  /** @param full what is thrown when there is no room left */
  constructor(bytes: number, full: () => Error) {
    this.#left = bytes;
    this.#full = full;
  }

  take(bytes: number): void {
    if (bytes > this.#left) throw this.#full();
    this.#left -= bytes;
  }
}

/** Holds one file in memory. */
export class MemoryFile implements FileTarget {
  readonly #room: Room | undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  #length = 0;

  constructor(room?: Room) {
    this.#room = room;
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    const to = offset + bytes.length;
    this.#room?.take(Math.max(0, to - this.#length));
    if (to > this.#bytes.length) this.#bytes = concat(this.#bytes.subarray(0, this.#length), new Uint8Array(Math.max(to, 2 * this.#length) - this.#length));
    this.#bytes.set(bytes, offset);
    this.#length = Math.max(this.#length, to);
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    return this.content().slice(offset, offset + length);
  }

  async reset(): Promise<void> {
    await this.truncate(0);
  }

  async truncate(length: number): Promise<void> {
    const kept = Math.min(this.#length, length);
    this.#room?.take(kept - this.#length);
    this.#length = kept;
  }

  content(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** What was left out shows as blank lines: zeros would cling to the record that follows. */
export const BLANK_LINES: Uint8Array<ArrayBuffer> = new Uint8Array(1 << 16).fill(0x0a);
