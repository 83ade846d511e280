import { toHex } from "../../domain/bytes.ts";
import type { ScanFact } from "../../format/private-block.ts";
import type { Scanner } from "../../ports/scanner.ts";
import type { FileProgress, SessionIndex } from "../capture/session-index.ts";
import { FileScan } from "./chunks.ts";
import { formOf } from "./form.ts";

/** Bytes that one process scans while it captures, about a quarter of a second. What is beyond is scanned when it is shared. */
const BUDGET = 8 << 20;

/** The scanner of captures: loaded when the first byte comes. It never fails a capture. */
export class CaptureScanner {
  readonly #load: () => Promise<Scanner>;
  #scanner: Promise<Scanner | null> | null = null;
  left: number;

  constructor(load: () => Promise<Scanner>, budget = BUDGET) {
    this.#load = load;
    this.left = budget;
  }

  async scanner(): Promise<Scanner | null> {
    this.#scanner ??= this.#load().catch(() => null);
    return this.#scanner;
  }
}

/** Scans what a capture takes of one session. */
export class SessionScan {
  readonly #scanner: CaptureScanner | undefined;
  readonly #before: ScanFact | undefined;
  #isWhole: boolean;
  #open: { readonly file: FileProgress; readonly generation: number; readonly scan: FileScan } | null = null;
  #rules: string | null = null;
  #found: number;
  #bytes: number;

  constructor(scanner: CaptureScanner | undefined, index: SessionIndex) {
    this.#scanner = scanner;
    this.#before = index.scan;
    this.#isWhole = scanner !== undefined && (index.bytes === 0 || index.scan?.bytes === index.bytes);
    this.#found = index.bytes === 0 ? 0 : (index.scan?.found ?? 0);
    this.#bytes = index.bytes;
  }

  /** Takes bytes of a file that were captured, in order. */
  async take(file: FileProgress, path: string, offset: number, bytes: Uint8Array): Promise<void> {
    if (!this.#isWhole || this.#scanner === undefined) return;
    this.#scanner.left -= bytes.length;
    const scanner = this.#scanner.left < 0 ? null : await this.#scanner.scanner();
    if (scanner === null || !this.#goesOnWith(scanner)) return this.#giveUp();
    try {
      if (this.#open?.file !== file || this.#open.generation !== file.g || this.#open.scan.next !== offset) {
        this.#close();
        this.#open = { file, generation: file.g, scan: new FileScan(scanner, formOf(path), () => void this.#found++, offset) };
      }
      this.#open?.scan.push(bytes);
      this.#bytes += bytes.length;
    } catch {
      this.#giveUp();
    }
  }

  /** What is known after it; undefined when something was not scanned, or not with the rules of today. */
  state(index: SessionIndex): ScanFact | undefined {
    this.#close();
    if (!this.#isWhole || this.#bytes !== index.bytes || index.bytes === 0) return undefined;
    return this.#rules === null ? this.#before : { rules: this.#rules, found: this.#found, bytes: this.#bytes };
  }

  #goesOnWith(scanner: Scanner): boolean {
    this.#rules ??= toHex(scanner.rules);
    return this.#bytes === 0 || (this.#before?.rules ?? this.#rules) === this.#rules;
  }

  #close(): void {
    const scan = this.#open?.scan;
    this.#open = null;
    if (scan === undefined) return;
    // Of a line that was taken without its end, the rest may come later, and a secret may lie across.
    if (scan.isTorn) return this.#giveUp();
    try {
      scan.finish();
    } catch {
      this.#giveUp();
    }
  }

  #giveUp(): void {
    this.#isWhole = false;
    this.#open = null;
  }
}
