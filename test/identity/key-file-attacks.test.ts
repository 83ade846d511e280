import { chmod, readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createIdentity } from "../../src/app/identity/create.ts";
import type { CreatedIdentity } from "../../src/app/identity/create.ts";
import { openIdentity } from "../../src/app/identity/open.ts";
import { unlockIdentity } from "../../src/app/identity/unlock.ts";
import { isHxError } from "../../src/domain/errors.ts";
import { decodeCborMap, encodeCbor } from "../../src/format/cbor.ts";
import type { CborInput } from "../../src/format/cbor.ts";
import { Device, newDevice, passphrase, removeDevices } from "./world.ts";

const FILE = "identity/device.key";

let device: Device;
let made: CreatedIdentity;
let bytes: Buffer;

beforeEach(async () => {
  device = await newDevice();
  made = await createIdentity(device.ports, passphrase("x"));
  bytes = await readFile(device.path(FILE));
  device.typed = "x";
  device.hash.runs = 0;
});
afterEach(removeDevices);

async function codeWith(content: Uint8Array): Promise<string> {
  await writeFile(device.path(FILE), content);
  const error: unknown = await openIdentity(device.ports).then(() => "opened", (thrown: unknown) => thrown);
  if (error === "opened") return "opened";
  return isHxError(error) ? error.code : String(error);
}

/** The file with another `kdf`, everything else as it was. */
function withKdf(change: Record<string, CborInput>): Uint8Array {
  const map = decodeCborMap(bytes);
  const kdf = map.get("kdf");
  if (!(kdf instanceof Map)) throw new Error("no kdf");
  return encodeCbor(new Map([...map, ["kdf", new Map([...kdf, ...Object.entries(change)])]]));
}

describe("a key file", () => {
  it("whose bytes were flipped, one after the other, never opens and never is a bug", async () => {
    const codes = new Set<string>();
    for (let at = 0; at < bytes.length; at++) {
      const bad = Buffer.from(bytes);
      bad[at] = (bad[at] ?? 0) ^ 1;
      codes.add(await codeWith(bad));
    }
    expect([...codes].every((code) => ["wrong-passphrase", "encoding-invalid", "key-parameters", "too-new"].includes(code)), [...codes].join()).toBe(true);
    expect(await codeWith(bytes)).toBe("opened");
  });

  it("that was cut off anywhere, or goes on, is invalid", async () => {
    for (const end of [0, 1, 2, 50, bytes.length - 1]) expect(await codeWith(bytes.subarray(0, end))).toBe("encoding-invalid");
    expect(await codeWith(Buffer.concat([bytes, Buffer.of(0)]))).toBe("encoding-invalid");
  });

  it.each([
    ["fewer passes", { ops: 2 }],
    ["no pass", { ops: 0 }],
    ["more passes", { ops: 17 }],
    ["less memory", { mem: 67108863 }],
    ["much more memory", { mem: 1073741825 }],
    ["all memory", { mem: Number.MAX_SAFE_INTEGER }],
  ])("with %s is refused before any work", async (_, change) => {
    expect(await codeWith(withKdf(change))).toBe("key-parameters");
    expect(device.hash.runs).toBe(0);
    expect(device.asked).toEqual([]);
  });

  it("whose parameters or salt were changed within the bounds does not open: they are authenticated", async () => {
    for (const change of [{ ops: 4 }, { mem: 67108864 }]) expect(await codeWith(withKdf(change))).toBe("wrong-passphrase");
    expect(await codeWith(withKdf({ salt: new Uint8Array(16) }))).toBe("wrong-passphrase");
  });

  it("that another took the place of opens with its own passphrase only", async () => {
    const other = await newDevice();
    await createIdentity(other.ports, passphrase("y"));
    expect(await codeWith(await readFile(other.path(FILE)))).toBe("wrong-passphrase");
  });

  it("that another took the place of is not opened by a remembered unlock", async () => {
    await unlockIdentity(device.ports, 10);
    device.typed = null;
    const other = await newDevice();
    await createIdentity(other.ports, passphrase("y"));
    expect(await codeWith(await readFile(other.path(FILE)))).toBe("locked");
    const swapped = decodeCborMap(await readFile(other.path(FILE)));
    expect(await codeWith(encodeCbor(new Map([...decodeCborMap(bytes), ["sealed", swapped.get("sealed") ?? ""]])))).toBe("locked");
  });

  it("that says 'none' with a key of the attacker gives nothing", async () => {
    const map = decodeCborMap(bytes);
    expect(await codeWith(encodeCbor(new Map<string, CborInput>([...map, ["kdf", { alg: "none", key: new Uint8Array(32) }]])))).toBe("encoding-invalid");
    expect(await codeWith(encodeCbor(new Map<string, CborInput>([...map, ["kdf", { alg: "pbkdf2", rounds: 1 }]])))).toBe("too-new");
  });

  it("of somebody else that needs no passphrase is noticed by the card", async () => {
    const other = await newDevice();
    await createIdentity(other.ports, { kind: "none" });
    expect(await codeWith(await readFile(other.path(FILE)))).toBe("encoding-invalid");
    await device.ports.files.remove("identity/card");
    expect(await codeWith(bytes)).toBe("encoding-invalid");
  });

  it("of a newer version says so", async () => {
    expect(await codeWith(encodeCbor(new Map<string, CborInput>([...decodeCborMap(bytes), ["v", 2]])))).toBe("too-new");
  });

  it.each([0o604, 0o640, 0o660, 0o666, 0o620, 0o601])("that others may touch (%o) is refused, with the command that mends it", async (mode) => {
    await chmod(device.path(FILE), mode);
    await expect(openIdentity(device.ports)).rejects.toMatchObject({ code: "key-file-open", hints: [`chmod 600 '${device.path(FILE)}'`] });
    expect(device.asked).toEqual([]);
    await chmod(device.path(FILE), 0o600);
    expect((await openIdentity(device.ports)).person).toBe(made.identity.person);
  });
});
