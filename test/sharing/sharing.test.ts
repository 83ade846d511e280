import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { foldSharing } from "../../src/domain/sharing/fold.ts";
import { leaseOf, MAX_LEASE, standing } from "../../src/domain/sharing/sharing.ts";
import type { GivenApproval, Sharing } from "../../src/domain/sharing/sharing.ts";
import type { Person, Succession } from "../../src/domain/workspace/state.ts";
import type { Crypto } from "../../src/ports/crypto.ts";
import { accesses, approves, asks, believedOf, denies, revokes, session, signingSeed, speak, withdraws } from "./say.ts";
import type { Saying, Spoken, Terms } from "./say.ts";
import { device, hex, person, team, Workspace } from "./workspace.ts";

let crypto: Crypto;
let workspace: Workspace;
let spoken: Spoken[];

beforeAll(async () => {
  crypto = await loadCrypto();
});

beforeEach(() => {
  workspace = new Workspace((id) => crypto.signer.publicKey(signingSeed(id)));
  for (const name of ["ann", "bob", "cem", "dee"]) workspace.person(name);
  for (const name of ["web", "ops"]) workspace.team(name);
  workspace.admit("web", "bob");
  workspace.admit("web", "cem");
  workspace.admit("ops", "dee");
  spoken = [];
});

/** The hash of what somebody says now. */
function say(name: string, saying: Saying, by: { readonly device?: number; readonly head?: number } = {}): string {
  const one = speak(crypto, workspace.state, { name, head: workspace.n, ...by }, saying);
  spoken.push(one);
  return one.claim.hash;
}

const sharing = (): Sharing => foldSharing(workspace.state, believedOf(crypto, workspace.state, spoken));
const terms: Terms = { author: "ann", team: "web", sessions: [{ session: "one", count: 2 }] };
const given = (hash: string): GivenApproval => sharing().approvals.get(hash) ?? expect.fail("no such approval");
const whyVoid = (hash: string): string | undefined => sharing().voids.find(({ statement }) => statement.hash === hash)?.why;

describe("a request", () => {
  const stateOf = (hash: string) => sharing().requests.get(hash)?.state;

  it("is open, and stale once its asker left the team, and open again when they come back", () => {
    const request = say("bob", asks("ann", "web", "one"));
    expect(stateOf(request)).toBe("open");
    workspace.teamRemoval("web", "bob");
    expect(stateOf(request)).toBe("stale");
    workspace.admit("web", "bob");
    expect(stateOf(request)).toBe("open");
  });

  it("is stale when its asker was no member yet where it lies", () => {
    const request = say("dee", asks("ann", "web", "one"));
    workspace.admit("web", "dee");
    expect(stateOf(request)).toBe("stale");
  });

  it("is withdrawn by its asker alone", () => {
    const request = say("bob", asks("ann", "web", "one"));
    const other = say("cem", withdraws(request, "ann"));
    expect(stateOf(request)).toBe("open");
    expect(whyVoid(other)).toMatch(/not by who asked/);
    say("bob", withdraws(request, "ann"), { device: 1 });
    expect(stateOf(request)).toBe("withdrawn");
  });

  it("is denied by the one asked alone", () => {
    const request = say("bob", asks("ann", "web", "one"));
    const other = say("cem", denies(request, "bob"));
    expect(stateOf(request)).toBe("open");
    expect(whyVoid(other)).toMatch(/not by who was asked/);
    say("ann", denies(request, "bob"));
    expect(stateOf(request)).toBe("denied");
  });

  it("is approved whatever else is said, and what became of the approval", () => {
    const request = say("bob", asks("ann", "web", "one"));
    say("ann", denies(request, "bob"));
    say("bob", withdraws(request, "ann"));
    const approval = say("ann", approves({ ...terms, request }));
    say("ann", revokes("ann", approval));
    expect(sharing().requests.get(request)).toMatchObject({ state: "approved", approvals: [approval] });
  });

  it("is not approved by an approval that means nothing", () => {
    const request = say("bob", asks("ann", "web", "one"));
    say("cem", approves({ ...terms, request }));
    expect(stateOf(request)).toBe("open");
  });
});

describe("an approval means nothing", () => {
  it.each<readonly [string, Partial<Terms>, string, RegExp]>([
    ["by somebody who is not the author", {}, "cem", /neither by the author/],
    ["for an epoch that the team did not have", { epoch: 1 }, "ann", /no key of epoch 1/],
    ["for a team that is not known", { team: "nobody" }, "ann", /no key of epoch 0/],
  ])("%s", (_, change, by, why) => {
    const hash = say(by, approves({ ...terms, ...change }));
    expect(sharing().approvals.size).toBe(0);
    expect(whyVoid(hash)).toMatch(why);
  });

  it("for an epoch that the team has had only since", () => {
    const hash = say("ann", approves({ ...terms, epoch: 1 }));
    workspace.teamKey("web");
    expect(whyVoid(hash)).toMatch(/no key of epoch 1/);
  });

  it("with a request of somebody outside the team, for another team, to somebody else, or that is none", () => {
    const outside = say("ann", approves({ ...terms, request: say("dee", asks("ann", "web", "one")) }));
    const otherTeam = say("ann", approves({ ...terms, request: say("dee", asks("ann", "ops", "one")) }));
    const toOther = say("ann", approves({ ...terms, request: say("bob", asks("cem", "web", "one")) }));
    const none = say("ann", approves({ ...terms, request: say("ann", revokes("ann", hex("x"))) }));
    expect(sharing().approvals.size).toBe(0);
    expect([outside, otherTeam, toOther, none].map(whyVoid)).toEqual([
      expect.stringContaining("not by a member of the team"),
      expect.stringContaining("for another team"),
      expect.stringContaining("to somebody else"),
      expect.stringContaining("is none"),
    ]);
  });

  it("but stands where its request is not known, since that is sealed to two people", () => {
    const hash = say("ann", approves({ ...terms, request: hex("sealed to others") }));
    expect(given(hash).extensions).toEqual([]);
  });

  it("and stands when the one who asked has left since", () => {
    const hash = say("ann", approves({ ...terms, request: say("bob", asks("ann", "web", "one")) }));
    workspace.teamRemoval("web", "bob");
    expect(standing(given(hash), 0)).toBe("living");
  });
});

describe("an extension", () => {
  it("hands on more of the same, of whatever device and epoch", () => {
    const first = say("ann", approves({ ...terms, expires: 9, audience: ["bob", "cem"] }));
    workspace.teamKey("web");
    const more = say("ann", approves({ ...terms, epoch: 1, expires: 9, audience: ["bob", "cem"], sessions: [{ session: "one", first: 2, count: 3 }], extends: first }), { device: 1 });
    expect(given(first).covered.get(session("one"))?.map(({ statement, parts }) => [statement.hash, parts.first, parts.count]).sort()).toEqual([[first, 0, 2], [more, 2, 3]].sort());
    expect(sharing().approvals.size).toBe(1);
  });

  const narrow: Terms = { ...terms, expires: 9, audience: ["bob"] };
  const { audience: _audience, ...forTheTeam } = narrow;
  const { expires: _expires, ...forEver } = narrow;

  it.each<readonly [string, Terms, RegExp]>([
    ["another team", { ...narrow, team: "ops" }, /another team/],
    ["a larger audience", { ...narrow, audience: ["bob", "cem"] }, /another audience/],
    ["another person", { ...narrow, audience: ["cem"] }, /another audience/],
    ["the whole team", forTheTeam, /another audience/],
    ["no end", forEver, /at another time/],
    ["a later end", { ...narrow, expires: 10 }, /at another time/],
    ["another author", { ...narrow, author: "cem" }, /another author/],
  ])("cannot turn it into one with %s", (_, other, why) => {
    const first = say("ann", approves(narrow));
    const more = say(other.author, approves({ ...other, extends: first }));
    expect(whyVoid(more)).toMatch(why);
    expect(given(first).extensions).toEqual([]);
  });

  it("by somebody who is not the author means nothing", () => {
    const first = say("ann", approves(terms));
    expect(whyVoid(say("cem", approves({ ...terms, extends: first })))).toMatch(/neither by the author/);
  });

  it("of an extension, of a void approval and of something else means nothing; of what is not known it waits", () => {
    const first = say("ann", approves(terms));
    const second = say("ann", approves({ ...terms, extends: first }));
    const bad = [second, say("cem", approves(terms)), say("bob", asks("ann", "web", "one"))].map((of) => say("ann", approves({ ...terms, extends: of })));
    const early = say("ann", approves({ ...terms, extends: hex("later") }));
    expect(bad.map(whyVoid)).toEqual(bad.map(() => expect.stringContaining("means nothing itself")));
    expect(sharing().waiting.map(({ hash }) => hash)).toEqual([early]);
  });

  it("that came before its first counts when the first is known", () => {
    const first = say("ann", approves(terms));
    const [only] = spoken.splice(0, 1);
    say("ann", approves({ ...terms, sessions: [{ session: "two", count: 1 }], extends: first }));
    expect(sharing()).toMatchObject({ approvals: new Map(), waiting: [{}] });
    spoken.push(only ?? expect.fail());
    expect([...given(first).covered.keys()].sort()).toEqual([session("one"), session("two")].sort());
  });
});

describe("a revocation", () => {
  it("counts when another live device of the author makes it, and for what is added later", () => {
    const first = say("ann", approves(terms));
    expect(standing(given(first), 0)).toBe("living");
    say("ann", revokes("ann", first), { device: 1 });
    say("ann", approves({ ...terms, extends: first, sessions: [{ session: "two", count: 1 }] }));
    expect(standing(given(first), 0)).toBe("revoked");
    expect(standing(given(first), 0, session("two"))).toBe("revoked");
  });

  it("is by the author alone", () => {
    const first = say("ann", approves(terms));
    const others = [say("cem", revokes("ann", first)), say("cem", revokes("cem", first))];
    expect(standing(given(first), 0)).toBe("living");
    expect(others.map(whyVoid)).toEqual([expect.stringContaining("neither by the author"), expect.stringContaining("another author")]);
  });

  it("of a removed device counts no more, and stays where it was made before", () => {
    const [early, late] = [say("ann", approves(terms)), say("ann", approves(terms))];
    say("ann", revokes("ann", early), { device: 1 });
    workspace.deviceRemoval("ann", 1);
    say("ann", revokes("ann", late), { device: 1 });
    expect([early, late].map((hash) => standing(given(hash), 0))).toEqual(["revoked", "living"]);
  });

  it("of sessions leaves the others, and of all of them is one of the whole", () => {
    const first = say("ann", approves({ ...terms, sessions: [{ session: "one", count: 1 }, { session: "two", count: 1 }] }));
    say("ann", revokes("ann", first, ["one"]));
    expect([standing(given(first), 0), standing(given(first), 0, session("one")), standing(given(first), 0, session("two"))]).toEqual(["living", "revoked", "living"]);
    say("ann", revokes("ann", first, ["two"]));
    expect(standing(given(first), 0)).toBe("revoked");
  });

  it("is not undone by the approval that is added once more, later or elsewhere", () => {
    const first = say("ann", approves(terms));
    const [{ claim, found }] = [spoken[0] ?? expect.fail()];
    say("ann", revokes("ann", first));
    spoken.push({ claim, found: { ...found, place: { ...found.place, seq: found.place.seq + 99, head: workspace.n } } }, { claim, found: { ...found, lane: new Uint8Array(32) } });
    expect(sharing().approvals.size).toBe(1);
    expect(standing(given(first), 0)).toBe("revoked");
    expect(given(first).first.place).toEqual(found.place);
  });
});

it("an approval expires at its time, and a revoked one is revoked", () => {
  const first = say("ann", approves({ ...terms, expires: 1000 }));
  expect([999, 1000, 1001].map((now) => standing(given(first), now))).toEqual(["living", "expired", "expired"]);
  say("ann", revokes("ann", first));
  expect(standing(given(first), 2000)).toBe("revoked");
});

describe("after a departure", () => {
  const signed: Succession = { team: team("ops"), teamEpoch: 0, keyEpoch: 0, hash: new Uint8Array(), boxes: new Map() };
  const approveFor = (by: string, head = workspace.n): string => say(by, approves(terms), { head });

  it.each([true, false])("what was approved before stands (departed: %s), and nothing new can be", (departed) => {
    const first = approveFor("ann");
    workspace.removal("ann", departed);
    const late = approveFor("ann");
    expect([...sharing().approvals.keys()]).toEqual([first]);
    expect(standing(given(first), 0)).toBe("living");
    expect(late).not.toBe(first);
  });

  it("a member of the team that succeeds may approve and revoke, from the departure on", () => {
    const own = say("ann", approves(terms));
    workspace.succession("ann", "ops");
    const before = workspace.n;
    const early = approveFor("dee");
    workspace.removal("ann", true);
    const backdated = approveFor("dee", before);
    const late = approveFor("dee");
    const outsider = approveFor("bob");
    expect([...sharing().approvals.keys()].sort()).toEqual([own, late].sort());
    expect([early, backdated, outsider].map(whyVoid)).toEqual(Array.from({ length: 3 }, () => expect.stringContaining("neither by the author")));
    say("bob", revokes("ann", own));
    expect(standing(given(own), 0)).toBe("living");
    const revocation = say("dee", revokes("ann", own));
    expect(given(own).revocations.map(({ hash }) => hash)).toEqual([revocation]);
    workspace.teamRemoval("ops", "dee");
    expect([standing(given(own), 0), standing(given(late), 0)]).toEqual(["revoked", "living"]);
    expect(whyVoid(approveFor("dee"))).toMatch(/neither by the author/);
  });

  it("a former member of that team may, in a lane that still names a statement from when they were in it: this attack succeeds", () => {
    workspace.succession("ann", "ops");
    workspace.removal("ann", true);
    const then = workspace.n;
    workspace.teamRemoval("ops", "dee");
    const [late, backdated] = [approveFor("dee"), approveFor("dee", then)];
    expect(whyVoid(late)).toMatch(/neither by the author/);
    expect([...sharing().approvals.keys()]).toEqual([backdated]);
  });

  it.each<readonly [string, Partial<Person>]>([
    ["that the departure has not published", { state: "departed", succession: { ...signed } }],
    ["of somebody who did not depart", { state: "removed", succession: { ...signed, wrap: new Uint8Array([1]) } }],
    ["of somebody who is here", { state: "living", succession: { ...signed, wrap: new Uint8Array([1]) } }],
  ])("nobody may by a succession %s, should a state ever say such a thing", (_, change) => {
    const { state } = workspace;
    const ann = state.persons.get(person("ann")) ?? expect.fail();
    workspace.state = { ...state, persons: new Map([...state.persons, [ann.id, { ...ann, until: workspace.n, ...change }]]) };
    expect(whyVoid(approveFor("dee"))).toMatch(/neither/);
  });

  it("nobody may without a succession, nor where somebody was removed and did not depart", () => {
    workspace.removal("ann", true);
    expect(whyVoid(approveFor("dee"))).toMatch(/neither/);
    workspace.succession("bob", "ops");
    workspace.removal("bob", false);
    expect(whyVoid(say("dee", approves({ ...terms, author: "bob" })))).toMatch(/neither/);
  });
});

describe("an access", () => {
  const HOUR = 3_600_000;
  const key = (approval: string, name = "bob", about = "one") => ({ device: device(name), session: session(about), approval });

  it("is a lease for the same device, session and approval, until it ends", () => {
    const first = say("ann", approves(terms));
    const entry = say("bob", accesses("ann", "web", "one", first, HOUR, HOUR + MAX_LEASE));
    const at = (now: number) => leaseOf(sharing(), key(first), now)?.hash ?? null;
    expect([HOUR - 1, HOUR, HOUR + MAX_LEASE - 1, HOUR + MAX_LEASE].map(at)).toEqual([null, entry, entry, null]);
    expect(leaseOf(sharing(), key(first, "cem"), HOUR)).toBeNull();
    expect(leaseOf(sharing(), key(first, "bob", "two"), HOUR)).toBeNull();
    expect(leaseOf(sharing(), key(hex("x")), HOUR)).toBeNull();
    const longer = say("bob", accesses("ann", "web", "one", first, HOUR, HOUR + MAX_LEASE - 1));
    expect(at(HOUR)).toBe(entry);
    expect(longer).not.toBe(entry);
  });

  it("that contradicts its approval is no lease, and is in the log all the same", () => {
    const first = say("ann", approves({ ...terms, audience: ["bob"] }));
    const contradicting = [
      say("bob", accesses("ann", "web", "one", first, 0, MAX_LEASE + 1)),
      say("bob", accesses("ann", "web", "one", first, HOUR, HOUR)),
      say("bob", accesses("cem", "web", "one", first, 0, HOUR)),
      say("bob", accesses("ann", "ops", "one", first, 0, HOUR)),
      say("bob", accesses("ann", "web", "two", first, 0, HOUR)),
      say("cem", accesses("ann", "web", "one", first, 0, HOUR)),
      say("bob", accesses("ann", "web", "one", hex("unknown"), 0, HOUR)),
    ];
    const all = sharing();
    expect(contradicting.map((hash) => all.accesses.get(hash)?.contradiction)).toEqual(contradicting.map(() => expect.any(String)));
    for (const [name, about] of [["bob", "one"], ["bob", "two"], ["cem", "one"]] as const) expect(leaseOf(all, key(first, name, about), 1)).toBeNull();
    expect(leaseOf(all, key(hex("unknown")), 1)).toBeNull();
  });
});
