import type { DeviceId, PersonId } from "../../domain/ids.ts";
import type { KeyDerivation } from "../../format/key-file.ts";
import { readCard, readDeviceKey } from "./files.ts";
import { tryOpenIdentity } from "./open.ts";
import type { IdentityPorts } from "./ports.ts";

export interface ShownIdentity {
  readonly person: PersonId;
  /** Known when the card names only one, or the keys are open. */
  readonly device?: DeviceId;
  readonly devices: readonly DeviceId[];
  /** Newest person-key epoch of the card. */
  readonly epoch: number;
  readonly protection: KeyDerivation["alg"];
  /** True when no passphrase would be asked for. */
  readonly open: boolean;
}

/** Needs no passphrase. null: no identity here. @throws HxError as `openIdentity`, and `encoding-invalid` for a damaged card */
export async function showIdentity(ports: IdentityPorts): Promise<ShownIdentity | null> {
  const [locked, found] = await Promise.all([readDeviceKey(ports), readCard(ports)]);
  if (locked === null || found === null) return null;
  const { card } = found;
  const devices = card.devices.map(({ id }) => id);
  const identity = await tryOpenIdentity(ports).catch(() => null);
  const device = identity?.device ?? (devices.length === 1 ? devices[0] : undefined);
  return { person: card.person.id, ...(device === undefined ? {} : { device }), devices, epoch: card.keys.length - 1, protection: locked.kdf.alg, open: identity !== null };
}
