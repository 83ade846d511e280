import { dirname } from "node:path";
import { mkdir } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readCard } from "../../src/app/identity/files.ts";
import { openIdentity } from "../../src/app/identity/open.ts";
import { membershipSecret, personBody } from "../../src/app/workspace/compose.ts";
import { joinEnvelope } from "../../src/app/workspace/join.ts";
import { encodeCard } from "../../src/format/card.ts";
import { identityPorts } from "../../src/wire/identity-ports.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { changeWorkspace, openSpeaking } from "../../src/wire/workspace-change.ts";
import { prompt, transcriptPath, writeQuiet } from "./claude.ts";
import { connectedCheckout, list, makeWorld, newIdentity, type JourneyWorld, type Machine } from "./world.ts";

let world: JourneyWorld;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());

const portsOf = (machine: Machine) => identityPorts(readSettings(machine.env), { ask: async () => null });

/** What `hx join` pushes and `hx member add` says, without the ref between them. */
async function admit(administrator: Machine, checkout: string, newcomer: Machine): Promise<void> {
  const theirs = await portsOf(newcomer);
  const { person, device, signSeed } = await openIdentity(theirs);
  const card = await readCard(theirs);
  if (card === null) throw new Error("no card");
  const progress = { phase: () => undefined, warn: () => undefined, done: () => undefined };
  const context = { directory: checkout, passphrase: { ask: async () => null }, progress, signal: new AbortController().signal };
  const speaking = await openSpeaking(readSettings(administrator.env), context, () => portsOf(administrator));
  const { crypto } = speaking.ledger;
  await changeWorkspace(speaking, (state) => {
    const join = joinEnvelope(crypto, { person, device, sign: signSeed, card: encodeCard(card.envelopes) }, state, { name: "Ben" });
    const held = speaking.identity.membership(state.workspace);
    if (held === undefined) throw new Error("no membership key");
    return [() => personBody(crypto, join, membershipSecret(crypto, held.epoch, held.seeds))];
  });
}

interface Told {
  readonly waits?: string;
  readonly waiting: number;
  readonly warnings: readonly string[];
}

it("what somebody captures before they are admitted waits here, and goes out in the same lane once they are", async () => {
  const ada = await world.machine("ada");
  const ben = await world.machine("ben");
  const remote = await world.remote();
  await newIdentity(ada, world.path("ada-phrase"));
  await newIdentity(ben, world.path("ben-phrase"));
  const work = await connectedCheckout(ada, remote, world.path("ada-work"));
  const clone = world.path("ben-work");
  await mkdir(dirname(clone), { recursive: true });
  await ben.git(dirname(clone), "clone", "-q", remote, clone);
  const lanes = async (): Promise<string> => ben.git(clone, "ls-remote", "origin", "refs/sessions/v1/lane/*");

  const first = JSON.parse(await ben.hx(clone, "sync", "--json")) as Told;
  expect(first).toMatchObject({ waits: "admission", waiting: 0 });
  await writeQuiet(transcriptPath(ben.home, clone, "0a1b2c3d-0000-4000-8000-00000000000b"), prompt("before anybody let me in", clone));
  await ben.hx(clone, "capture");
  const told = JSON.parse(await ben.hx(clone, "sync", "--json")) as Told;
  expect(told).toMatchObject({ waits: "admission", waiting: 1 });
  expect(told.warnings).toEqual([expect.stringContaining("hx member add --pending")]);
  expect(await lanes()).toBe("");
  const status = await ben.tryHx(clone, ["status"]);
  expect(status.stdout).toContain("an administrator must admit you");
  expect(status.stdout).toContain("hx member add --pending");

  await admit(ada, work, ben);
  const done = JSON.parse(await ben.hx(clone, "sync", "--json")) as Told;
  expect(done).toMatchObject({ waiting: 0 });
  expect(done.waits).toBeUndefined();
  expect((await lanes()).split("\n")).toHaveLength(1);
  expect((await list(ben, clone)).map(({ state, title }) => [state, title])).toEqual([["pushed", "before anybody let me in"]]);
  await ben.hx(clone, "verify");
  await ada.hx(work, "sync");
  await ada.hx(work, "verify");
});
