import sodium from "libsodium-wrappers";
import type { Cbor } from "./cbor.ts";
import { encodeCbor } from "./cbor.ts";
import { fromUtf8, utf8 } from "./bytes.ts";
import { demand, refuse } from "./errors.ts";
import { Fields, asBytes, asList, asUint } from "./fields.ts";
import { openAead } from "./primitives.ts";

await sodium.ready;

/** The keys of a device. */
export interface DeviceKeys {
  person: Uint8Array;
  device: Uint8Array;
  sign: Uint8Array;
  box: Uint8Array;
  keys: { epoch: number; seed: Uint8Array }[];
  membership: { workspace: Uint8Array; epoch: number; seeds: Uint8Array }[];
}

/** How the key of a key file is found. */
export type KeySource = { key: Uint8Array } | { passphrase: (salt: Uint8Array, ops: number, mem: number) => Uint8Array };

/** Opens a device.key file. */
export function openDeviceKey(file: Uint8Array, source: KeySource): DeviceKeys {
  const fields = Fields.decode(file);
  fields.one("v");
  const kdf = fields.fields("kdf");
  const key = findKey(kdf, source);
  const additional: Cbor[] = ["hx/device-key/v1", kdf.map];
  const plaintext = openAead(key, fields.bytes("nonce", 24), fields.bytes("sealed"), encodeCbor(additional));
  demand(plaintext !== undefined, "wrong-passphrase", "the key file does not open");
  return readKeys(Fields.decode(plaintext));
}

function findKey(kdf: Fields, source: KeySource): Uint8Array {
  const algorithm = kdf.text("alg");
  if (algorithm === "none") return kdf.bytes("key", 32);
  if (algorithm === "keyring") {
    kdf.text("id");
    return "key" in source ? source.key : refuse("wrong-passphrase", "the key lies in the keyring");
  }
  demand(algorithm === "argon2id", "too-new", `a key file that is locked with ${algorithm}`);
  const [ops, mem, salt] = [kdf.uint("ops"), kdf.uint("mem"), kdf.bytes("salt", 16)];
  demand(ops >= 3 && ops <= 16 && mem >= 2 ** 26 && mem <= 2 ** 30, "key-parameters", "parameters out of range");
  return "key" in source ? source.key : source.passphrase(salt, ops, mem);
}

/** Bytes of a passphrase as argon2id takes them. */
export function passphraseBytes(passphrase: string): Uint8Array {
  return utf8(fromUtf8(utf8(passphrase)).normalize("NFKC"));
}

function readKeys(fields: Fields): DeviceKeys {
  fields.one("v");
  return {
    person: fields.bytes("person", 16),
    device: fields.bytes("device", 16),
    sign: fields.bytes("sign", 32),
    box: fields.bytes("box", 32),
    keys: fields.list("keys").map((item) => {
      const [epoch, seed] = asList(item, 2);
      return { epoch: asUint(epoch), seed: asBytes(seed, 32) };
    }),
    membership: fields.list("membership").map((item) => {
      const [workspace, epoch, seeds] = asList(item, 3);
      return { workspace: asBytes(workspace, 32), epoch: asUint(epoch), seeds: asBytes(seeds, 64) };
    }),
  };
}
