import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { replayChain } from "../../src/app/workspace/replay.ts";
import { openPersonKeys } from "../../src/app/workspace/member.ts";
import { openIdentity } from "../../src/app/identity/open.ts";
import { readWorkspace } from "../../src/app/workspace/sync.ts";
import { publish } from "../../src/app/publish/publish.ts";
import { localChain } from "../../src/app/sync/workspace-chain.ts";
import { keysRef, laneRef } from "../../src/format/paths.ts";
import { openClone, openLedger, writable } from "../../src/wire/clone.ts";
import { identityPorts } from "../../src/wire/identity-ports.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { list, makeWorld, type JourneyWorld } from "../journey/world.ts";
import { founder, member, newcomer, type Joined, type Seat } from "./world.ts";

const id = (n: number): string => `0a1b2c3d-0000-4000-8000-0000000000${n}`;
let world: JourneyWorld;
beforeAll(async () => {
  world = await makeWorld("in-process");
});
afterAll(() => world.close());

const DEVICE = ["join", "--device", "--yes", "--no-hooks", "--no-passphrase"];

async function keep(who: Seat, session: number, text: string): Promise<void> {
  await writeQuiet(transcriptPath(who.machine.home, who.checkout, id(session)), prompt(text, who.checkout));
  await who.hx("capture");
}

async function titles(who: Seat): Promise<readonly (string | undefined)[]> {
  return (await list(who.machine, who.checkout)).map(({ title }) => title).toSorted();
}

/** Epochs of the person key that the keys in a machine's directory open, with the chain that its clone has. */
async function openedEpochs(who: Seat, chainOf: Seat): Promise<{ readonly opened: readonly number[]; readonly newest: number }> {
  const crypto = await loadCrypto();
  const ports = await identityPorts(readSettings(who.machine.env), { ask: async () => null });
  const identity = await openIdentity(ports);
  const clone = await openClone(readSettings(chainOf.machine.env), chainOf.checkout);
  const found = await readWorkspace({ crypto, clock: { now: () => Date.now() } }, clone.repository.store);
  if (found === null) throw new Error("no chain");
  const state = replayChain(crypto, found.chain.statements);
  const boxed = openPersonKeys(crypto, state, identity.person, { device: identity.device, seed: identity.boxSeed });
  const epochs = new Set([...boxed, ...identity.personKeys].map(({ epoch }) => epoch));
  return { opened: [...epochs].toSorted(), newest: (state.persons.get(identity.person)?.keys.length ?? 0) - 1 };
}

/** As a patched client would that does not fetch the chain any more: publishes under its old certificate, and pushes with git. */
async function pushBlindly(who: Seat): Promise<void> {
  const clone = await openClone(readSettings(who.machine.env), who.checkout);
  const ledger = await writable(clone, await openLedger(clone));
  if (ledger === null) throw new Error("no lane");
  await publish(ledger, { state: (await localChain(ledger)).state, waitMs: 1000 });
  await who.machine.git(who.checkout, "push", "-q", "--no-verify", "origin", laneRef(ledger.lane.id), `+${keysRef(ledger.lane.id)}`);
}

describe("another machine of a member", () => {
  it("asks, is taken in by a device that is live, reads everything, and after its removal nothing new", async () => {
    const remote = await world.remote("http");
    const ada = await founder(world, remote, "ada-dev");
    await keep(ada, 10, "from the desk");
    await ada.hx("sync");
    const laptop = await newcomer(world, remote, "ada-laptop");
    const asked = await laptop.json<Joined>(...DEVICE);
    expect(asked.state).toBe("asked");
    expect(await laptop.json<Joined>(...DEVICE)).toMatchObject({ state: "waiting", fingerprint: asked.fingerprint });
    expect((await ada.json<{ readonly pending: readonly unknown[] }>("device", "list")).pending).toEqual([expect.objectContaining({ kind: "device", id: asked.device, odd: [] })]);
    expect((await ada.try("device", "add", "--pending", "--yes")).code).toBe(14);
    expect((await ada.try("device", "add", "--pending")).code).toBe(2);
    await ada.hx("device", "add", asked.fingerprint, "--yes");
    expect(await laptop.json<Joined>(...DEVICE)).toMatchObject({ state: "member", device: asked.device });
    await laptop.hx("sync");
    expect(await titles(laptop)).toEqual(["from the desk"]);
    await keep(laptop, 11, "from the laptop");
    await laptop.hx("sync");
    await ada.hx("sync");
    expect(await titles(ada)).toEqual(["from the desk", "from the laptop"]);

    expect((await ada.try("device", "remove", (await ada.json<{ readonly device: string }>("identity", "show")).device, "--yes")).code).toBe(14);
    expect(await ada.json("device", "remove", asked.device.slice(0, 8), "--yes")).toMatchObject({ changes: [{ change: "removed", device: asked.device, renewed: true }] });
    expect(await openedEpochs(laptop, ada)).toEqual({ opened: [0], newest: 1 });
    expect(await openedEpochs(ada, ada)).toEqual({ opened: [0, 1], newest: 1 });
    await keep(ada, 12, "after the laptop was stolen");
    await ada.hx("sync");
    expect(await titles(ada)).toEqual(["after the laptop was stolen", "from the desk", "from the laptop"]);
    await laptop.try("sync");
    const seen = (await list(laptop.machine, laptop.checkout)).map(({ state, title }) => `${state} ${title ?? ""}`).toSorted();
    expect(seen).toEqual(["locked ", "pushed from the desk", "pushed from the laptop"]);
    await ada.hx("verify");
  });

  it("is not taken in by somebody else", async () => {
    const remote = await world.remote();
    const ada = await founder(world, remote, "ada-else");
    const ben = await member(world, remote, ada, "Ben");
    const machine = await newcomer(world, remote, "ben-second");
    expect((await machine.try(...DEVICE)).code).toBe(2);
    const asked = await machine.json<Joined>(...DEVICE, "--person", ben.joined.person.slice(0, 8));
    const refused = await ada.try("device", "add", asked.fingerprint, "--yes");
    expect([refused.code, refused.stderr]).toEqual([14, expect.stringContaining("asks to be a device of 'Ben'")]);
    await ben.hx("device", "add", asked.fingerprint, "--yes");
    expect(await machine.json<Joined>(...DEVICE)).toMatchObject({ state: "member" });
    // An administrator removes a device of somebody else: their key is due, and a device of theirs renews it.
    expect(await ada.json("device", "remove", asked.device, "--yes")).toMatchObject({ changes: [{ renewed: false }] });
    expect((await ben.json<{ readonly people: readonly { readonly keyDue: boolean }[] }>("member", "list", "--pending")).people.map(({ keyDue }) => keyDue)).toEqual([false, true]);
  });
});

describe("a member who is removed", () => {
  it("has what they wrote kept, and what they push afterwards refused by the others", async () => {
    const remote = await world.remote();
    const ada = await founder(world, remote, "ada-rem");
    const ben = await member(world, remote, ada, "Ben");
    await keep(ben, 20, "while I was here");
    await ben.hx("sync");
    const refused = await ada.try("member", "remove", "Ada Byron", "--yes");
    expect([refused.code, refused.stderr]).toEqual([14, expect.stringContaining("the last administrator")]);
    expect((await ada.try("member", "remove", "Ben")).code).toBe(2);
    expect(await ada.hx("member", "remove", "ben@example.com".replace("ben", "Ben"), "--yes")).toContain("frozen");
    await keep(ben, 21, "after I was removed");
    await pushBlindly(ben);
    const synced = await ada.try("sync");
    expect(synced.stderr).toContain("goes beyond header 0, where a removal froze it");
    expect((await ada.try("verify")).code).toBe(13);
    expect((await ben.try("sync")).stderr).toContain("no member of this workspace");
    expect((await ben.try("join", "--yes", "--no-hooks")).code).toBe(14);
    await keep(ada, 22, "goes on");
    await ada.hx("sync");
    expect(await titles(ada)).toEqual(["goes on"]);
    const { people } = await ada.json<{ readonly people: readonly { readonly state: string }[] }>("member", "list");
    expect(people.map(({ state }) => state)).toEqual(["living", "removed"]);
  });
});

describe("a capture-only key", () => {
  it("keeps sessions as its author's on a machine without identity, opens nothing, goes on on a rebuilt one, and expires", async () => {
    const remote = await world.remote("http");
    const ada = await founder(world, remote, "ada-cap");
    const file = world.path("capture.key");
    expect((await ada.try("device", "issue", "--capture-only", "--expires", "0d")).code).toBe(2);
    expect((await ada.try("device", "issue", "--capture-only")).code).toBe(2);
    expect((await ada.try("device", "issue", "--capture-only", "--expires", "2d", "--json")).code).toBe(2);
    const issued = await ada.json<{ readonly lane: string }>("device", "issue", "--capture-only", "--expires", "2d", "--out", file);
    const secret = await readFile(file, "utf8");
    expect(secret.length).toBeLessThan(8000);
    for (const [n, name] of ["box-one", "box-two"].entries()) {
      const box = await newcomer(world, remote, name);
      const env = n === 0 ? { HX_CAPTURE_KEY: secret } : { HX_CAPTURE_KEY_FILE: file };
      const run = (...args: string[]) => box.machine.tryHx(box.checkout, args, "", env);
      await run("sync");
      await writeQuiet(transcriptPath(box.machine.home, box.checkout, id(30 + n)), prompt(`from ${name}`, box.checkout));
      expect(await run("capture")).toMatchObject({ code: 0 });
      expect(await run("sync")).toMatchObject({ code: 0 });
      const listed = JSON.parse((await run("list", "--json")).stdout) as { readonly sessions: readonly { readonly state: string }[] };
      expect(listed.sessions.every(({ state }) => state === "locked")).toBe(true);
      expect((await box.try("capture")).code).toBe(4);
      const cut = await box.machine.tryHx(box.checkout, ["capture"], "", { HX_CAPTURE_KEY: secret.trim().slice(0, -3) });
      expect([cut.code, cut.stderr]).toEqual([13, expect.stringContaining("cut short or mistyped")]);
    }
    await ada.hx("sync");
    expect(await titles(ada)).toEqual(["from box-one", "from box-two"]);
    const lanes = await ada.machine.git(ada.checkout, "ls-remote", "origin", "refs/sessions/v1/lane/*");
    expect(lanes.split("\n").filter((line) => line.includes(issued.lane))).toHaveLength(1);
    await ada.hx("verify");
  });
});
