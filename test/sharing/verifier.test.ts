import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { foldSharing } from "../../src/domain/sharing/fold.ts";
import type { Evidence, LaneStanding, Tied, Verdict } from "../../src/domain/verdict.ts";
import { judge } from "../../src/domain/verifier.ts";
import type { Crypto } from "../../src/ports/crypto.ts";
import { approves, asks, believedOf, chainOf, revokes, session, signingSeed, speak } from "./say.ts";
import type { Saying, Spoken, Terms } from "./say.ts";
import { bytes, hex, person, project, REPO, team, Workspace } from "./workspace.ts";

let crypto: Crypto;
let workspace: Workspace;
let spoken: Spoken[];

beforeAll(async () => {
  crypto = await loadCrypto();
});

/** Ann's session "one" has two parts; bob and cem are in team web, dee in ops; web is granted the project of this repository. */
beforeEach(() => {
  workspace = new Workspace((id) => crypto.signer.publicKey(signingSeed(id)));
  for (const name of ["ann", "bob", "cem", "dee"]) workspace.person(name);
  for (const name of ["web", "ops"]) workspace.team(name);
  workspace.admit("web", "bob");
  workspace.admit("web", "cem");
  workspace.admit("ops", "dee");
  workspace.grant("web", "shop");
  workspace.connect("shop");
  spoken = [];
});

function say(name: string, saying: Saying, by: { readonly device?: number; readonly head?: number } = {}): string {
  const one = speak(crypto, workspace.state, { name, head: workspace.n, ...by }, saying);
  spoken.push(one);
  return one.claim.hash;
}

const terms: Terms = { author: "ann", team: "web", sessions: [{ session: "one", count: 2 }] };
const approve = (change: Partial<Terms> = {}, by = "ann"): string => say(by, approves({ ...terms, ...change }));
const tiedToAnn = (): ReadonlyMap<string, Tied> => new Map(spoken.map(({ claim }) => [claim.hash, { person: person("ann") }]));

function look(reader = "bob", change: Partial<Evidence> = {}): Verdict {
  const { state } = workspace;
  return judge({
    now: 0,
    repo: REPO,
    session: session("one"),
    team: team("web"),
    reader: person(reader),
    state,
    lane: { kind: "verified" },
    chain: chainOf("one", 2),
    ties: tiedToAnn(),
    file: { connected: true, projects: [project("shop")] },
    sharing: foldSharing(state, believedOf(crypto, state, spoken)),
    ...change,
  });
}

/** The conditions that do not hold, and that nothing opens then. */
function failing(verdict: Verdict): readonly string[] {
  const names = Object.entries(verdict.conditions).flatMap(([name, { holds }]) => (holds ? [] : [name]));
  expect(verdict.holds).toBe(names.length === 0);
  expect(verdict.openings.length > 0).toBe(verdict.holds);
  return names;
}

describe("all four conditions hold", () => {
  it("for a member, with the approval and the parts that it opens", () => {
    const first = approve();
    const verdict = look("bob", { remoteSeen: 7 });
    expect(failing(verdict)).toEqual([]);
    expect(verdict.openings).toMatchObject([{ approval: first, author: person("ann"), parts: [{ parts: { first: 0, count: 2 } }] }]);
    expect(verdict.age).toEqual({ statement: workspace.n, remoteSeen: 7 });
    expect(Object.values(verdict.conditions).every(({ says, missing, fix }) => says.length > 0 && missing === undefined && fix === undefined)).toBe(true);
  });

  it("for a late joiner where the audience is the team, and not where it is its members", () => {
    workspace.person("eve");
    const listed = approve({ audience: ["bob", "cem"] });
    workspace.admit("web", "eve");
    expect(failing(look("bob"))).toEqual([]);
    expect(failing(look("eve"))).toEqual(["C4"]);
    expect(look("eve").conditions.C4.missing).toMatch(/not among those/);
    const open = approve();
    expect(look("eve").openings.map(({ approval }) => approval)).toEqual([open]);
    expect(new Set(look("bob").openings.map(({ approval }) => approval))).toEqual(new Set([open, listed]));
  });

  it("for what was approved of a session that has grown since, and for no more of it", () => {
    approve();
    const verdict = look("bob", { chain: chainOf("one", 5) });
    expect(verdict.openings.flatMap(({ parts }) => parts.map(({ parts: { first, count } }) => [first, count]))).toEqual([[0, 2]]);
    expect(verdict.conditions.C4.says).toContain("it covers 2 of 5 parts");
  });

  it("for as much as is known here, where an extension covers more", () => {
    const first = approve();
    approve({ extends: first, sessions: [{ session: "one", first: 2, count: 4 }] });
    expect(look("bob", { chain: chainOf("one", 3) }).openings.map(({ parts }) => parts.length)).toEqual([1]);
    expect(look("bob", { chain: chainOf("one", 4) }).openings.map(({ parts }) => parts.length)).toEqual([2]);
  });

  it("under the approval that covers most, of several", () => {
    const small = approve({ sessions: [{ session: "one", first: 1, count: 2 }] });
    const large = approve();
    approve({ expires: 0 });
    expect(look().openings.map(({ approval }) => approval)).toEqual([large, small]);
  });
});

describe("C1", () => {
  const standings: readonly (readonly [LaneStanding, RegExp | null, string | undefined])[] = [
    [{ kind: "verified" }, null, undefined],
    [{ kind: "withheld" }, null, undefined],
    [{ kind: "frozen" }, null, undefined],
    [{ kind: "rewound" }, /older head/, "hx verify"],
    [{ kind: "problem", code: "lane-fork", message: "two headers" }, /two headers \(lane-fork\)/, "hx verify"],
    [{ kind: "absent" }, /no lane/, "hx sync"],
  ];

  it.each(standings)("lane %o", (lane, missing, fix) => {
    approve();
    const verdict = look("bob", { lane });
    expect(failing(verdict)).toEqual(missing === null ? [] : ["C1"]);
    expect(verdict.conditions.C1.fix).toBe(fix);
    if (missing !== null) expect(verdict.conditions.C1.missing).toMatch(missing);
    if (lane.kind === "withheld" || lane.kind === "frozen") expect(verdict.conditions.C1.says).toHaveLength(3);
  });

  it("needs the tie that the approval shows", () => {
    approve();
    expect(look("bob", { ties: new Map() }).conditions.C1.missing).toMatch(/shows no tie/);
    const bad = new Map(spoken.map(({ claim }): [string, Tied] => [claim.hash, { person: null, why: "the lane's signature does not verify" }]));
    expect(failing(look("bob", { ties: bad }))).toEqual(["C1"]);
    expect(look("bob", { ties: bad }).conditions.C1.missing).toMatch(/signature does not verify/);
  });

  it("does not take the tie of one approval for another", () => {
    const first = approve();
    const ties = tiedToAnn();
    const more = approve({ extends: first, sessions: [{ session: "one", first: 2, count: 3 }] });
    const verdict = look("bob", { ties, chain: chainOf("one", 3) });
    expect(verdict.openings.flatMap(({ parts }) => parts.map(({ statement }) => statement.hash))).toEqual([first]);
    expect(more).not.toBe(first);
  });

  it("is not known before somebody approved, also to who knows whose it is", () => {
    const verdict = look("bob", { author: person("ann") });
    expect(failing(verdict)).toEqual(["C1", "C4"]);
    expect(verdict.conditions.C1.says.join()).toContain(person("ann"));
  });
});

describe("C2: a connection of one side only", () => {
  it("is none by the file alone", () => {
    approve();
    workspace.disconnect();
    const { conditions } = look();
    expect(conditions.C2).toMatchObject({ holds: false, missing: expect.stringContaining("workspace chain"), fix: "hx init" });
  });

  it("is none by the chain alone", () => {
    approve();
    const verdict = look("bob", { file: { connected: false, why: "no remote of it is listed" } });
    expect(failing(verdict)).toEqual(["C2"]);
    expect(verdict.conditions.C2).toMatchObject({ missing: "not connected: no remote of it is listed", fix: "hx doctor" });
  });

  it("counts for the projects on which both agree", () => {
    approve();
    workspace.connect("shop", "docs");
    expect(failing(look("bob", { file: { connected: true, projects: [project("docs")] } }))).toEqual(["C3"]);
    workspace.grant("web", "docs");
    expect(failing(look("bob", { file: { connected: true, projects: [project("docs")] } }))).toEqual([]);
    workspace.connect("other");
    expect(failing(look("bob", { file: { connected: true, projects: [project("docs")] } }))).toEqual(["C3"]);
  });
});

describe("C3", () => {
  it("fails when the grant is withdrawn between request and read", () => {
    approve({ request: say("bob", asks("ann", "web", "one")) });
    expect(failing(look())).toEqual([]);
    workspace.withdraw("web", "shop");
    expect(failing(look())).toEqual(["C3"]);
    expect(look().conditions.C3.fix).toBe(`hx project grant ${team("web")}`);
    workspace.grant("web", "shop");
    expect(failing(look())).toEqual([]);
  });

  it("fails for who is outside, nominated, removed from the team, or from the workspace", () => {
    approve();
    expect(look("dee").conditions.C3).toMatchObject({ holds: false, fix: `hx team nominate ${team("web")} ${person("dee")}` });
    workspace.nominate("web", "dee");
    expect(look("dee").conditions.C3).toMatchObject({ holds: false, missing: expect.stringContaining("not admitted"), fix: `hx team admit ${team("web")} ${person("dee")}` });
    workspace.admit("web", "dee");
    expect(failing(look("dee"))).toEqual([]);
    workspace.teamRemoval("web", "dee");
    expect(failing(look("dee"))).toEqual(["C3"]);
    workspace.removal("cem", true);
    expect(failing(look("cem"))).toEqual(["C3"]);
    expect(failing(look("bob"))).toEqual([]);
  });

  it("fails for a team that is not known, and one that is dead", () => {
    expect(look("bob", { team: team("nobody") }).conditions.C3.missing).toMatch(/there is no team/);
    workspace.teamRemoval("web", "bob");
    workspace.teamRemoval("web", "cem");
    expect(look("bob").conditions.C3.missing).toMatch(/no member any more/);
  });
});

describe("C4", () => {
  const fix = (): string => `hx request ${session("one")} --team ${team("web")} --reason "…"`;

  interface Attack {
    readonly name: string;
    readonly attack: () => void;
    readonly missing: RegExp;
    readonly mend?: string;
  }
  const attacks: readonly Attack[] = [
    { name: "no approval", attack: () => undefined, missing: /nobody approved it/ },
    { name: "an approval by somebody else in the author's name", attack: () => void approve({}, "cem"), missing: /means nothing: it is neither by the author/ },
    { name: "an approval for another team", attack: () => void approve({ team: "ops" }), missing: /nobody approved it/ },
    { name: "an approval of another session", attack: () => void approve({ sessions: [{ session: "two", count: 1 }] }), missing: /nobody approved it/ },
    { name: "an approval for an epoch that the team does not have", attack: () => void approve({ epoch: 1 }), missing: /no key of epoch 1/ },
    { name: "an approval of another manifest", attack: () => void approve({ sessions: [{ session: "one", count: 2, last: bytes("other") }] }), missing: /of another manifest/ },
    { name: "an approval of no part", attack: () => void approve({ sessions: [{ session: "one", first: 2, count: 2 }] }), missing: /of another manifest/ },
    { name: "an approval of parts that are not here", attack: () => void approve({ sessions: [{ session: "one", count: 3 }] }), missing: /covers 3 parts, and 2 are known/, mend: "hx sync" },
    { name: "an approval that expired", attack: () => void approve({ expires: 0 }), missing: /expired 1970-01-01/ },
    { name: "an approval that was revoked", attack: () => void say("ann", revokes("ann", approve()), { device: 1 }), missing: /is revoked/ },
    { name: "an approval whose session was revoked", attack: () => void say("ann", revokes("ann", approve(), ["one"])), missing: /is revoked/ },
    { name: "an extension of what is not known", attack: () => void approve({ extends: hex("x") }), missing: /extends one that is not known/, mend: "hx sync" },
    { name: "an extension for longer", attack: () => void approve({ expires: 5, extends: approve({ expires: 0 }) }), missing: /expired/ },
  ];

  it.each(attacks)("fails for $name", ({ attack, missing, mend }) => {
    attack();
    const verdict = look();
    expect(failing(verdict)).toContain("C4");
    expect(verdict.conditions.C4.missing).toMatch(missing);
    expect(verdict.conditions.C4.fix).toBe(mend ?? fix());
    expect(failing(verdict).filter((condition) => condition !== "C1")).toEqual(["C4"]);
  });

  it("fails for an approval by the author of another lane, whatever tie it shows", () => {
    say("cem", approves({ ...terms, author: "cem" }));
    expect(failing(look())).toEqual(["C4"]);
    expect(look().conditions.C4.missing).toContain(`is of '${person("ann")}'`);
    expect(failing(look("bob", { ties: new Map() }))).toEqual(["C1"]);
    expect(failing(look("bob", { ties: new Map(), author: person("ann") }))).toEqual(["C1", "C4"]);
  });

  it("fails for a forged approval, and for one that a removed device made", () => {
    approve();
    const [{ claim, found }] = [spoken.pop() ?? expect.fail()];
    spoken.push({ claim: { ...claim, signed: { ...claim.signed, signature: new Uint8Array(64) } }, found });
    expect(failing(look())).toEqual(["C1", "C4"]);
    spoken = [];
    workspace.deviceRemoval("ann", 0);
    approve();
    expect(failing(look())).toEqual(["C1", "C4"]);
  });

  it("stays failed when a revoked approval is replayed", () => {
    say("ann", revokes("ann", approve()));
    const [{ claim, found }] = [spoken[0] ?? expect.fail()];
    spoken.push({ claim, found: { ...found, place: { ...found.place, seq: found.place.seq + 99, head: workspace.n } } }, { claim, found: { ...found, lane: bytes("another lane") } });
    expect(failing(look())).toEqual(["C4"]);
    approve();
    expect(failing(look())).toEqual([]);
  });

  it("is prolonged by no extension, and by no clock: `now` is the newest time ever seen", () => {
    const first = approve({ expires: 1000 });
    approve({ expires: 1000, extends: first });
    expect(failing(look("bob", { now: 999 }))).toEqual([]);
    expect(failing(look("bob", { now: 1000 }))).toEqual(["C4"]);
  });

  it("stands after the author departed or was removed", () => {
    approve();
    workspace.removal("ann", true);
    expect(failing(look())).toEqual([]);
    approve({ sessions: [{ session: "two", count: 1 }] });
    expect(failing(look("bob", { session: session("two"), chain: chainOf("two", 1) }))).toEqual(["C1", "C4"]);
  });

  it("holds by a member of the team that succeeds who departed, under the author's tie", () => {
    workspace.succession("ann", "ops");
    workspace.removal("ann", true);
    approve({}, "bob");
    expect(failing(look())).toEqual(["C1", "C4"]);
    approve({}, "dee");
    expect(failing(look())).toEqual([]);
    expect(look().conditions.C4.says.join()).toContain(person("dee"));
  });

  it("names the one that comes closest", () => {
    approve({ audience: ["cem"] });
    say("ann", revokes("ann", approve()));
    approve({ sessions: [{ session: "one", count: 3 }] });
    expect(look().conditions.C4.missing).toMatch(/covers 3 parts/);
    expect(look("bob", { now: 5 }).conditions.C4.missing).toMatch(/covers 3 parts/);
    expect(look("cem").openings).toHaveLength(1);
  });

  it("reports a failure of each condition by itself", () => {
    approve({ expires: 0 });
    workspace.withdraw("web", "shop");
    expect(failing(look("bob", { lane: { kind: "rewound" }, file: { connected: false, why: "x" } }))).toEqual(["C1", "C2", "C3", "C4"]);
  });
});

describe("names", () => {
  const names = (name: string) => ({ person: () => name, team: () => name, project: () => name });
  const named = (name: string): Verdict => {
    const { state } = workspace;
    return judge({ now: 0, repo: REPO, session: session("one"), team: team("web"), reader: person("dee"), state, lane: { kind: "verified" }, chain: chainOf("one", 2), ties: new Map(), file: { connected: true, projects: [project("shop")] }, sharing: foldSharing(state, []) }, names(name));
  };

  it("stand in the evidence, and in commands where they are one plain word", () => {
    expect(named("core").conditions.C3).toMatchObject({ missing: "'core' is not a member of team 'core'", fix: "hx team nominate core core" });
  });

  it.each(["$(reboot)", "a b", "--yes", "x;y", 'a"b', "a\nb", ""])("%j never stands in a command", (name) => {
    const { C3, C4 } = named(name).conditions;
    expect(C3.fix).toBe(`hx team nominate ${team("web")} ${person("dee")}`);
    expect(C4.fix).toBe(`hx request ${session("one")} --team ${team("web")} --reason "…"`);
  });
});
