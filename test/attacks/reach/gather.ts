import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadCrypto } from "../../../src/adapters/crypto/libsodium.ts";
import { Phrase } from "../../../src/app/identity/phrase.ts";
import { encodeCbor, decodeCborMap, type CborMap } from "../../../src/format/cbor.ts";
import type { JourneyWorld } from "../../journey/world.ts";
import type { Colleague } from "../../support/workspace-people.ts";
import { objectsIn, type Objects } from "./objects.ts";

/** All that lies in the directories of one person. */
export interface Secrets {
  /** 32 bytes each, out of opened key files and the recovery phrase. */
  readonly keys: readonly Uint8Array[];
  /** Whatever else there is of 32 bytes: in trust state, work files, caches. */
  readonly others: readonly Uint8Array[];
  /** Files that look sealed: caches, whose keys are derived from keys above. */
  readonly sealed: readonly Uint8Array[];
  /** Every object of the clone and of the stores beside it. */
  readonly objects: Objects;
}

export const NOBODY: Secrets = { keys: [], others: [], sealed: [], objects: new Map() };

export function together(...all: readonly Secrets[]): Secrets {
  return {
    keys: all.flatMap(({ keys }) => keys),
    others: all.flatMap(({ others }) => others),
    sealed: all.flatMap(({ sealed }) => sealed),
    objects: new Map(all.flatMap(({ objects }) => [...objects])),
  };
}

/** Configuration, state and run directories, the clone's work files, its stores, and the recovery phrase. */
export async function gather(world: JourneyWorld, key: string, { machine, checkout }: Colleague): Promise<Secrets> {
  const git = join(checkout, ".git");
  const base = world.path("machines", key);
  const files = (await Promise.all([join(base, "config"), join(base, "state"), join(base, "run"), join(git, "hx")].map(filesBelow))).flat();
  const keys: Uint8Array[] = [(await Phrase.parse(await readFile(world.path(`phrase-${key}`), "utf8"))).root()];
  const others: Uint8Array[] = [];
  const sealed: Uint8Array[] = [];
  for (const file of files) {
    const bytes = Uint8Array.from(await readFile(file));
    if (file.endsWith("device.key")) keys.push(...words(await opened(bytes)));
    else if (file.endsWith(".key")) keys.push(...words(bytes));
    else others.push(...words(bytes));
    sealed.push(bytes);
  }
  const stores = [git, join(git, "hx", "others"), join(git, "hx-stage")].map((directory) => objectsIn(directory, machine.env));
  return { keys, others, sealed, objects: new Map(stores.flatMap((store) => [...store])) };
}

/** What a file without a passphrase, or an unlocked one, holds: docs/spec/keyfile.md. */
async function opened(file: Uint8Array): Promise<Uint8Array> {
  const { aead } = await loadCrypto();
  const map = decodeCborMap(file);
  const kdf = map.get("kdf") as CborMap;
  const plain = aead.open(kdf.get("key") as Uint8Array, map.get("nonce") as Uint8Array, encodeCbor(["hx/device-key/v1", kdf]), map.get("sealed") as Uint8Array);
  if (plain === null) throw new Error("the key file does not open");
  return plain;
}

/** Byte strings of CBOR of 32 and 64 bytes, and hex of as many, wherever they stand. */
export function words(bytes: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 0; at + 34 <= bytes.length; at++) {
    if (bytes[at] !== 0x58) continue;
    if (bytes[at + 1] === 32) found.push(bytes.slice(at + 2, at + 34));
    if (bytes[at + 1] === 64 && at + 66 <= bytes.length) found.push(bytes.slice(at + 2, at + 34), bytes.slice(at + 34, at + 66));
  }
  for (const [hex] of Buffer.from(bytes).toString("latin1").matchAll(/\b[0-9a-f]{64}\b/g)) found.push(Uint8Array.from(Buffer.from(hex, "hex")));
  return found;
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : [])).filter((path) => !path.includes("/objects/"));
}
