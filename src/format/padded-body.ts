import { HxError } from "../domain/errors.ts";

const LENGTH = 2;

/**
 * `length (2, big-endian) || bytes || zeros`, padded to the smallest of `sizes` that holds it.
 * @throws HxError `encoding-invalid` when none does.
 */
export function padBody(bytes: Uint8Array, sizes: readonly number[]): Uint8Array {
  const size = sizes.find((candidate) => LENGTH + bytes.length <= candidate);
  if (size === undefined) throw new HxError("encoding-invalid", `${bytes.length} bytes do not fit in a block`);
  const padded = new Uint8Array(size);
  padded[0] = bytes.length >> 8;
  padded[1] = bytes.length & 255;
  padded.set(bytes, LENGTH);
  return padded;
}

/** @throws HxError `encoding-invalid` for anything that `padBody` would not have made. */
export function unpadBody(padded: Uint8Array, sizes: readonly number[]): Uint8Array {
  const length = ((padded[0] ?? 0) << 8) | (padded[1] ?? 0);
  const size = sizes.find((candidate) => LENGTH + length <= candidate);
  if (padded.length !== size) throw new HxError("encoding-invalid", "a padded block of a wrong length");
  if (padded.subarray(LENGTH + length).some((byte) => byte !== 0)) throw new HxError("encoding-invalid", "padding that is not zero");
  return padded.slice(LENGTH, LENGTH + length);
}
