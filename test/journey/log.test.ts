import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { NO_ADDITIONS } from "../../src/app/publish/additions.ts";
import { ownTies } from "../../src/app/sharing/read-sharing.ts";
import { personRecipient, teamRecipient } from "../../src/app/sharing/recipients.ts";
import { saidBy, sealStatement } from "../../src/app/sharing/seal-statement.ts";
import { sessionId, type TeamId } from "../../src/domain/ids.ts";
import type { Said, SharingStatement } from "../../src/domain/sharing/statement.ts";
import { laneRef } from "../../src/format/paths.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { openSharing, sayHere, speakingLane, type SharingClone } from "../../src/wire/sharing-clone.ts";
import { admitted, founder, portsOf, type Colleague } from "../support/workspace-people.ts";
import { makeWorld, type JourneyWorld } from "./world.ts";

const SESSION = sessionId("7f3a91c2d4e5f60718293a4b5c6d7e8f");
const HOUR = 3_600_000;
const signal = new AbortController().signal;

let world: JourneyWorld;
let remote: string;
let ada: Colleague;
let ben: Colleague;
let team: TeamId;

beforeAll(async () => {
  world = await makeWorld("in-process");
  remote = await world.remote("file");
  ada = await founder(world, remote, "Ada", "ada");
  ben = await admitted(world, remote, ada, "Ben", "ben");
  await ada.hx("team", "create", "core");
  await ada.hx("team", "nominate", "core", "Ben");
  await ben.hx("team", "admit", "core", "Ben", "--yes");
  await ada.hx("sync");
  [team] = [...(await opened(ada)).state.chain.state.teams.keys()] as [TeamId];
});
afterAll(() => world.close());

function opened({ machine, checkout }: Colleague): Promise<SharingClone> {
  const progress = { phase: () => undefined, warn: () => undefined, done: () => undefined };
  return openSharing(readSettings(machine.env), { directory: checkout, passphrase: { ask: async () => null }, progress, signal }, () => portsOf(machine), "must");
}

type Saying = SharingStatement extends infer One ? (One extends SharingStatement ? Omit<One, keyof Said> : never) : never;

/** As the commands will, but without their questions. */
async function say(who: Colleague, make: (here: SharingClone) => Saying, at?: number): Promise<string> {
  const here = await opened(who);
  const { state } = here.state.chain;
  const said = { ...saidBy(speakingLane(here), here.acting), ...make(here), ...(at === undefined ? {} : { at }) } as SharingStatement;
  const concerned = said.kind === "approval" || said.kind === "revocation" ? teamRecipient(state, team) : personRecipient(state, "to" in said ? said.to : said.author);
  const { hash, items } = sealStatement(speakingLane(here), here.acting, said, [[concerned.key, personRecipient(state, here.acting.person).key]]);
  expect(await sayHere(here, { ...NO_ADDITIONS, items }, signal)).toMatchObject({ kind: "acknowledged" });
  return hash;
}

const person = async (who: Colleague) => (await opened(who)).acting.person;

async function reads(approval: string, at?: number): Promise<string> {
  const author = await person(ada);
  return say(ben, ({ now }) => ({ kind: "access", author, team, session: SESSION, approval, from: now, until: now + HOUR, class: "attested" }), at);
}

/** Something that is in nobody's way, so that a lane has another header. */
async function asksBen(): Promise<void> {
  const to = await person(ben);
  await say(ada, (here) => ({ kind: "request", to, team, nonce: here.ledger.crypto.random.bytes(16), reason: "", about: { session: SESSION } }));
}

interface Line {
  readonly schema: string;
  readonly kind: string;
  readonly text: string;
  readonly at?: string;
  readonly doubted?: string;
  readonly class?: string;
}

async function log(who: Colleague, ...more: readonly string[]): Promise<readonly Line[]> {
  return (await who.hx("log", "--json", ...more)).split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Line);
}

const classes = (lines: readonly Line[]): unknown[] => lines.filter(({ kind }) => kind === "access").map((line) => line.class);

it("tells the author who read; what nobody fetched its writer can take back, and nothing that was seen", async () => {
  await asksBen();
  const approval = await say(ada, (here) => {
    const ties = [...ownTies(here.state.chain.state, here.acting, here.sharing).values()].slice(0, 1);
    const sessions = [{ session: SESSION, tie: 0, first: 0, count: 1, last: new Uint8Array(32) }];
    return { kind: "approval", author: here.acting.person, team, epoch: 0, audience: "team", follow: false, tag: here.ledger.crypto.random.bytes(32), ties, sessions };
  });
  await reads(approval);
  const first = await log(ada);
  expect(first.map(({ kind }) => kind)).toEqual(["access", "approval"]);
  expect(first[0]).toMatchObject({ schema: "hx.log/1", text: "Ben read session 7f3a91c2 with team core", class: "attested" });
  expect(classes(await log(ben, "--given"))).toEqual(["attested"]);
  expect((await log(ben)).map(({ kind }) => kind)).toEqual(["request"]);
  for (const none of [["--person", "Ada", "--session", "7f"], ["--since", "2100-01-01"]]) expect(classes(await log(ada, ...none))).toEqual([]);
  expect(classes(await log(ada, "--person", "ben", "--team", "core", "--session", "7f3a"))).toEqual(["attested"]);

  // Ada's next header names Ben's: held from then on.
  await asksBen();
  expect(classes(await log(ada))).toEqual(["held"]);

  // Rewound before anybody fetched it: the entry never appears. docs/threat-model.md says so.
  const lane = laneRef(speakingLane(await opened(ben)).lane.id);
  const rewind = async (to: string): Promise<void> => void (await ada.machine.git(remote, "update-ref", lane, to));
  const before = await ada.machine.git(remote, "rev-parse", lane);
  await reads(approval, 5);
  const after = await ada.machine.git(remote, "rev-parse", lane);
  await rewind(before);
  expect(classes(await log(ada))).toEqual(["held"]);
  await ada.hx("verify");

  // Rewound after it was fetched: it stays, marked where its clock was far off, and is only attested.
  await rewind(after);
  const seen = (await log(ada)).filter(({ kind }) => kind === "access");
  expect(seen.map((line) => line.class).sort()).toEqual(["attested", "held"]);
  const odd = seen.find((line) => line.class === "attested");
  expect(odd).toMatchObject({ doubted: "1970-01-01T00:00:00.005Z" });
  expect(odd).not.toHaveProperty("at");
  await rewind(before);
  const rewound = await ada.machine.tryHx(ada.checkout, ["log"]);
  expect(rewound.stdout.match(/\taccess\t/g)).toHaveLength(2);
  expect(rewound.stderr).toMatch(/went back from header/);

  // Even if the copy here is rewound as well, what was seen is known, and told.
  await ada.machine.git(join(ada.checkout, ".git", "hx", "others"), "update-ref", lane, before);
  const gone = await ada.machine.tryHx(ada.checkout, ["log", "--offline"]);
  expect(gone.stderr).toMatch(/an entry that was seen is gone \(Ben read session 7f3a91c2 with team core, on \d{4}-\d\d-\d\d\): hx verify/);
  expect(gone.stderr).toContain("'origin' was not asked");
  const verified = await ada.machine.tryHx(ada.checkout, ["verify", "--json"]);
  expect(verified.code).toBe(13);
  const { findings } = JSON.parse(verified.stdout) as { readonly findings: readonly { readonly code: string; readonly place: readonly unknown[] }[] };
  const told = findings.filter(({ code }) => code === "entry-gone").map(({ place }) => place);
  expect(told).toHaveLength(1);
  const named = { what: "access", who: "Ben", when: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as unknown, session: SESSION, team: "core" };
  expect(told[0]).toEqual(expect.arrayContaining(Object.entries(named).map(([label, value]) => ({ label, value }))));
});

it("without its keys it tells nothing", async () => {
  await ada.machine.git(ada.checkout, "status");
  const stranger = await world.machine("stranger");
  const { code, stdout, stderr } = await stranger.tryHx(ada.checkout, ["log", "--offline"]);
  expect([code, stdout]).toEqual([4, ""]);
  expect(stderr).toMatch(/hint/);
});
