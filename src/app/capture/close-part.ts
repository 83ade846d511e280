import { fromHex, toHex } from "../../domain/bytes.ts";
import { nextChainKey, partKey } from "../../format/part-keys.ts";
import type { Hashes } from "../../ports/crypto.ts";
import type { SessionIndex } from "./session-index.ts";

/** Notes the key of the open part as closing, and steps to the next part. The C of the closed part is forgotten. */
export function closePart(hashes: Hashes, index: SessionIndex): void {
  const chainKey = fromHex(index.key);
  index.closing.push({ part: index.part, key: toHex(partKey(hashes, chainKey)) });
  index.key = toHex(nextChainKey(hashes, chainKey));
  index.part += 1;
  index.opened = index.segment;
}
