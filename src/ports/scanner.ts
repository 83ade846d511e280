import type { TextForm } from "../domain/secrets/unescape.ts";

/** A secret that a rule found. */
export interface Secret {
  /** Name of the rule, `[a-z0-9-]+`. */
  readonly rule: string;
  /** The secret as it is used: without the escapes of JSON. */
  readonly text: string;
}

export interface Finding extends Secret {
  /** Where its bytes lie in the chunk: [from, to). */
  readonly from: number;
  readonly to: number;
}

/** Finds secrets in text. Holds no state from one chunk to the next. */
export interface Scanner {
  /** Names the set of rules, those of the person included: 16 bytes. Another set has another. */
  readonly rules: Uint8Array;
  /**
   * The findings of a chunk in order, no two of which overlap. Time grows with the length of the chunk; `chunkSecrets` cuts what is long.
   * @throws HxError `usage` when a pattern of the person takes too long
   */
  scan(chunk: Uint8Array, form: TextForm): readonly Finding[];
}
