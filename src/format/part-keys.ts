import { concat, equal, toHex, uint32, utf8 } from "../domain/bytes.ts";
import { HxError } from "../domain/errors.ts";
import type { SessionId } from "../domain/ids.ts";
import { idBytes, labelled } from "./ids.ts";
import type { Hash, HashFunctions } from "./primitives.ts";

/** docs/spec/encoding.md, "Key tree of a session". `C` is a chain key, `P` a part key, 32 bytes each. */
export function partKey(hashes: HashFunctions, chainKey: Uint8Array): Uint8Array {
  return hashes.keyed(chainKey, utf8("part"));
}

export function nextChainKey(hashes: HashFunctions, chainKey: Uint8Array): Uint8Array {
  return hashes.keyed(chainKey, utf8("next"));
}

/** The key of the part that lies `steps` after the one at which `C[0]` was made. */
export function partKeyAt(hashes: HashFunctions, firstChainKey: Uint8Array, steps: number): Uint8Array {
  let chainKey = firstChainKey;
  for (let i = 0; i < steps; i++) chainKey = nextChainKey(hashes, chainKey);
  return partKey(hashes, chainKey);
}

/** What the part record carries, so that a ciphertext that opens under two keys is caught. */
export function commitment(h: Hash, part: Uint8Array, session: SessionId, n: number): Uint8Array {
  return h(labelled("hx/commit/v1", concat(part, idBytes(session), uint32(n))));
}

/** The key of the part's private block. */
export function privateKey(hashes: HashFunctions, part: Uint8Array): Uint8Array {
  return hashes.keyed(part, utf8("private"));
}

/** Name in the keys ref of the wrap of a chain's `C[0]` to its author: 32 hex digits. */
export function authorWrapId(hashes: HashFunctions, session: SessionId, chain: number): string {
  const id = idBytes(session);
  return toHex(hashes.keyed(concat(id, id), concat(utf8("author"), uint32(chain))).subarray(0, 16));
}

/**
 * To be called before any segment or private block of the part is opened.
 * @throws HxError `commitment-invalid` when the part record commits to another key.
 */
export function checkCommitment(h: Hash, committed: Uint8Array, part: Uint8Array, session: SessionId, n: number): void {
  if (!equal(commitment(h, part, session, n), committed)) throw new HxError("commitment-invalid", `the key of part '${n}' of session '${session}' is not the one that its record commits to`);
}
