import { signEnvelope } from "../../format/envelope.ts";
import { tombstonePayload } from "../../format/tombstone.ts";
import type { UnlockedIdentity } from "../identity/unlocked.ts";
import type { WritableLedger } from "../ledger.ts";
import { eraserSeed } from "./own-lane-key.ts";

/**
 * The tombstone that permits this clone's lane to drop a wrap: signed by the lane's eraser key, which only the identity has.
 * @param path `w/<xx>/<id>`
 * @param reason a note that everybody can read: it says nothing of who shared what
 */
export function tombstoneFor(
  ledger: Pick<WritableLedger, "crypto" | "repo" | "lane">,
  identity: UnlockedIdentity,
  path: string,
  wrap: Uint8Array,
  reason: string,
): Uint8Array {
  const { crypto, repo, lane } = ledger;
  const seed = eraserSeed(crypto, identity, lane.publicKey);
  const payload = tombstonePayload({ repo, lane: lane.publicKey, path, hash: crypto.hashes.h(wrap), reason });
  return signEnvelope("hx/tombstone/v1", payload, (message) => crypto.signer.sign(seed, message));
}
