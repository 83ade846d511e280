import { readFile, stat, writeFile } from "node:fs/promises";
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { changeProtection } from "../../src/app/identity/change-passphrase.ts";
import { createIdentity } from "../../src/app/identity/create.ts";
import { readCard } from "../../src/app/identity/files.ts";
import { openIdentity, tryOpenIdentity } from "../../src/app/identity/open.ts";
import { saveKeys } from "../../src/app/identity/save-keys.ts";
import { showIdentity } from "../../src/app/identity/show.ts";
import { lockIdentity, unlockIdentity } from "../../src/app/identity/unlock.ts";
import { toHex } from "../../src/domain/bytes.ts";
import { workspaceId } from "../../src/domain/ids.ts";
import { newDevice, passphrase, removeDevices } from "./world.ts";

afterEach(removeDevices);

const WORKSPACE = workspaceId("ab".repeat(32));

describe("an identity", () => {
  it("is made, opens with its passphrase, and with no other", async () => {
    const device = await newDevice();
    const { identity, card } = await createIdentity(device.ports, passphrase("correct horse"));
    device.typed = "correct horse";
    const again = await openIdentity(device.ports);
    expect(again.person).toBe(identity.person);
    expect(again.signSeed).toEqual(identity.signSeed);
    expect(again.boxSeed).toEqual(identity.boxSeed);
    expect(again.personKey(0)).toEqual(identity.personKey(0));
    expect(again.personKey(1)).toBeUndefined();
    const stored = await readCard(device.ports);
    expect(stored?.envelopes).toEqual(card);
    expect(stored?.card.keys[0]?.key).toEqual(device.ports.crypto.wrapper.publicKey(identity.personKey(0) ?? new Uint8Array()));
    for (const typed of ["correct horsf", "Correct horse", "correct horse "]) {
      device.typed = typed;
      await expect(openIdentity(device.ports)).rejects.toMatchObject({ code: "wrong-passphrase" });
    }
  });

  it("takes a passphrase in any Unicode form", async () => {
    const device = await newDevice();
    const { passphraseBytes } = await import("../../src/app/identity/passphrase.ts");
    await createIdentity(device.ports, { kind: "passphrase", passphrase: passphraseBytes("caf\u00e9") });
    device.typed = "cafe\u0301";
    expect(await openIdentity(device.ports)).toBeDefined();
    expect(() => passphraseBytes("")).toThrow(expect.objectContaining({ code: "usage" }));
  });

  it("writes files for the owner alone", async () => {
    const device = await newDevice();
    await createIdentity(device.ports, passphrase("x"));
    expect((await stat(device.path("identity/device.key"))).mode & 0o777).toBe(0o600);
    expect((await stat(device.path("identity"))).mode & 0o777).toBe(0o700);
    expect((await stat(device.path(""))).mode & 0o777).toBe(0o700);
  });

  it("is never overwritten", async () => {
    const device = await newDevice();
    await createIdentity(device.ports, passphrase("x"));
    const before = await readFile(device.path("identity/device.key"));
    await expect(createIdentity(device.ports, { kind: "none" })).rejects.toMatchObject({ code: "exists", hints: ["hx identity show"] });
    expect(await readFile(device.path("identity/device.key"))).toEqual(before);
  });

  it("is not made over a card whose key is gone", async () => {
    const device = await newDevice();
    await createIdentity(device.ports, { kind: "none" });
    await device.ports.files.remove("identity/device.key");
    await expect(createIdentity(device.ports, { kind: "none" })).rejects.toMatchObject({ code: "exists", hints: ["hx identity restore"] });
  });

  it("opens with no passphrase where none was wanted", async () => {
    const device = await newDevice();
    const { identity } = await createIdentity(device.ports, { kind: "none" });
    expect((await openIdentity(device.ports)).signSeed).toEqual(identity.signSeed);
    expect(device.asked).toEqual([]);
    expect(device.hash.runs).toBe(0);
    expect(await unlockIdentity(device.ports, 5)).toBeNull();
  });

  it("opens through the keyring, and says so when the keyring lost the key", async () => {
    const device = await newDevice();
    const { identity } = await createIdentity(device.ports, { kind: "keyring" });
    expect((await openIdentity(device.ports)).signSeed).toEqual(identity.signSeed);
    const file = (await readFile(device.path("identity/device.key"))).toString("hex");
    for (const key of device.keyring.keys.values()) expect(file).not.toContain(toHex(key));
    device.keyring.keys.clear();
    await expect(openIdentity(device.ports)).rejects.toMatchObject({ code: "locked" });
    const without = await newDevice();
    without.keyring.there = false;
    await expect(createIdentity(without.ports, { kind: "keyring" })).rejects.toMatchObject({ code: "not-found" });
    expect(await showIdentity(without.ports)).toBeNull();
  });

  it("without anybody to ask is locked; without files it is absent", async () => {
    const device = await newDevice();
    await expect(openIdentity(device.ports)).rejects.toMatchObject({ code: "no-identity", hints: ["hx identity new", "hx identity restore"] });
    await createIdentity(device.ports, passphrase("x"));
    await expect(openIdentity(device.ports)).rejects.toMatchObject({ code: "locked" });
    expect(await tryOpenIdentity(device.ports)).toBeNull();
  });
});

describe("an unlock", () => {
  it("is remembered until its time, and no longer", async () => {
    const device = await newDevice();
    await createIdentity(device.ports, passphrase("x"));
    device.typed = "x";
    const unlock = await unlockIdentity(device.ports, 10);
    expect(unlock).toMatchObject({ until: device.now + 600_000, place: device.ports.unlocks.place });
    device.typed = null;
    const runs = device.hash.runs;
    device.now += 599_999;
    expect(await openIdentity(device.ports)).toBeDefined();
    expect(device.hash.runs).toBe(runs);
    device.now += 1;
    await expect(openIdentity(device.ports)).rejects.toMatchObject({ code: "locked" });
    device.now -= 600_000;
    await expect(openIdentity(device.ports), "a clock that runs backwards finds nothing").rejects.toMatchObject({ code: "locked" });
  });

  it("ends with lock", async () => {
    const device = await newDevice();
    await createIdentity(device.ports, passphrase("x"));
    device.typed = "x";
    await unlockIdentity(device.ports, 10);
    await lockIdentity(device.ports);
    await lockIdentity(device.ports);
    expect(await tryOpenIdentity(device.ports)).toBeNull();
  });

  it("is not given for a wrong passphrase, or for no bounded time", async () => {
    const device = await newDevice();
    await createIdentity(device.ports, passphrase("x"));
    device.typed = "y";
    await expect(unlockIdentity(device.ports, 10)).rejects.toMatchObject({ code: "wrong-passphrase" });
    for (const minutes of [0, -1, 1.5, 1441, Number.NaN]) await expect(unlockIdentity(device.ports, minutes)).rejects.toMatchObject({ code: "usage" });
    expect(await tryOpenIdentity(device.ports)).toBeNull();
  });

  it("survives that keys are added, and ends with a new passphrase", async () => {
    const device = await newDevice();
    const { identity } = await createIdentity(device.ports, passphrase("x"));
    device.typed = "x";
    await unlockIdentity(device.ports, 10);
    await saveKeys(device.ports, identity, { memberships: [{ workspace: WORKSPACE, epoch: 0, seeds: new Uint8Array(64).fill(7) }] });
    expect((await tryOpenIdentity(device.ports))?.membership(WORKSPACE)?.seeds).toEqual(new Uint8Array(64).fill(7));
    await changeProtection(device.ports, async () => passphrase("z"));
    expect(await tryOpenIdentity(device.ports)).toBeNull();
  });
});

describe("a change of the passphrase", () => {
  it("keeps the keys and ends the old passphrase", async () => {
    const device = await newDevice();
    const { identity } = await createIdentity(device.ports, passphrase("old"));
    device.typed = "old";
    await changeProtection(device.ports, async () => passphrase("new"));
    await expect(openIdentity(device.ports)).rejects.toMatchObject({ code: "wrong-passphrase" });
    device.typed = "new";
    expect((await openIdentity(device.ports)).secrets).toEqual(identity.secrets);
  });

  it("needs the old one even while unlocked, and asks for the new one only then", async () => {
    const device = await newDevice();
    await createIdentity(device.ports, passphrase("old"));
    device.typed = "old";
    await unlockIdentity(device.ports, 10);
    device.typed = "no idea";
    let asked = false;
    const next = async () => {
      asked = true;
      return passphrase("mine now");
    };
    await expect(changeProtection(device.ports, next)).rejects.toMatchObject({ code: "wrong-passphrase" });
    expect(asked).toBe(false);
  });

  it("goes between passphrase, keyring and none", async () => {
    const device = await newDevice();
    const { identity } = await createIdentity(device.ports, { kind: "none" });
    await changeProtection(device.ports, async () => ({ kind: "keyring" }));
    expect(device.keyring.keys.size).toBe(1);
    await changeProtection(device.ports, async () => passphrase("x"));
    expect(device.keyring.keys.size).toBe(0);
    device.typed = "x";
    expect((await openIdentity(device.ports)).secrets).toEqual(identity.secrets);
    expect(await showIdentity(device.ports)).toMatchObject({ protection: "argon2id", open: false, person: identity.person, device: identity.device, epoch: 0 });
  });
});

describe("keys that are added", () => {
  it("do not replace those that are there, or those that another process saved", async () => {
    const device = await newDevice();
    const { identity } = await createIdentity(device.ports, { kind: "none" });
    const seeds = (fill: number): Uint8Array => new Uint8Array(64).fill(fill);
    await saveKeys(device.ports, identity, { memberships: [{ workspace: WORKSPACE, epoch: 0, seeds: seeds(1) }] });
    // `identity` is older than the file now, as in another process.
    await saveKeys(device.ports, identity, { memberships: [{ workspace: WORKSPACE, epoch: 0, seeds: seeds(9) }, { workspace: WORKSPACE, epoch: 1, seeds: seeds(2) }], personKeys: [{ epoch: 1, seed: new Uint8Array(32).fill(3) }] });
    const open = await openIdentity(device.ports);
    expect(open.membership(WORKSPACE)?.seeds).toEqual(seeds(2));
    expect(open.membership(WORKSPACE, 0)?.seeds).toEqual(seeds(1));
    expect(open.membership(workspaceId("cd".repeat(32)))).toBeUndefined();
    expect(open.personKeys.map(({ epoch }) => epoch)).toEqual([0, 1]);
    expect(open.personKey(0)).toEqual(identity.personKey(0));
  });
});

describe("no secret", () => {
  it("shows in what prints or writes an identity", async () => {
    const device = await newDevice();
    const { identity, phrase } = await createIdentity(device.ports, passphrase("correct horse"));
    const secrets = [identity.signSeed, identity.boxSeed, identity.personKey(0) ?? new Uint8Array(), identity.fileKey.key, phrase.root()];
    const shown = [inspect(identity, { depth: 9, showHidden: true }), inspect({ identity, phrase }, { depth: 9 }), String(identity), inspect(await showIdentity(device.ports), { depth: 9 })].join("\n");
    for (const secret of secrets) {
      expect(shown).not.toContain(toHex(secret).slice(0, 12));
      expect(shown).not.toContain(Array.from(secret.subarray(0, 4)).join(", "));
    }
    for (const word of phrase.words().slice(0, 3)) expect(shown).not.toMatch(new RegExp(`\\b${word}\\b`));
    expect(() => JSON.stringify(identity)).toThrow(expect.objectContaining({ code: "internal" }));
  });

  it("lies in the files of a locked identity", async () => {
    const device = await newDevice();
    const { identity, phrase } = await createIdentity(device.ports, passphrase("correct horse"));
    const bytes = Buffer.concat([await readFile(device.path("identity/device.key")), await readFile(device.path("identity/card"))]);
    const searched = (secret: Uint8Array): boolean => bytes.includes(Buffer.from(secret));
    expect(searched(device.ports.crypto.signer.publicKey(identity.signSeed)), "the search finds what is there").toBe(true);
    for (const secret of [identity.signSeed, identity.boxSeed, identity.personKey(0) ?? bytes, identity.fileKey.key, phrase.root(), Buffer.from("correct horse")]) expect(searched(secret)).toBe(false);
  });

  it("shows in the error of a damaged key file", async () => {
    const device = await newDevice();
    const { identity } = await createIdentity(device.ports, { kind: "none" });
    const bytes = await readFile(device.path("identity/device.key"));
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(device.path("identity/device.key"), bytes);
    const error: unknown = await openIdentity(device.ports).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "encoding-invalid" });
    expect(inspect(error, { depth: 9 })).not.toContain(toHex(identity.fileKey.key).slice(0, 12));
  });
});
