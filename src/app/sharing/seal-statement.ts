import type { SharingStatement, StatementHash } from "../../domain/sharing/statement.ts";
import { toHex } from "../../domain/bytes.ts";
import type { Said } from "../../domain/sharing/statement.ts";
import { sealItem } from "../../format/item.ts";
import { itemBodies } from "../../format/sharing/in-items.ts";
import { signSharing } from "../../format/sharing/statement.ts";
import type { WritableLedger } from "../ledger.ts";
import type { Acting } from "../workspace/acting.ts";

/** What every statement says of itself, of somebody who acts in this clone. */
export function saidBy(ledger: WritableLedger, acting: Acting): Said {
  return { workspace: ledger.workspace, repo: ledger.repo, lane: ledger.lane.publicKey, person: acting.person, device: acting.device, at: ledger.clock.now() };
}

/** A statement that was signed and sealed. Nothing is written yet. */
export interface SealedStatement {
  readonly hash: StatementHash;
  readonly envelope: Uint8Array;
  /** For the lane of this clone, all in one commit. */
  readonly items: readonly Uint8Array[];
}

/**
 * Signs a statement with the device and seals it. Each pair of X-Wing public keys gets items of its own: who is concerned, who acts.
 * @throws HxError `encoding-invalid` for a statement that no reader would take
 */
export function sealStatement(ledger: WritableLedger, acting: Acting, statement: SharingStatement, to: readonly (readonly [Uint8Array, Uint8Array])[]): SealedStatement {
  const { crypto } = ledger;
  const envelope = signSharing(statement, (message) => crypto.signer.sign(acting.sign, message));
  const bodies = itemBodies((bytes) => crypto.hashes.h(bytes), envelope);
  const place = { repo: ledger.repo, lane: ledger.lane.publicKey };
  const items = to.flatMap((pair) => bodies.map((body) => sealItem(crypto, pair, place, body)));
  return { hash: toHex(crypto.hashes.h(envelope)), envelope, items };
}
