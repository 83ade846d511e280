import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { foldSharing } from "../../src/domain/sharing/fold.ts";
import { logOf } from "../../src/domain/sharing/log.ts";
import { entryName, LOG_KINDS, logTime, timeIn, type LogEntry } from "../../src/domain/sharing/log-entry.ts";
import { tell } from "../../src/domain/sharing/log-words.ts";
import type { ChainEvent } from "../../src/domain/sharing/log-workspace.ts";
import type { Believed, Place } from "../../src/domain/sharing/statement.ts";
import type { StatementBody } from "../../src/domain/workspace/statement.ts";
import type { Crypto } from "../../src/ports/crypto.ts";
import { accesses, approves, asks, believedOf, denies, revokes, session, signingSeed, speak, withdraws, type Saying, type Spoken } from "./say.ts";
import { device, hex, person, project, REPO, team, Workspace } from "./workspace.ts";

const DAY = 86_400;
const HOUR = 3_600_000;
/** Seconds: the day on which everything here begins. */
const FIRST = 20_000 * DAY;
const NO_WRAP = new Uint8Array();

let crypto: Crypto;
let workspace: Workspace;
let spoken: Believed[];
let events: ChainEvent[];
let today: number;
let heldFrom: ReadonlyMap<string, number>;

beforeAll(async () => {
  crypto = await loadCrypto();
});

beforeEach(() => {
  workspace = new Workspace((id) => crypto.signer.publicKey(signingSeed(id)));
  [spoken, events, today, heldFrom] = [[], [], FIRST, new Map()];
  for (const name of ["ann", "bob", "cem", "dee", "adm"]) workspace.person(name);
  workspace.connect("shop");
  for (const name of ["web", "ops"]) workspace.team(name);
  admits("bob", "web", "bob");
  admits("bob", "web", "cem");
  admits("dee", "ops", "dee");
});

/** The workspace says something: the state is that of `change`, the event that of the chain. */
function chain(by: string, body: StatementBody, change: () => void): void {
  change();
  events.push({ n: workspace.n, by: device(by), day: today, body });
}

function admits(by: string, name: string, who: string): void {
  const isFirst = workspace.state.teams.get(team(name))?.keys.length === 0;
  const body: StatementBody = isFirst ? { type: "team-key", team: team(name), epoch: 0, key: NO_WRAP, boxes: [] } : { type: "admit", team: team(name), person: person(who), epoch: 0, box: NO_WRAP };
  chain(by, body, () => workspace.admit(name, who));
}

const removesFromTeam = (name: string, who: string): void => chain("adm", { type: "team-removal", team: team(name), person: person(who) }, () => workspace.teamRemoval(name, who));
const claim = { epoch: 1, sign: NO_WRAP, box: NO_WRAP, boxes: [], before: NO_WRAP };
const removes = (who: string, departed: boolean, succession?: { wrap: Uint8Array; hash: Uint8Array }): void =>
  chain("adm", { type: "removal", person: person(who), departed, membership: claim, frozen: [], ...(succession === undefined ? {} : { succession }) }, () => workspace.removal(who, departed));

/** The hash of what somebody says today at `hour`, or at a claimed time. */
function say(name: string, saying: Saying, when: { readonly hour?: number; readonly at?: number; readonly head?: number } = {}): string {
  const at = when.at ?? today * 1000 + (when.hour ?? 9) * HOUR;
  const one: Spoken = speak(crypto, workspace.state, { name, head: when.head ?? workspace.n, at }, saying);
  const [statement] = believedOf(crypto, workspace.state, [one]);
  if (statement === undefined) throw new Error("not believed");
  spoken.push({ ...statement, place: { ...statement.place, day: today } });
  return one.claim.hash;
}

function log(name = "ann", given = false, all: readonly Believed[] = spoken, disbelieved: readonly { place: Place; why: string }[] = []): readonly LogEntry[] {
  const sources = { state: workspace.state, repo: REPO, sharing: foldSharing(workspace.state, all), events, disbelieved };
  const isHeld = ({ lane, seq }: Place, reader: string): boolean => seq <= (heldFrom.get(`${lane} ${reader}`) ?? -1);
  return logOf(sources, { person: person(name), given }, { now: today * 1000 + 23 * HOUR, isHeld });
}

const kinds = (entries: readonly LogEntry[]): string[] => entries.map(({ kind }) => kind);
const only = (kind: string, entries = log()): LogEntry => {
  const found = entries.filter((entry) => entry.kind === kind);
  expect(found).toHaveLength(1);
  return found[0] ?? expect.fail(kind);
};
const gives = (more: object = {}): string => say("ann", approves({ author: "ann", team: "web", sessions: [{ session: "one", count: 2 }], ...more }), { hour: 10 });
const reads = (approval: string, who = "bob", more: object = {}): string =>
  say(who, { ...accesses("ann", "web", "one", approval, today * 1000 + 11 * HOUR, today * 1000 + 12 * HOUR), ...more }, { hour: 11 });

describe("the log of an author", () => {
  it("tells who asked, who decided, who read with which reason, and what was taken back, newest first", () => {
    const request = say("bob", asks("ann", "web", "one"), { hour: 9 });
    const approval = gives({ request });
    reads(approval);
    say("ann", revokes("ann", approval), { hour: 12 });
    expect(kinds(log())).toEqual(["revocation", "access", "approval", "request"]);
    expect(only("access")).toMatchObject({ who: person("bob"), author: person("ann"), team: team("web"), sessions: [session("one")], reason: "the retry loop", class: "attested", when: { at: today * 1000 + 11 * HOUR }, until: today * 1000 + 12 * HOUR });
    expect(only("approval")).toMatchObject({ who: person("ann"), whom: person("bob"), reason: "the retry loop" });
    expect(only("revocation")).toMatchObject({ sessions: [session("one")], team: team("web") });
    expect(only("request")).toMatchObject({ who: person("bob"), whom: person("ann"), reason: "the retry loop" });
  });

  it("tells a withdrawal, a denial and an extension", () => {
    const first = say("bob", asks("ann", "web", "one"));
    say("bob", withdraws(first, "ann"), { hour: 10 });
    const second = say("cem", asks("ann", "web", "two"), { hour: 11 });
    say("ann", { ...denies(second, "cem"), reason: "too early" }, { hour: 12 });
    const approval = gives();
    say("ann", approves({ author: "ann", team: "web", sessions: [{ session: "one", first: 2, count: 3 }], extends: approval }), { hour: 13 });
    expect(kinds(log())).toEqual(["extension", "denial", "request", "withdrawal", "approval", "request"]);
    expect(only("withdrawal")).toMatchObject({ who: person("bob"), sessions: [session("one")], team: team("web") });
    expect(only("denial")).toMatchObject({ who: person("ann"), whom: person("cem"), reason: "too early", sessions: [session("two")] });
  });

  it("tells of nobody else's sessions, and of nothing by others that is given to the author", () => {
    const theirs = say("bob", approves({ author: "bob", team: "web", sessions: [{ session: "three", count: 1 }] }));
    say("cem", accesses("bob", "web", "three", theirs, today * 1000, today * 1000 + HOUR), { hour: 10 });
    expect(log()).toEqual([]);
    expect(kinds(log("bob"))).toEqual(["access", "approval"]);
  });

  it("calls an access held from the header on that somebody else named, for each reader", () => {
    const approval = gives();
    reads(approval);
    reads(approval, "cem");
    const [bobs] = spoken.filter(({ said }) => said.kind === "access" && said.person === person("bob"));
    if (bobs === undefined) throw new Error("no access");
    heldFrom = new Map([[`${bobs.place.lane} ${person("bob")}`, bobs.place.seq - 1]]);
    expect(log().filter(({ kind }) => kind === "access").map((entry) => entry.class)).toEqual(["attested", "attested"]);
    heldFrom = new Map([[`${bobs.place.lane} ${person("bob")}`, bobs.place.seq]]);
    expect(log().find(({ who }) => who === person("bob"))?.class).toBe("held");
    expect(log().find(({ who, kind }) => who === person("cem") && kind === "access")?.class).toBe("attested");
  });

  it("tells that an approval expired, once it has, and not of one that was revoked before", () => {
    const expires = (FIRST + DAY) * 1000 + 8 * HOUR;
    gives({ expires });
    const other = gives({ expires, sessions: [{ session: "two", count: 1 }] });
    say("ann", revokes("ann", other), { hour: 12 });
    expect(kinds(log())).not.toContain("expiry");
    today += DAY;
    expect(only("expiry")).toMatchObject({ when: { at: expires }, team: team("web"), sessions: [session("one")] });
    expect(only("expiry")).not.toHaveProperty("who");
  });
});

describe("what is odd", () => {
  it("is told: an access that contradicts its approval, what means nothing, what names nothing known, what is not believed", () => {
    const approval = gives();
    reads(approval, "dee");
    expect(only("access").anomaly).toBeUndefined();
    reads(approval, "cem", { session: session("two") });
    expect(log().find(({ who, kind }) => kind === "access" && who === person("cem"))?.anomaly).toMatch(/does not cover/);
    say("bob", approves({ author: "ann", team: "web", sessions: [{ session: "one", count: 2 }] }));
    expect(log().find(({ who, kind }) => kind === "approval" && who === person("bob"))?.anomaly).toMatch(/means nothing/);
    say("bob", { kind: "withdrawal", request: hex("nothing"), to: person("ann") });
    expect(only("withdrawal").anomaly).toMatch(/not known/);
    const place = { lane: spoken[0]?.place.lane ?? expect.fail("no lane"), seq: 4, head: 1, day: today };
    expect(only("disbelieved", log("ann", false, spoken, [{ place, why: "it is not signed" }]))).toMatchObject({ anomaly: "it is not signed", when: { day: today } });
  });
});

describe("the log of what was given", () => {
  it("has one's own requests, the answers, what was approved and revoked, and one's own reads", () => {
    const request = say("bob", asks("ann", "web", "one"));
    const approval = gives({ request });
    reads(approval);
    reads(approval, "cem");
    const other = say("bob", asks("ann", "web", "two"), { hour: 12 });
    say("ann", denies(other, "bob"), { hour: 13 });
    say("ann", revokes("ann", approval), { hour: 14 });
    expect(kinds(log("bob", true))).toEqual(["revocation", "denial", "request", "access", "approval", "request"]);
    expect(only("access", log("bob", true)).who).toBe(person("bob"));
    expect(kinds(log("cem", true))).toEqual(["revocation", "access", "approval"]);
    expect(log("dee", true)).toEqual([]);
    expect(log("bob")).toEqual([]);
  });

  it("leaves out an approval for other members", () => {
    gives({ audience: ["cem"] });
    expect(kinds(log("cem", true))).toEqual(["approval"]);
    expect(log("bob", true)).toEqual([]);
  });
});

describe("changes of the workspace", () => {
  const changes = (name = "ann"): string[] => kinds(log(name)).filter((kind) => !["approval", "revocation"].includes(kind)).reverse();

  it("are told of a team with which something living is shared, from then on", () => {
    expect(log()).toEqual([]);
    const approval = gives();
    admits("bob", "web", "dee");
    removesFromTeam("web", "cem");
    chain("bob", { type: "team-key", team: team("web"), epoch: 1, key: NO_WRAP, boxes: [], before: NO_WRAP }, () => workspace.teamKey("web"));
    chain("adm", { type: "grant", team: team("web"), project: project("shop") }, () => workspace.grant("web", "shop"));
    chain("adm", { type: "withdraw", team: team("web"), project: project("shop") }, () => workspace.withdraw("web", "shop"));
    removesFromTeam("ops", "dee");
    expect(changes()).toEqual(["admission", "team-removal", "team-due", "team-key", "grant", "withdraw"]);
    expect(only("admission")).toMatchObject({ who: person("bob"), whom: person("dee"), team: team("web"), when: { day: FIRST } });
    expect(only("team-key")).toMatchObject({ epoch: 1 });
    expect(only("grant")).toMatchObject({ project: project("shop"), who: person("adm") });
    say("ann", revokes("ann", approval));
    today += DAY;
    admits("bob", "web", "adm");
    expect(changes()).toHaveLength(6);
  });

  it("are not told once the approval has expired", () => {
    gives({ expires: (FIRST + DAY) * 1000 });
    today += DAY;
    admits("bob", "web", "dee");
    expect(kinds(log())).toEqual(["expiry", "approval"]);
  });

  it("tell a removal and a departure of a teammate, a device that went, and the death of the team", () => {
    gives();
    chain("adm", { type: "device-removal", device: device("bob", 1), membership: claim, frozen: [] }, () => workspace.deviceRemoval("bob", 1));
    removes("cem", false);
    removes("bob", true);
    removes("dee", false);
    expect(changes()).toEqual(["team-due", "removal", "departure", "team-dead"]);
    expect(only("removal")).toMatchObject({ who: person("adm"), whom: person("cem"), team: team("web") });
    expect(only("departure")).toMatchObject({ whom: person("bob") });
    expect(only("team-due")).toMatchObject({ whom: person("bob") });
  });

  it("tell that this repository is disconnected, and that one was removed oneself, whatever is shared", () => {
    chain("adm", { type: "disconnect", repo: REPO }, () => workspace.disconnect());
    removes("ann", false);
    expect(changes()).toEqual(["disconnect", "removal"]);
    expect(only("removal")).toMatchObject({ whom: person("ann") });
  });

  it("tell a succession to who signed it, to the team it names, to who keeps it, and to nobody else", () => {
    const succession = { team: team("web"), teamEpoch: 0, keyEpoch: 0, hash: NO_WRAP, boxes: [{ person: person("adm"), epoch: 0, wrap: NO_WRAP }] };
    chain("ann", { type: "succession", succession }, () => workspace.succession("ann", "web"));
    for (const name of ["ann", "bob", "cem", "adm"]) expect([name, ...changes(name)]).toEqual([name, "succession"]);
    expect(changes("dee")).toEqual([]);
    removes("ann", true, { wrap: Uint8Array.of(1), hash: NO_WRAP });
    expect(changes("bob")).toEqual(["succession", "succession-opened"]);
    expect(only("succession-opened", log("bob"))).toMatchObject({ whom: person("ann"), team: team("web") });
    expect(changes("dee")).toEqual([]);
  });
});

describe("when", () => {
  const noon = FIRST * 1000 + 12 * HOUR;
  it.each([
    [noon, true],
    [(FIRST - DAY) * 1000, true],
    [(FIRST - DAY) * 1000 - 1, false],
    [(FIRST + 2 * DAY) * 1000 - 1, true],
    [(FIRST + 2 * DAY) * 1000, false],
    [0, false],
    [noon + 3650 * DAY * 1000, false],
  ])("a claim of %d fits the day of the commit: %s", (at, fits) => {
    expect(logTime(at, FIRST)).toEqual(fits ? { day: FIRST, at } : { day: FIRST, doubted: at });
  });

  it("is the day alone, and marked, where the clock of who said it was far off, however that would sort", () => {
    const approval = gives();
    say("bob", accesses("ann", "web", "one", approval, 0, HOUR), { at: 5 });
    say("cem", accesses("ann", "web", "one", approval, 0, HOUR), { at: noon + 400 * DAY * 1000 });
    const [first, ...rest] = log();
    expect(first?.kind).toBe("approval");
    expect(rest.map(({ when }) => [timeIn(when), when.doubted !== undefined])).toEqual([[FIRST * 1000, true], [FIRST * 1000, true]]);
  });
});

it("the order in which statements are found changes nothing", () => {
  const request = say("bob", asks("ann", "web", "one"));
  const approval = gives({ request, expires: (FIRST + DAY) * 1000 });
  for (const name of ["bob", "cem", "bob"]) reads(approval, name);
  removesFromTeam("web", "cem");
  today += DAY;
  reads(approval, "cem");
  say("ann", revokes("ann", approval), { at: 0 });
  say("dee", approves({ author: "ann", team: "ops", sessions: [{ session: "one", count: 1 }] }));
  for (const name of ["ann", "bob"]) {
    for (const given of [false, true]) {
      const expected = log(name, given);
      expect(new Set(expected.map(entryName)).size).toBe(expected.length);
      fc.assert(fc.property(fc.shuffledSubarray([...spoken, ...spoken], { minLength: 2 * spoken.length }), (order) => {
        expect(log(name, given, order)).toEqual(expected);
      }), { numRuns: 50 });
    }
  }
});

it("every kind is told in a sentence of its own", () => {
  const told = { who: "Ben", whom: "Ada", team: "core", project: "shop", epoch: 2, sessions: [session("one")] };
  const sentences = LOG_KINDS.map((kind) => tell({ ...told, kind }));
  expect(new Set(sentences).size).toBe(LOG_KINDS.length);
  for (const sentence of sentences) expect(sentence).not.toMatch(/undefined|somebody (asked|read)/);
  expect(tell({ kind: "request", who: "Ben", whom: "you", team: "core", sessions: [], commit: "0123456789abcdef", path: "a.ts", line: 42 })).toBe("Ben asked you for a.ts:42 of commit 01234567 for team core");
});
