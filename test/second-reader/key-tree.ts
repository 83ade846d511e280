import { concat, uint32, utf8 } from "./bytes.ts";
import { H, K } from "./primitives.ts";

/** Key of the part `n` of a chain that starts at part `chain` with the key `first`. */
export function partKeyOf(first: Uint8Array, chain: number, n: number): Uint8Array {
  let chainKey = first;
  for (let part = chain; part < n; part++) chainKey = nextChainKey(chainKey);
  return partKey(chainKey);
}

/** `P` of a chain key. */
export function partKey(chainKey: Uint8Array): Uint8Array {
  return K(chainKey, utf8("part"));
}

/** The chain key after this one. */
export function nextChainKey(chainKey: Uint8Array): Uint8Array {
  return K(chainKey, utf8("next"));
}

/** `R`: the key of the private block of a part. */
export function privateKey(part: Uint8Array): Uint8Array {
  return K(part, utf8("private"));
}

/** Commitment to the key of a part. */
export function commitment(part: Uint8Array, session: Uint8Array, n: number): Uint8Array {
  return H(concat(utf8("hx/commit/v1"), Uint8Array.of(0), part, session, uint32(n)));
}

/** Id of the author's wrap of the chain that starts at part `chain`. */
export function authorWrapId(session: Uint8Array, chain: number): Uint8Array {
  return K(concat(session, session), concat(utf8("author"), uint32(chain))).slice(0, 16);
}
