import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eraserSeed } from "../../src/app/lane/own-lane-key.ts";
import { UnlockedIdentity } from "../../src/app/identity/unlocked.ts";
import { repoId } from "../../src/domain/ids.ts";
import { encodeCbor } from "../../src/format/cbor.ts";
import { keysRef, laneRef, tombstonePath } from "../../src/format/paths.ts";
import { tombstonePayload, type Tombstone } from "../../src/format/tombstone.ts";
import type { Files } from "./lane-builder.ts";
import { replaceKeys, type Change } from "./keys-forge.ts";
import { expectAdmitted, expectRefused, makeTheatre, onStage, type Act, type Theatre } from "./outcome.ts";
import { pull, type Scene } from "./scene.ts";

let theatre: Theatre;
beforeAll(async () => {
  theatre = await makeTheatre();
});
afterAll(() => theatre.scene.box.remove());

const wrapsOf = (files: Files): string[] => [...files.keys()].filter((path) => path.startsWith("w/")).sort();
const firstWrap = (files: Files): string => wrapsOf(files)[0] ?? "";

/** The lane's eraser key, which is locked on the device. */
function eraser(scene: Scene): Uint8Array {
  const device = scene.person.devices[0];
  if (device === undefined) throw new Error("no device");
  const fileKey = { kdf: { alg: "none", key: new Uint8Array(32) }, key: new Uint8Array(32) } as const;
  const identity = new UnlockedIdentity({ person: scene.person.id, device: device.id, sign: device.sign, box: device.box, keys: [], membership: [] }, fileKey);
  return eraserSeed(scene.crypto, identity, theatre.mallory.publicKey);
}

/** Removes a wrap and puts a tombstone there. */
function buried(act: Act, change: (tombstone: Tombstone) => Tombstone = (same) => same, seed: Uint8Array = eraser(act.scene)): Change {
  return {
    files: (files) => {
      const path = firstWrap(files);
      const tombstone = { repo: act.scene.repo, lane: act.forge.lane.publicKey, path, hash: act.scene.crypto.hashes.h(files.get(path) ?? new Uint8Array()), reason: "revoked" };
      files.delete(path);
      files.set(tombstonePath(path.slice(5)), act.forge.sign("hx/tombstone/v1", encodeCbor(tombstonePayload(change(tombstone))), seed));
    },
  };
}

describe.concurrent("a keys ref", () => {
  it("is admitted with a higher counter, with or without another wrap", () =>
    onStage(theatre, async (act) => {
      const to = await replaceKeys(act.forge, { files: (files) => files.set(`w/ab/${"ab".repeat(16)}`, act.scene.crypto.random.bytes(1000)) });
      await expectAdmitted(act, act.forge.head);
      expect(await act.reader.ledger.others.read(keysRef(act.forge.lane.id))).toBe(to);
    }));

  it.each<[string, (act: Act) => Change, RegExp]>([
    ["with a lower counter", () => ({ header: (header) => ({ ...header, counter: header.counter - 2 }) }), /went back to counter/],
    ["with counter 0", () => ({ header: (header) => ({ ...header, counter: 0 }) }), /went back to counter 0/],
    ["with the same counter and another list", () => ({ files: (files) => files.set(`w/ab/${"ab".repeat(16)}`, new Uint8Array(9)), header: (header) => ({ ...header, counter: header.counter - 1 }) }), /two keys refs/],
    ["with a wrap missing", () => ({ files: (files) => files.delete(firstWrap(files)) }), /without a tombstone/],
    ["with other bytes in a wrap", (act) => ({ files: (files) => files.set(firstWrap(files), act.scene.crypto.random.bytes(1000)) }), /without a tombstone/],
    ["with two wraps swapped", () => ({ files: swapTwo }), /without a tombstone/],
    ["with a list that it does not have", () => ({ header: (header) => ({ ...header, list: new Uint8Array(32) }) }), /not those that the header signs/],
    ["for another repository", () => ({ header: (header) => ({ ...header, repo: repoId("ab".repeat(32)) }) }), /another repository/],
    ["for another lane", () => ({ header: (header) => ({ ...header, lane: theatre.bob.publicKey }) }), /another lane/],
    ["signed by another lane", () => ({ seed: theatre.bob.seed }), /signature/],
    ["signed by the eraser", (act) => ({ seed: eraser(act.scene) }), /signature/],
    ["with a history", (act) => ({ commit: (text) => text.replace("author", `parent ${act.forge.head}\nauthor`) }), /history/],
    ["with an hour", () => ({ commit: (text) => text.replaceAll(/> (\d+) /g, (_all, day: string) => `> ${Number(day) + 3600} `) }), /midnight/],
    ["from the future", () => ({ commit: (text) => text.replaceAll(/> (\d+) /g, (_all, day: string) => `> ${Number(day) + 5 * 86_400} `) }), /future/],
    ["with a file of another name", () => ({ files: (files) => files.set("evil", new Uint8Array(3)) }), /may not lie/],
    ["with a segment", (act) => ({ files: (files) => files.set(`s/ab/${"ab".repeat(16)}/0`, act.scene.crypto.random.bytes(100)) }), /may not lie/],
    ["with a key twice in its header", () => ({ payload: (bytes) => Uint8Array.from([(bytes[0] ?? 0) + 1, ...bytes.subarray(1, 4), ...bytes.subarray(1)]) }), /deterministic/],
    ["with a tombstone that the lane's key signed", (act) => buried(act, undefined, act.forge.lane.seed), /signature/],
    ["with a tombstone that another lane's key signed", (act) => buried(act, undefined, theatre.bob.seed), /signature/],
    ["with a tombstone for another wrap", (act) => buried(act, (tombstone) => ({ ...tombstone, path: `w/cd/${"cd".repeat(16)}` })), /for something else/],
    ["with a tombstone for other bytes", (act) => buried(act, (tombstone) => ({ ...tombstone, hash: new Uint8Array(32) })), /for something else/],
    ["with a tombstone of another repository", (act) => buried(act, (tombstone) => ({ ...tombstone, repo: repoId("ab".repeat(32)) })), /for something else/],
    ["with a tombstone of another lane", (act) => buried(act, (tombstone) => ({ ...tombstone, lane: theatre.bob.publicKey })), /for something else/],
  ])("is refused %s", (_what, change, message) =>
    onStage(theatre, async (act) => {
      await replaceKeys(act.forge, change(act));
      await expectRefused(act, "keys-invalid", message);
    }),
  );

  it("of a later program is told from one that is wrong", () =>
    onStage(theatre, async (act) => {
      await replaceKeys(act.forge, { header: (header) => ({ ...header, suite: 2 }) });
      await expectRefused(act, "too-new", /suite/);
    }));

  it("is admitted without a wrap whose tombstone is right, and stays so", () =>
    onStage(theatre, async (act) => {
      await replaceKeys(act.forge, buried(act));
      await expectAdmitted(act, act.forge.head);
      await replaceKeys(act.forge, {});
      await expectAdmitted(act, act.forge.head);
    }));

  it("is refused when it is put back to what it was before", () =>
    onStage(theatre, async (act) => {
      const old = await act.forge.store.read(keysRef(act.forge.lane.id));
      await replaceKeys(act.forge, {});
      await expectAdmitted(act, act.forge.head);
      await act.forge.move(keysRef(act.forge.lane.id), old);
      await expectRefused(act, "keys-invalid", /went back/);
    }));

  it.each<[string, boolean]>([["alone", false], ["while its lane goes on", true]])("is missed when it is gone, %s", (_what, grows) =>
    onStage(theatre, async (act) => {
      await act.forge.move(keysRef(act.forge.lane.id), null);
      if (grows) await act.forge.push();
      await expectRefused(act, "keys-invalid", /gone from the remote/);
    }),
  );

  it("is refused when it stayed where it was and the lane's header names a higher counter", () =>
    onStage(theatre, async (act) => {
      await act.forge.push({ header: (header) => ({ ...header, keys: header.keys + 1 }) });
      await expectRefused(act, "keys-invalid", /went back/);
    }));

  it("is refused where something else than a commit lies in its place", () =>
    onStage(theatre, async (act) => {
      await act.scene.box.git(act.scene.hub, "update-ref", keysRef(act.forge.lane.id), act.forge.object("blob", "evil"));
      await expectRefused(act, "keys-invalid", /not a commit/);
    }));

  it("without its lane is refused", () =>
    onStage(theatre, async (act) => {
      await pull(act.reader);
      await replaceKeys(act.forge, {});
      await act.forge.move(laneRef(act.forge.lane.id), null);
      await expectRefused(act, "lane-rollback", /gone/);
    }));
});

function swapTwo(files: Files): void {
  const [a = "", b = ""] = wrapsOf(files);
  const [one, two] = [files.get(a), files.get(b)];
  if (one === undefined || two === undefined || a === b) throw new Error("no two wraps");
  files.set(a, two).set(b, one);
}
