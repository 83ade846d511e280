import { asBuffer } from "./json-scan.ts";

/** The lines of some bytes, without their line feed; the last one even when no line feed ends it. */
export function* linesOf(bytes: Uint8Array): Generator<{ readonly line: Uint8Array; readonly start: number; readonly whole: boolean }> {
  const buffer = asBuffer(bytes);
  let start = 0;
  while (start < buffer.length) {
    const feed = buffer.indexOf(0x0a, start);
    const end = feed < 0 ? buffer.length : feed;
    yield { line: buffer.subarray(start, end), start, whole: feed >= 0 };
    start = end + 1;
  }
}

/** Nothing but spaces, or nothing at all. */
export function isBlank(line: Uint8Array): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09);
}
