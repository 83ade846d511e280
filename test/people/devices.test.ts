import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { replayChain } from "../../src/app/workspace/replay.ts";
import { openPersonKeys } from "../../src/app/workspace/member.ts";
import { openIdentity } from "../../src/app/identity/open.ts";
import { readWorkspace } from "../../src/app/workspace/sync.ts";
import { openClone } from "../../src/wire/clone.ts";
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
    const due = async (): Promise<readonly boolean[]> => (await ben.json<{ readonly people: readonly { readonly keyDue: boolean }[] }>("member", "list", "--pending")).people.map(({ keyDue }) => keyDue);
    expect(await due()).toEqual([false, true]);
    expect(await ben.hx("status")).toContain("a device of yours was removed, and your next person key is due");
    expect((await ada.try("device", "remove", asked.device, "--yes")).code).not.toBe(0);
    await ben.hx("sync");
    expect(await due()).toEqual([false, false]);
    expect(await ben.hx("status")).not.toContain("your next person key is due");
    expect(await openedEpochs(ben, ben)).toEqual({ opened: [0, 1], newest: 1 });
    expect(await openedEpochs(machine, ben)).toEqual({ opened: [0], newest: 1 });
  });
});
