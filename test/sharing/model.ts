import fc from "fast-check";
import { expect } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { foldSharing } from "../../src/domain/sharing/fold.ts";
import type { Sharing } from "../../src/domain/sharing/sharing.ts";
import type { Tied } from "../../src/domain/verdict.ts";
import { judge } from "../../src/domain/verifier.ts";
import { Clone, laneOf, type View } from "./model-clone.ts";
import { Reference } from "./reference.ts";
import type { Approved, Covers, Happened } from "./reference.ts";
import { approves, asks, believedOf, chainOf, denies, laneKey, revokes, session, signingSeed, speak, withdraws } from "./say.ts";
import type { Saying, Spoken } from "./say.ts";
import { bytes, hex, person, project, REPO, team, Workspace } from "./workspace.ts";

const PEOPLE = ["ann", "bob", "cem", "dee"] as const;
const TEAMS = ["web", "ops"] as const;
const SESSIONS = [
  ["one", "ann"],
  ["two", "ann"],
  ["three", "bob"],
] as const;

const crypto = await loadCrypto();
/** How often a look found something to open, and nothing. */
export const seen = { opened: 0, refused: 0 };

/** The rules under test and the reference, side by side: what happens to one happens to the other. */
export class Pair {
  readonly workspace = new Workspace((id) => crypto.signer.publicKey(signingSeed(id)));
  readonly reference = new Reference();
  readonly spoken: Spoken[] = [];
  readonly heads = new Map<string, number>();
  /** By approval, the sessions of whose lane it shows the tie. */
  readonly shown = new Map<string, ReadonlySet<string>>();
  readonly file = { connected: true, projects: ["shop"] as readonly string[] };
  readonly clones: readonly Clone[] = [new Clone(crypto, this), new Clone(crypto, this)];

  constructor() {
    for (const who of PEOPLE) {
      this.workspace.person(who);
      this.happened({ kind: "person", who });
    }
    for (const name of TEAMS) this.workspace.team(name);
    for (const [name, owner] of SESSIONS) {
      this.reference.owner.set(name, owner);
      this.reference.parts.set(name, 2);
    }
    this.reference.file = this.file.projects;
    this.admit("web", "bob");
    this.admit("web", "cem");
    this.grant("web", "shop");
    this.connect("shop");
  }

  happened(event: Happened): void {
    this.reference.happened.push({ ...event, n: this.workspace.n });
  }

  living(who: string): boolean {
    return this.workspace.state.persons.get(person(who))?.state === "living";
  }

  team(name: string) {
    const found = this.workspace.state.teams.get(team(name));
    if (found === undefined) throw new RangeError(name);
    return found;
  }

  admit(name: string, who: string): void {
    const found = this.team(name);
    if (found.dead || !this.living(who) || found.members.has(person(who))) return;
    if (found.due !== null) this.key(name);
    this.workspace.nominate(name, who);
    this.workspace.admit(name, who);
    this.happened({ kind: "admit", team: name, who });
    if (found.keys.length === 0) this.happened({ kind: "key", team: name });
  }

  key(name: string): void {
    const found = this.team(name);
    if (found.dead || found.keys.length === 0) return;
    this.workspace.teamKey(name);
    this.happened({ kind: "key", team: name });
  }

  teamRemoval(name: string, who: string): void {
    if (!this.team(name).members.has(person(who))) return;
    this.workspace.teamRemoval(name, who);
    this.happened({ kind: "team-removal", team: name, who });
  }

  grant(name: string, what: string): void {
    if (this.team(name).dead || this.team(name).grants.has(project(what))) return;
    this.workspace.grant(name, what);
    this.happened({ kind: "grant", team: name, project: what });
  }

  withdraw(name: string, what: string): void {
    if (!this.team(name).grants.has(project(what))) return;
    this.workspace.withdraw(name, what);
    this.happened({ kind: "withdraw", team: name, project: what });
  }

  connect(what: string): void {
    this.workspace.connect(what);
    this.happened({ kind: "connect", project: what });
  }

  disconnect(): void {
    this.workspace.disconnect();
    this.happened({ kind: "disconnect" });
  }

  removal(who: string, departed: boolean): void {
    if (!this.living(who)) return;
    this.workspace.removal(who, departed);
    this.happened({ kind: "removal", who, departed });
  }

  deviceRemoval(who: string, device: number): void {
    if (!this.live(who, device)) return;
    this.workspace.deviceRemoval(who, device);
    this.happened({ kind: "device-removal", who, device });
  }

  succession(who: string, to: string): void {
    if (!this.living(who)) return;
    this.workspace.succession(who, to);
    this.happened({ kind: "succession", who, team: to });
  }

  live(who: string, device: number): boolean {
    const key = crypto.signer.publicKey(signingSeed([...this.workspace.state.devices.keys()][PEOPLE.indexOf(who as (typeof PEOPLE)[number]) * 2 + device] ?? expect.fail()));
    return [...this.workspace.state.devices.values()].some(({ sign, state }) => state === "live" && Buffer.compare(sign, key) === 0);
  }

  /** A live machine may lag behind the chain; what a removed one writes lies beyond the freeze. */
  speak(by: string, device: number, lag: number, saying: Saying) {
    const lane = `${by} ${device}`;
    const head = this.live(by, device) ? Math.max(this.heads.get(lane) ?? 0, this.workspace.n - lag) : this.workspace.n;
    this.heads.set(lane, head);
    const spoken = speak(crypto, this.workspace.state, { name: by, device, head }, saying);
    this.spoken.push(spoken);
    return { id: spoken.claim.hash, by, device, head };
  }

  approve(by: string, device: number, lag: number, terms: Omit<Approved, "id" | "by" | "device" | "head">): void {
    const saying = approves({
      author: terms.author,
      team: terms.team,
      epoch: terms.epoch,
      sessions: terms.covers.map(({ session: name, first, count, right }) => ({ session: name, first, count, ...(right ? {} : { last: bytes("other") }) })),
      ...(terms.audience === null ? {} : { audience: terms.audience }),
      ...(terms.expires === null ? {} : { expires: terms.expires }),
      ...(terms.request === null ? {} : { request: terms.request }),
      ...(terms.extends === null ? {} : { extends: terms.extends }),
    });
    const made = this.speak(by, device, lag, saying);
    this.shown.set(made.id, new Set(terms.covers.filter(({ tie }) => tie).map((covers) => covers.session)));
    this.reference.approvals.push({ ...terms, ...made });
  }

  /** The same envelope once more, later in its own lane, and at the start of a lane of somebody else. */
  replay(which: number): void {
    const spoken = this.spoken[which % Math.max(1, this.spoken.length)];
    if (spoken === undefined) return;
    const place = { ...spoken.found.place, seq: spoken.found.place.seq + 10_000, head: this.workspace.n };
    this.spoken.push({ claim: spoken.claim, found: { ...spoken.found, place } }, { claim: spoken.claim, found: { ...spoken.found, lane: laneKey("nobody", 0), place: { ...place, seq: 0 } } });
  }

  ties(about: string): ReadonlyMap<string, Tied> {
    const owner = this.reference.owner.get(about);
    const tie = (shows: boolean): Tied => (shows && owner !== undefined ? { person: person(owner) } : { person: null, why: "its signature does not verify" });
    return new Map([...this.shown].map(([id, sessions]) => [id, tie(sessions.has(about))]));
  }

  sharing(shuffle: number): Sharing {
    const believed = believedOf(crypto, this.workspace.state, this.spoken);
    const mixed = believed.map((statement, i) => ({ statement, at: hex(`${shuffle} ${i}`) })).sort((a, b) => (a.at < b.at ? -1 : 1));
    const sharing = foldSharing(this.workspace.state, believed);
    expect(foldSharing(this.workspace.state, mixed.map(({ statement }) => statement))).toEqual(sharing);
    return sharing;
  }

  look(shuffle: number): void {
    this.compareAll({ reference: this.reference, state: this.workspace.state, sharing: this.sharing(shuffle) });
  }

  /** Everything that somebody who knows this much opens, against what the reference opens that knows the same. */
  compareAll(view: View): void {
    expect(new Map([...view.sharing.requests].map(([hash, { state }]) => [hash, state]))).toEqual(view.reference.states());
    for (const name of TEAMS) for (const reader of PEOPLE) for (const [about] of SESSIONS) this.#compare(view, name, reader, about);
  }

  #compare({ reference, state, sharing }: View, name: string, reader: string, about: string): void {
    const verdict = judge({
      now: reference.now,
      repo: REPO,
      session: session(about),
      team: team(name),
      reader: person(reader),
      state,
      lane: { kind: "verified" },
      chain: chainOf(about, reference.parts.get(about) ?? 0),
      ties: this.ties(about),
      file: reference.file === null ? { connected: false, why: "the file is gone" } : { connected: true, projects: reference.file.map(project) },
      sharing,
    });
    const parts = new Set(verdict.openings.flatMap((opening) => opening.parts).flatMap(({ parts: { first, count } }) => range(first, count)));
    const expected = reference.readable(reader, name, about);
    seen[expected.size > 0 ? "opened" : "refused"]++;
    expect({ reader, name, about, holds: verdict.holds, parts: sorted(parts) }).toEqual({ reader, name, about, holds: expected.size > 0, parts: sorted(expected) });
    expect(verdict.conditions.C2.holds).toBe(reference.connected());
    expect(verdict.conditions.C3.holds).toBe(reference.granted(name) && reference.member(name, reader));
    for (const condition of Object.values(verdict.conditions)) {
      const { holds, missing, fix } = condition;
      expect(holds).toBe(missing === undefined && fix === undefined);
    }
  }
}

const range = (from: number, to: number): readonly number[] => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
const sorted = (numbers: Iterable<number>): readonly number[] => [...numbers].sort((a, b) => a - b);

export type Step = (pair: Pair) => void;

const who = fc.constantFrom(...PEOPLE);
const teamName = fc.constantFrom("web", "web", "ops");
const projectName = fc.constantFrom("shop", "shop", "shop", "docs");
const about = fc.constantFrom(...SESSIONS.map(([name]) => name));
const device = fc.constantFrom(0, 0, 1);
const lag = fc.constantFrom(0, 0, 0, 2, 6);
const mostly = fc.nat(11).map((n) => n > 0);
const pick = fc.nat(30);
const at = <Value>(values: readonly Value[], n: number): Value | null => values[n % Math.max(1, values.length)] ?? null;

const approve = fc
  .record({
    who,
    device,
    lag,
    honest: mostly,
    team: teamName,
    sessions: fc.uniqueArray(about, { minLength: 1, maxLength: 2 }),
    audience: fc.option(fc.uniqueArray(who, { minLength: 1 }), { freq: 2 }),
    lives: fc.option(fc.integer({ min: 0, max: 4 }), { freq: 2 }),
    request: fc.option(pick, { freq: 2 }),
    fits: fc.nat(3).map((n) => n > 0),
    right: mostly,
    tie: mostly,
    ahead: mostly,
    epoch: mostly,
  })
  .map((it): Step => (pair) => {
    const { reference } = pair;
    // An honest author approves their own sessions; the others claim to be the author of what they want.
    const author = reference.owner.get(it.sessions[0] ?? "") ?? it.who;
    const covers = it.sessions.map((name): Covers => ({ session: name, first: 0, count: (reference.parts.get(name) ?? 0) + (it.ahead ? 0 : 1), right: it.right, tie: it.tie }));
    const by = it.honest ? (pair.living(author) ? author : it.who) : it.who;
    const keys = pair.team(it.team).keys.length;
    const claims = it.honest || it.device === 0 ? author : it.who;
    const asked = reference.requests.filter(({ team: name, to }) => !it.fits || (name === it.team && to === claims));
    pair.approve(by, it.device, it.lag, {
      author: claims,
      team: it.team,
      epoch: Math.max(0, it.epoch ? keys - 1 : keys),
      audience: it.audience === null ? null : [...it.audience].sort(),
      expires: it.lives === null ? null : reference.now + it.lives,
      request: it.request === null ? null : (at(asked, it.request)?.id ?? null),
      extends: null,
      covers,
    });
  });

const extend = fc
  .record({ pick, who, device, lag, honest: mostly, same: mostly, what: fc.constantFrom("team", "audience", "expires", "author"), extra: fc.option(about) })
  .map((it): Step => (pair) => {
    const { reference } = pair;
    const first = at(reference.approvals, it.pick);
    if (first === null) return;
    const { author, team: name, audience, expires } = first;
    const other = {
      ...(it.what === "team" ? { team: name === "web" ? "ops" : "web" } : {}),
      ...(it.what === "audience" ? { audience: audience === null ? PEOPLE : null } : {}),
      ...(it.what === "expires" ? { expires: expires === null ? reference.now + 9 : null } : {}),
      ...(it.what === "author" ? { author: it.who } : {}),
    };
    const names = new Set([...first.covers.map((covers) => covers.session), ...(it.extra === null ? [] : [it.extra])]);
    const covers = [...names].map((name_): Covers => {
      const count = reference.parts.get(name_) ?? 0;
      return { session: name_, first: count - 1, count, right: true, tie: true };
    });
    pair.approve(it.honest && pair.living(author) ? author : it.who, it.device, it.lag, {
      author,
      team: name,
      audience,
      expires,
      epoch: Math.max(0, pair.team(name).keys.length - 1),
      request: null,
      ...(it.same ? {} : other),
      extends: first.id,
      covers,
    });
  });

const revoke = fc.record({ pick, who, device, lag, honest: fc.boolean(), author: fc.nat(3).map((n) => n > 0), sessions: fc.option(fc.uniqueArray(about, { minLength: 1, maxLength: 1 })) }).map((it): Step => (pair) => {
  const approval = at(pair.reference.approvals, it.pick);
  if (approval === null) return;
  const by = it.honest && pair.living(approval.author) ? approval.author : it.who;
  const author = it.author ? approval.author : it.who;
  const made = pair.speak(by, it.device, it.lag, revokes(author, approval.id, it.sessions ?? undefined));
  pair.reference.revocations.push({ ...made, author, approval: approval.id, sessions: it.sessions });
});

const request = fc.record({ who, to: who, team: teamName, about, device, lag, honest: mostly }).map((it): Step => (pair) => {
  const to = it.honest ? (pair.reference.owner.get(it.about) ?? it.to) : it.to;
  pair.reference.requests.push({ ...pair.speak(it.who, it.device, it.lag, asks(to, it.team, it.about)), team: it.team, to });
});

const answer = fc.record({ pick, who, device, lag, honest: mostly, denial: fc.boolean(), addressed: mostly }).map((it): Step => (pair) => {
  const asked = at(pair.reference.requests, it.pick);
  if (asked === null) return;
  const [right, other] = it.denial ? [asked.to, asked.by] : [asked.by, asked.to];
  const by = it.honest ? right : it.who;
  const to = it.addressed ? other : it.who;
  const made = pair.speak(by, it.device, it.lag, it.denial ? denies(asked.id, to) : withdraws(asked.id, to));
  (it.denial ? pair.reference.denials : pair.reference.withdrawals).push({ ...made, request: asked.id, to });
});

const fetches = fc.record({ which: fc.constantFrom(0, 1), chain: fc.boolean(), withheld: fc.nat(9) }).map((it): Step => (pair) => {
  const lanes = [...new Set(pair.spoken.map(laneOf))];
  const hidden = lanes[it.withheld];
  pair.clones[it.which]?.fetch({ chain: it.chain, lanes: (lane) => lane !== hidden });
  pair.clones[it.which]?.look();
});

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 16, arbitrary: approve },
  { weight: 5, arbitrary: extend },
  { weight: 5, arbitrary: revoke },
  { weight: 5, arbitrary: request },
  { weight: 3, arbitrary: answer },
  { weight: 4, arbitrary: fc.tuple(teamName, who).map(([name, one]): Step => (pair) => pair.admit(name, one)) },
  { weight: 1, arbitrary: fc.tuple(teamName, who).map(([name, one]): Step => (pair) => pair.teamRemoval(name, one)) },
  { weight: 1, arbitrary: teamName.map((name): Step => (pair) => pair.key(name)) },
  { weight: 6, arbitrary: fc.tuple(teamName, projectName).map(([name, what]): Step => (pair) => pair.grant(name, what)) },
  { weight: 1, arbitrary: fc.tuple(teamName, projectName).map(([name, what]): Step => (pair) => pair.withdraw(name, what)) },
  { weight: 4, arbitrary: projectName.map((what): Step => (pair) => pair.connect(what)) },
  { weight: 1, arbitrary: fc.constant<Step>((pair) => pair.disconnect()) },
  { weight: 2, arbitrary: fc.constantFrom(["shop"], ["shop"], ["shop", "docs"], ["shop", "docs"], ["docs"], null).map((file): Step => (pair) => void (pair.reference.file = file)) },
  { weight: 1, arbitrary: fc.tuple(who, fc.boolean()).map(([one, departed]): Step => (pair) => pair.removal(one, departed)) },
  { weight: 1, arbitrary: fc.tuple(who, device).map(([one, n]): Step => (pair) => pair.deviceRemoval(one, n)) },
  { weight: 2, arbitrary: fc.tuple(who, teamName).map(([one, name]): Step => (pair) => pair.succession(one, name)) },
  // Somebody who leaves, with those who go on for them: what random steps would rarely put together.
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom("ann", "bob"), teamName).map(([one, name]): Step => (pair) => (pair.succession(one, name), pair.removal(one, true))) },
  { weight: 2, arbitrary: about.map((name): Step => (pair) => void pair.reference.parts.set(name, (pair.reference.parts.get(name) ?? 0) + 1)) },
  { weight: 2, arbitrary: fc.constant<Step>((pair) => void pair.reference.now++) },
  { weight: 2, arbitrary: pick.map((which): Step => (pair) => pair.replay(which)) },
  { weight: 3, arbitrary: pick.map((shuffle): Step => (pair) => pair.look(shuffle)) },
);

/** Steps in which two clones fetch now and then, and look at what they have. */
export const stepWithClones: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: step },
  { weight: 3, arbitrary: fetches },
  { weight: 1, arbitrary: fc.constantFrom(0, 1).map((which): Step => (pair) => pair.clones[which]?.look()) },
);
