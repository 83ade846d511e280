import { toHex } from "../../domain/bytes.ts";

const WHOLE = 64;
const SHOWN = 32;

/** Up to 64 bytes whole, more as their first bytes and the length. */
export function hex(bytes: Uint8Array): string {
  if (bytes.length <= WHOLE) return toHex(bytes);
  return `${toHex(bytes.subarray(0, SHOWN))}… (${bytes.length} bytes)`;
}

/** The first bytes of what nobody could decode. */
export function firstBytes(bytes: Uint8Array): string {
  const shown = toHex(bytes.subarray(0, SHOWN));
  return bytes.length > SHOWN ? `${shown}…` : shown;
}
