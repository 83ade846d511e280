import { concat } from "../../domain/bytes.ts";
import type { TextForm } from "../../domain/secrets/unescape.ts";
import type { Finding, Scanner } from "../../ports/scanner.ts";

/** Bytes that are scanned in one go, and by how much two windows of one long line overlap. No secret is longer than the overlap. */
const WINDOW = 1 << 20;
const OVERLAP = 1 << 15;
const STEP = WINDOW - OVERLAP;
const LINE_END = 0x0a;

/** A finding, with offsets in the file. */
export type Take = (finding: Finding) => void;

/**
 * Scans one file as its bytes come. What it finds does not depend on how they are cut into pieces. Memory is bounded by the window and by the pieces.
 */
export class FileScan {
  readonly #scanner: Scanner;
  readonly #form: TextForm;
  readonly #take: Take;
  #pending: Uint8Array = new Uint8Array(0);
  #at: number;
  /** Where the findings of former windows end: of one that reaches into this window, it may find the rest. */
  #taken = 0;

  /** @param offset where in its file the first byte lies: at the beginning of a line */
  constructor(scanner: Scanner, form: TextForm, take: Take, offset = 0) {
    this.#scanner = scanner;
    this.#form = form;
    this.#take = take;
    this.#at = offset;
  }

  /** Where the next byte is expected. */
  get next(): number {
    return this.#at + this.#pending.length;
  }

  /** Whether a line waits for its end. */
  get isTorn(): boolean {
    return this.#form === "lines" && this.#pending.length > 0;
  }

  push(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; from += WINDOW) this.#push(bytes.subarray(from, from + WINDOW));
  }

  /** Scans what waits, though its line has no end. */
  finish(): void {
    this.#windows(this.#pending, this.#pending.length);
  }

  #push(piece: Uint8Array): void {
    this.#pending = this.#pending.length === 0 ? piece.slice() : concat(this.#pending, piece);
    let whole = this.#wholeLines();
    while (whole > WINDOW) {
      // A line that is longer than a window is cut in windows from its beginning, however it comes.
      this.#windows(this.#pending, this.#pending.indexOf(LINE_END) + 1);
      whole = this.#wholeLines();
    }
    this.#windows(this.#pending, whole);
    while (this.#pending.length > WINDOW) this.#step(this.#pending);
  }

  #wholeLines(): number {
    return this.#form === "lines" ? this.#pending.lastIndexOf(LINE_END) + 1 : 0;
  }

  /** Scans the first `length` bytes, window by window. */
  #windows(held: Uint8Array, length: number): void {
    let rest = held;
    let left = length;
    for (; left > WINDOW; left -= STEP) rest = this.#step(rest);
    this.#scan(rest.subarray(0, left), left);
    this.#advance(rest, left);
  }

  #step(held: Uint8Array): Uint8Array {
    this.#scan(held.subarray(0, WINDOW), STEP);
    this.#advance(held, STEP);
    return this.#pending;
  }

  #advance(held: Uint8Array, by: number): void {
    this.#pending = held.slice(by);
    this.#at += by;
  }

  /** Of a window, findings that begin behind `keep` are those of the next one. */
  #scan(window: Uint8Array, keep: number): void {
    if (window.length === 0) return;
    const before = this.#taken;
    for (const { rule, text, from, to } of this.#scanner.scan(window, this.#form)) {
      if (from >= keep || this.#at + to <= before) continue;
      this.#taken = Math.max(this.#taken, this.#at + to);
      this.#take({ rule, text, from: this.#at + from, to: this.#at + to });
    }
  }
}
