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

/** A vector with the statements of the one that `after` names before its own. */
export function whole(vectors: readonly Vector[], vector: Vector): Vector {
  const base = vectors.find(({ name }) => name === vector["after"]);
  if (base === undefined) return vector;
  const list = (of: Vector): readonly unknown[] => (Array.isArray(of["statements"]) ? of["statements"] : []);
  return { ...vector, statements: [...list(whole(vectors, base)), ...list(vector)] };
}
