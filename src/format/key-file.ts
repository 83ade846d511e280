import { concat, toHex, utf8 } from "../domain/bytes.ts";
import { HxError } from "../domain/errors.ts";
import type { DeviceId, PersonId, WorkspaceId } from "../domain/ids.ts";
import { workspaceId } from "../domain/ids.ts";
import { decodeCborMap, encodeCbor } from "./cbor.ts";
import type { CborInput, CborMap, CborValue } from "./cbor.ts";
import { asBytes, asInt, asList, bad, bytesField, checkVersion, intField, listField, mapField, textField } from "./fields.ts";
import { deviceField, idBytes, personField } from "./ids.ts";
import type { AeadCipher, HashFunctions } from "./primitives.ts";

/** Bounds of argon2id, docs/spec/keyfile.md: passes, and bytes of memory. */
export const ARGON2_BOUNDS = { minOps: 3, maxOps: 16, minMemory: 67108864, maxMemory: 1073741824 } as const;

/** What is written: passes, and bytes of memory. */
export const ARGON2_WRITTEN = { ops: 3, memory: 134217728 } as const;

export type KeyDerivation =
  | { readonly alg: "argon2id"; readonly ops: number; readonly memory: number; readonly salt: Uint8Array }
  | { readonly alg: "keyring"; readonly id: string }
  | { readonly alg: "none"; readonly key: Uint8Array };

export interface LockedDeviceKey {
  readonly kdf: KeyDerivation;
  readonly nonce: Uint8Array;
  readonly sealed: Uint8Array;
}

export interface EpochSeed {
  readonly epoch: number;
  readonly seed: Uint8Array;
}

export interface MembershipSeeds {
  readonly workspace: WorkspaceId;
  readonly epoch: number;
  /** Signing seed (32), box seed (32). */
  readonly seeds: Uint8Array;
}

/** The plaintext of `device.key`. All seeds are 32 bytes. */
export interface DeviceSecrets {
  readonly person: PersonId;
  readonly device: DeviceId;
  readonly sign: Uint8Array;
  readonly box: Uint8Array;
  readonly keys: readonly EpochSeed[];
  readonly membership: readonly MembershipSeeds[];
}

/**
 * @param key 32 bytes, as `kdf` gives it
 * @param nonce 24 random bytes, never used before with this key
 */
export function sealDeviceKey(aead: AeadCipher, key: Uint8Array, nonce: Uint8Array, kdf: KeyDerivation, secrets: DeviceSecrets): Uint8Array {
  checkKdf(kdf);
  const sealed = aead.seal(key, nonce, additional(kdf), encodeCbor(secretsMap(secrets)));
  return encodeCbor({ v: 1, kdf: kdfMap(kdf), nonce, sealed });
}

/** @throws HxError `encoding-invalid`, `too-new`, or `key-parameters` before any work is done with them. */
export function decodeDeviceKey(bytes: Uint8Array): LockedDeviceKey {
  const map = decodeCborMap(bytes);
  checkVersion(map, "device.key");
  const kdf = kdfOf(mapField(map, "kdf"));
  // Its encoding is authenticated as a whole, so nothing in it is passed over.
  if (mapField(map, "kdf").size !== Object.keys(kdfMap(kdf)).length) throw bad("kdf", "the parameters of its algorithm and nothing else");
  return { kdf, nonce: bytesField(map, "nonce", 24), sealed: bytesField(map, "sealed") };
}

/**
 * @throws HxError `wrong-passphrase` when the key does not open it (for a keyring, or no passphrase, that
 * means a damaged file), `encoding-invalid` when it holds something else.
 */
export function openDeviceKey(aead: AeadCipher, key: Uint8Array, locked: LockedDeviceKey): DeviceSecrets {
  const plaintext = aead.open(key, locked.nonce, additional(locked.kdf), locked.sealed);
  if (plaintext === null) throw new HxError("wrong-passphrase", "the passphrase does not open 'identity/device.key'");
  return secretsOf(decodeCborMap(plaintext));
}

/** @throws HxError `key-parameters` outside the bounds. */
export function checkKdf(kdf: KeyDerivation): void {
  if (kdf.alg !== "argon2id") return;
  const { minOps, maxOps, minMemory, maxMemory } = ARGON2_BOUNDS;
  const within = kdf.ops >= minOps && kdf.ops <= maxOps && kdf.memory >= minMemory && kdf.memory <= maxMemory;
  if (!within) throw new HxError("key-parameters", `argon2id with ${kdf.ops} passes and ${kdf.memory} bytes is refused`, { data: { ops: kdf.ops, memory: kdf.memory } });
}

function kdfMap(kdf: KeyDerivation): CborInput {
  if (kdf.alg === "argon2id") return { alg: kdf.alg, ops: kdf.ops, mem: kdf.memory, salt: kdf.salt };
  return kdf.alg === "keyring" ? { alg: kdf.alg, id: kdf.id } : { alg: kdf.alg, key: kdf.key };
}

function kdfOf(map: CborMap): KeyDerivation {
  const alg = textField(map, "alg");
  if (alg === "keyring") return { alg, id: textField(map, "id") };
  if (alg === "none") return { alg, key: bytesField(map, "key", 32) };
  if (alg !== "argon2id") throw new HxError("too-new", `the key derivation '${alg.slice(0, 40)}' is not known`);
  const kdf = { alg, ops: intField(map, "ops"), memory: intField(map, "mem"), salt: bytesField(map, "salt", 16) } as const;
  checkKdf(kdf);
  return kdf;
}

function additional(kdf: KeyDerivation): Uint8Array {
  return encodeCbor(["hx/device-key/v1", kdfMap(kdf)]);
}

function secretsMap(secrets: DeviceSecrets): CborInput {
  return {
    v: 1,
    person: idBytes(secrets.person),
    device: idBytes(secrets.device),
    sign: secrets.sign,
    box: secrets.box,
    keys: secrets.keys.map(({ epoch, seed }) => [epoch, seed]),
    membership: secrets.membership.map(({ workspace, epoch, seeds }) => [idBytes(workspace), epoch, seeds]),
  };
}

function secretsOf(map: CborMap): DeviceSecrets {
  checkVersion(map, "device.key");
  return {
    person: personField(map, "person"),
    device: deviceField(map, "device"),
    sign: bytesField(map, "sign", 32),
    box: bytesField(map, "box", 32),
    keys: listField(map, "keys").map(epochSeed),
    membership: listField(map, "membership").map(membershipSeeds),
  };
}

function epochSeed(value: CborValue): EpochSeed {
  const [epoch, seed] = asList(value, "keys", 2);
  return { epoch: asInt(epoch, "keys"), seed: asBytes(seed, "keys", 32) };
}

function membershipSeeds(value: CborValue): MembershipSeeds {
  const [workspace, epoch, seeds] = asList(value, "membership", 3);
  return { workspace: workspaceId(toHex(asBytes(workspace, "membership", 32))), epoch: asInt(epoch, "membership"), seeds: asBytes(seeds, "membership", 64) };
}

/** The seed of the key that may sign tombstones for a lane of this device. */
export function eraserSeed(hashes: HashFunctions, deviceSigningSeed: Uint8Array, lane: Uint8Array): Uint8Array {
  return hashes.keyed(deviceSigningSeed, concat(utf8("hx/eraser/v1"), lane));
}
