import { HxError } from "../../domain/errors.ts";
import { openCard, decodeCard, encodeCard } from "../../format/card.ts";
import type { Card, CardEnvelopes } from "../../format/card.ts";
import { decodeDeviceKey, openDeviceKey, sealDeviceKey } from "../../format/key-file.ts";
import type { DeviceSecrets, LockedDeviceKey } from "../../format/key-file.ts";
import type { IdentityPorts } from "./ports.ts";
import type { FileKey } from "./protection.ts";

/** docs/spec/keyfile.md. Relative to HX_CONFIG_DIR. */
export const CARD_FILE = "identity/card";
export const DEVICE_KEY_FILE = "identity/device.key";

/** @throws HxError `encoding-invalid`, `too-new`, `key-parameters`, `key-file-open` */
export async function readDeviceKey(ports: Pick<IdentityPorts, "files">): Promise<LockedDeviceKey | null> {
  const bytes = await ports.files.read(DEVICE_KEY_FILE, { secret: true });
  return bytes === null ? null : decodeDeviceKey(bytes);
}

/** Reads back what it wrote before it lets the old file go: a device key that does not open again is a lost device. */
export async function writeDeviceKey(ports: Pick<IdentityPorts, "files" | "crypto">, fileKey: FileKey, secrets: DeviceSecrets): Promise<void> {
  const { aead, random } = ports.crypto;
  const bytes = sealDeviceKey(aead, fileKey.key, random.bytes(24), fileKey.kdf, secrets);
  openDeviceKey(aead, fileKey.key, decodeDeviceKey(bytes));
  await ports.files.write(DEVICE_KEY_FILE, bytes);
}

/** The envelopes of the card, and what they say once verified. @throws HxError `encoding-invalid`, `signature-invalid` */
export async function readCard(ports: Pick<IdentityPorts, "files" | "crypto">): Promise<{ readonly envelopes: CardEnvelopes; readonly card: Card } | null> {
  const bytes = await ports.files.read(CARD_FILE, { secret: false });
  if (bytes === null) return null;
  const envelopes = decodeCard(bytes);
  return { envelopes, card: verifiedCard(ports, envelopes) };
}

export function verifiedCard(ports: Pick<IdentityPorts, "crypto">, envelopes: CardEnvelopes): Card {
  const { hashes, signer } = ports.crypto;
  return openCard(hashes, (key, message, signature) => signer.verify(key, message, signature), envelopes);
}

export async function writeCard(ports: Pick<IdentityPorts, "files">, card: CardEnvelopes): Promise<void> {
  await ports.files.write(CARD_FILE, encodeCard(card));
}

/** An identity is never overwritten. @throws HxError `exists` */
export async function refuseExisting(ports: Pick<IdentityPorts, "files">): Promise<void> {
  if ((await ports.files.read(DEVICE_KEY_FILE, { secret: true })) === null) return;
  throw new HxError("exists", `an identity is there already: '${DEVICE_KEY_FILE}'`, { hints: ["hx identity show"] });
}
