import type { UnlockedIdentity } from "../identity/unlocked.ts";
import type { IdentityPorts } from "../identity/ports.ts";
import { readCard, writeCard } from "../identity/files.ts";
import { saveKeys } from "../identity/save-keys.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import type { Acting } from "./acting.ts";
import { cardOf } from "./member-card.ts";

/**
 * Saves what the chain gives this device since its key file was written: person keys that other devices made, membership keys, and,
 * for a device that was just taken in, the card that names it.
 */
export async function adoptKeys(ports: IdentityPorts, identity: UnlockedIdentity, acting: Acting, chain: { readonly state: WorkspaceState; readonly statements: readonly Uint8Array[] }): Promise<UnlockedIdentity> {
  const personKeys = acting.personKeys.filter(({ epoch }) => identity.personKey(epoch) === undefined);
  const memberships = acting.memberships.filter(({ workspace, epoch }) => identity.membership(workspace, epoch) === undefined);
  if (personKeys.length === 0 && memberships.length === 0) return identity;
  const found = await readCard(ports);
  const isNamed = found?.card.devices.some(({ id }) => id === identity.device) === true;
  // The card first: keys without the card that names the device would be taken for somebody else's.
  if (!isNamed && chain.state.devices.has(identity.device)) await writeCard(ports, cardOf(ports.crypto.hashes, chain.statements, identity.person));
  return saveKeys(ports, identity, { personKeys, memberships });
}
