export interface Vector {
  readonly name: string;
  readonly expect: string;
  readonly [key: string]: unknown;
}

export interface VectorFile {
  readonly page: string;
  readonly about: string;
  readonly vectors: readonly Vector[];
}

export const ok = "ok";
export const invalid = "encoding-invalid";

export function flip(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
