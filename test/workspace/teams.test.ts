import { beforeEach, describe, expect, it } from "vitest";
import { auditOwnBox, auditTeam } from "../../src/app/workspace/audit.ts";
import { admitBody, newTeamId, teamBody, teamKeyBody } from "../../src/app/workspace/compose-team.ts";
import { nameKeys, openMembership, openTeamKeys, teamName } from "../../src/app/workspace/member.ts";
import { newProjectId } from "../../src/app/workspace/found.ts";
import { grantedTeams, isAdministrator, isGranted, isTeamMember, isTeamReady, teamsOf, wasTeamMember } from "../../src/domain/workspace/state.ts";
import type { TeamId } from "../../src/domain/ids.ts";
import type { TeamKeyBody } from "../../src/domain/workspace/team-bodies.ts";
import type { StatementBody } from "../../src/format/statement-body.ts";
import { teamContext } from "../../src/format/wrap.ts";
import { Company, refusal } from "./company.ts";
import type { Colleague } from "./company.ts";

let at: Company;
let ann: Colleague;
let bob: Colleague;
let carol: Colleague;
let dan: Colleague;

beforeEach(async () => {
  at = await Company.make();
  ({ ann, bob, carol, dan } = at);
});

const seedsOf = (who: Colleague, team: TeamId) => openTeamKeys(at.crypto, at.state, team, who.id, who.seeds);
const key = (by: Colleague, team: TeamId, before?: Uint8Array) => teamKeyBody(at.crypto, at.state, { team, by: by.id, seed: at.crypto.random.bytes(32), ...(before === undefined ? {} : { before }) });
const admit = (person: Colleague, team: TeamId, seed: Uint8Array) => admitBody(at.crypto, at.state, { team, person: person.id, seed });
const nominate = (person: Colleague, team: TeamId): StatementBody => ({ type: "nominate", team, person: person.id });
const leave = (person: Colleague, team: TeamId): StatementBody => ({ type: "team-removal", team, person: person.id });

describe("a team", () => {
  it("opens for its members, with all epochs, and for nobody else", () => {
    const { id, seed } = at.team(bob, carol);
    const fresh = at.crypto.random.bytes(32);
    at.say(carol, teamKeyBody(at.crypto, at.state, { team: id, by: carol.id, seed: fresh, before: seed }));
    at.say(ann, nominate(dan, id));
    at.say(bob, admit(dan, id, fresh));
    const all = [{ epoch: 0, seed }, { epoch: 1, seed: fresh }];
    for (const member of [bob, carol, dan]) expect(seedsOf(member, id)).toEqual(all);
    expect(seedsOf(ann, id)).toEqual([]);
    expect(openTeamKeys(at.crypto, at.state, id, bob.id, ann.seeds)).toEqual([]);
    expect(teamsOf(at.state, dan.id).map((team) => team.id)).toEqual([id]);
    const names = nameKeys(at.crypto, at.state, openMembership(at.crypto, at.state, ann.id, ann.seeds));
    expect(teamName(at.crypto, at.state, names, id)).toBe("backend");
  });

  it("is created and filled by administrators' nominations alone, and once", () => {
    const id = newTeamId(at.crypto);
    at.refuses(bob, teamBody(at.crypto, at.state, id, "x"), /not an administrator/);
    at.say(ann, teamBody(at.crypto, at.state, id, "x"));
    at.refuses(ann, teamBody(at.crypto, at.state, id, "x"), /there already/);
    at.refuses(ann, nominate(bob, newTeamId(at.crypto)), /not known/);
    at.refuses(bob, nominate(bob, id), /not an administrator/);
    at.say(ann, nominate(bob, id));
    at.refuses(ann, nominate(bob, id), /nominated already/);
    at.say(bob, key(bob, id));
    at.refuses(ann, nominate(bob, id), /a member of the team already/);
    at.say(ann, at.removal(dan.id));
    at.refuses(ann, nominate(dan, id), /is no member/);
  });

  it("lets nobody in by the power of an administrator", () => {
    const { id, seed } = at.team(bob);
    at.refuses(ann, key(ann, id, seed), /not a member of the team/);
    at.say(ann, nominate(ann, id));
    at.refuses(ann, key(ann, id, seed), /not a member of the team/);
    const own: TeamKeyBody = { ...key(bob, id, seed), boxes: [boxed(ann, id, 1, seed)] };
    at.refuses(ann, own, /not a member of the team/);
    at.refuses(ann, { ...withoutBefore(own), epoch: 0 }, /not a member of the team/);
    at.refuses(ann, admit(ann, id, seed), /not a member of the team/);
    expect(isTeamMember(at.state, id, ann.id)).toBe(false);
    at.say(bob, admit(ann, id, seed));
    expect(isTeamMember(at.state, id, ann.id)).toBe(true);
  });

  it("gets its key from somebody nominated, boxed to them alone", () => {
    const { id } = at.team();
    at.refuses(bob, key(bob, id), /not nominated/);
    at.refuses(ann, key(ann, id), /not nominated/);
    at.say(ann, nominate(bob, id));
    at.say(ann, nominate(carol, id));
    const first = key(bob, id);
    at.refuses(bob, { ...first, boxes: [...first.boxes, boxed(carol, id, 0, carol.keySeed)].sort(byPerson) }, /no member of the team/);
    at.refuses(bob, { ...first, boxes: [] }, /not boxed to/);
    at.refuses(carol, first, /no member of the team/);
    at.say(bob, first);
    at.refuses(carol, key(carol, id, newestSeed(id)), /not a member of the team/);
    expect([...(at.state.teams.get(id)?.nominated ?? [])]).toEqual([carol.id]);
  });

  it("boxes a later key to every member, to nobody else, and to their newest person keys", () => {
    const { id, seed } = at.team(bob, carol);
    const next = key(bob, id, seed);
    at.refuses(bob, { ...next, boxes: next.boxes.slice(0, 1) }, /not boxed to/);
    at.refuses(bob, { ...next, boxes: [...next.boxes, boxed(dan, id, 1, seed)].sort(byPerson) }, /no member of the team/);
    at.refuses(bob, { ...next, epoch: 2 }, /epoch 2 where 1/);
    at.refuses(bob, { ...withoutBefore(next), epoch: 0 }, /epoch 0 where 1/);
    at.refuses(bob, withoutBefore(next), /before/);
    const stale = key(bob, id, seed);
    at.say(carol, at.nextKey(carol, [0]));
    at.refuses(bob, stale, /epoch 0 of the person key/);
    const future: TeamKeyBody = { ...stale, boxes: stale.boxes.map((box) => ({ ...box, epoch: 1 })) };
    at.refuses(bob, future, /epoch 1 of the person key/);
    at.say(bob, key(bob, id, seed));
    expect(seedsOf(carol, id).map(({ epoch }) => epoch)).toEqual([0, 1]);
  });

  it("admits whom an administrator nominated, by a member, to their newest person key", () => {
    const { id, seed } = at.team(bob);
    const early = admit(carol, id, seed);
    at.refuses(bob, early, /not nominated/);
    at.say(ann, nominate(carol, id));
    at.refuses(carol, early, /not a member/);
    at.refuses(dan, early, /not a member/);
    at.say(carol, at.nextKey(carol, [0]));
    at.refuses(bob, early, /epoch 0 of the person key/);
    at.say(bob, admit(carol, id, seed));
    at.refuses(bob, admit(carol, id, seed), /not nominated/);
    refusal("no-key", () => admit(dan, id, at.crypto.random.bytes(32)));
    refusal("no-key", () => key(bob, id));
  });

  it("is due after a removal: nobody is admitted and nothing is sealed, until a member makes the next key", () => {
    const { id, seed } = at.team(bob, carol);
    expect(auditTeam(at.state, id)).toBeNull();
    at.say(ann, nominate(dan, id));
    at.say(carol, leave(carol, id));
    expect(at.state.teams.get(id)?.due).toBe(at.state.head.n);
    expect(auditTeam(at.state, id)).toMatchObject({ code: "refused", message: expect.stringMatching(/due/), hints: [`hx team show ${id}`] });
    at.refuses(bob, admit(dan, id, seed), /due/);
    at.refuses(carol, key(carol, id, seed), /not a member/);
    at.say(bob, key(bob, id, seed));
    expect(auditTeam(at.state, id)).toBeNull();
    expect(seedsOf(carol, id)).toEqual([{ epoch: 0, seed }]);
    const fresh = seedsOf(bob, id).at(-1)?.seed ?? seed;
    at.say(bob, admit(dan, id, fresh));
    expect(seedsOf(dan, id)).toHaveLength(2);
  });

  it("is left by oneself or an administrator's word, and a nomination ends likewise without making it due", () => {
    const { id } = at.team(bob, carol);
    at.refuses(dan, leave(carol, id), /neither an administrator nor the person/);
    at.refuses(bob, leave(carol, id), /neither an administrator nor the person/);
    at.refuses(ann, leave(dan, id), /neither a member of the team nor nominated/);
    at.say(ann, nominate(dan, id));
    at.say(dan, leave(dan, id));
    expect(at.state.teams.get(id)).toMatchObject({ due: null, nominated: new Set() });
    at.say(ann, leave(carol, id));
    expect(at.state.teams.get(id)?.due).not.toBeNull();
  });

  it("remembers who was a member where, by a removal from the team as from the workspace, and through a return", () => {
    const { id, seed } = at.team(bob, carol);
    const was = (person: Colleague, n: number): boolean => wasTeamMember(at.state, id, person.id, n);
    const since = at.state.teams.get(id)?.members.get(carol.id) ?? expect.fail("carol is no member");
    at.say(ann, leave(carol, id));
    const left = at.state.head.n;
    const fresh = at.crypto.random.bytes(32);
    at.say(bob, teamKeyBody(at.crypto, at.state, { team: id, by: bob.id, seed: fresh, before: seed }));
    at.say(ann, nominate(carol, id));
    at.say(bob, admit(carol, id, fresh));
    const back = at.state.head.n;
    expect([since - 1, since, left - 1, left, back - 1, back, back + 1].map((n) => was(carol, n))).toEqual([false, true, true, false, false, true, true]);
    at.say(ann, at.removal(carol.id));
    const removed = at.state.head.n;
    expect([since, left, back, removed - 1, removed].map((n) => was(carol, n))).toEqual([true, false, true, true, false]);
    expect(was(dan, removed)).toBe(false);
    expect(was(bob, removed)).toBe(true);
  });

  it("is dead without its last member, and nothing names it any more but a withdrawal", () => {
    const { id, seed } = at.team(bob);
    at.say(ann, { type: "grant", team: id, project: at.project });
    at.say(ann, nominate(carol, id));
    const next = key(bob, id, seed);
    at.say(bob, leave(bob, id));
    expect(at.state.teams.get(id)?.dead).toBe(true);
    expect(auditTeam(at.state, id)).toMatchObject({ code: "refused", message: expect.stringMatching(/last member/) });
    at.refuses(bob, next, /lost its last member/);
    at.refuses(carol, { ...withoutBefore(next), epoch: 0 }, /lost its last member/);
    at.refuses(ann, nominate(dan, id), /lost its last member/);
    at.refuses(carol, leave(carol, id), /lost its last member/);
    at.refuses(ann, { type: "grant", team: id, project: at.project }, /lost its last member/);
    at.say(ann, { type: "withdraw", team: id, project: at.project });
  });

  it("is granted a known project once, and loses it once", () => {
    const { id } = at.team(bob);
    const grant: StatementBody = { type: "grant", team: id, project: at.project };
    at.refuses(bob, grant, /not an administrator/);
    at.refuses(ann, { ...grant, project: newProjectId(at.crypto) }, /not known/);
    at.refuses(ann, { ...grant, team: newTeamId(at.crypto) }, /not known/);
    at.refuses(ann, { ...grant, type: "withdraw" }, /not granted/);
    expect(isGranted(at.state, id, at.repo)).toBe(false);
    at.say(ann, grant);
    expect(isGranted(at.state, id, at.repo)).toBe(true);
    expect(grantedTeams(at.state, at.project).map((team) => team.id)).toEqual([id]);
    at.refuses(ann, grant, /granted to the team already/);
    at.refuses(bob, { ...grant, type: "withdraw" }, /not an administrator/);
    at.say(ann, { ...grant, type: "withdraw" });
    at.refuses(ann, { ...grant, type: "withdraw" }, /not granted/);
    at.refuses(ann, { ...grant, type: "withdraw", team: newTeamId(at.crypto) }, /not known/);
  });
});

describe("an audit", () => {
  it("says why nobody may seal to a team", () => {
    expect(auditTeam(at.state, newTeamId(at.crypto))).toMatchObject({ code: "refused", hints: ["hx team list"] });
    const empty = at.team();
    expect(auditTeam(at.state, empty.id)).toMatchObject({ code: "refused", message: expect.stringMatching(/no key/) });
    const { id } = at.team(bob, carol);
    const team = at.state.teams.get(id);
    const newest = team?.keys[0];
    if (team === undefined || newest === undefined) throw new Error("no team");
    expect(isTeamReady(team)).toBe(true);
    const withBoxes = (boxes: typeof newest.boxes) => auditTeam({ ...at.state, teams: new Map([[id, { ...team, keys: [{ ...newest, boxes }] }]]) }, id);
    expect(withBoxes(new Map([...newest.boxes].slice(1)))?.message).toMatch(/not boxed to its member/);
    expect(withBoxes(new Map([...newest.boxes, [dan.id, { epoch: 0, wrap: new Uint8Array(0) }]]))?.message).toMatch(/no member of it/);
  });

  it("tells a member of a box that does not hold the key", () => {
    const { id, seed } = at.team(bob);
    at.say(ann, nominate(carol, id));
    at.say(ann, nominate(dan, id));
    expect(auditOwnBox(at.crypto, at.state, id, bob.id, bob.seeds)).toBeNull();
    expect(auditOwnBox(at.crypto, at.state, id, carol.id, carol.seeds)?.message).toMatch(/no box/);
    at.say(bob, { ...admit(carol, id, seed), box: boxed(carol, id, 0, at.crypto.random.bytes(32)).wrap });
    at.say(bob, { ...admit(dan, id, seed), box: boxed(carol, id, 0, seed).wrap });
    for (const who of [carol, dan]) {
      expect(auditOwnBox(at.crypto, at.state, id, who.id, who.seeds)).toMatchObject({ code: "refused", message: expect.stringMatching(/does not hold/) });
      expect(seedsOf(who, id)).toEqual([]);
    }
    expect(auditOwnBox(at.crypto, at.state, id, bob.id, [])?.hints).toEqual(["hx sync"]);
  });
});

describe("administrators", () => {
  it("make others, end others, and one stays", () => {
    at.refuses(bob, { type: "administrator", person: bob.id, is: true }, /not an administrator/);
    at.refuses(ann, { type: "administrator", person: ann.id, is: true }, /already/);
    at.refuses(ann, { type: "administrator", person: bob.id, is: false }, /not an administrator/);
    at.refuses(ann, { type: "administrator", person: ann.id, is: false }, /last administrator/);
    at.say(ann, { type: "administrator", person: bob.id, is: true });
    at.say(bob, { type: "administrator", person: ann.id, is: false });
    expect([isAdministrator(at.state, ann.id), isAdministrator(at.state, bob.id)]).toEqual([false, true]);
    at.refuses(ann, { type: "administrator", person: ann.id, is: true }, /not an administrator/);
    at.refuses(bob, at.removal(bob.id), /last administrator/);
    at.say(bob, at.removal(dan.id));
    at.refuses(bob, { type: "administrator", person: dan.id, is: true }, /is no member/);
  });
});

function boxed(who: Colleague, team: TeamId, epoch: number, seed: Uint8Array) {
  return { person: who.id, epoch: 0, wrap: at.crypto.wrapper.wrap(at.crypto.wrapper.publicKey(who.keySeed), teamContext(team, epoch, who.id), seed) };
}

function withoutBefore(body: TeamKeyBody): TeamKeyBody {
  const { before: _, ...rest } = body;
  return rest;
}

/** The newest seed of a team, as Bob has it. */
function newestSeed(team: TeamId): Uint8Array | undefined {
  return seedsOf(bob, team).at(-1)?.seed;
}

const byPerson = (a: { readonly person: string }, b: { readonly person: string }): number => (a.person < b.person ? -1 : 1);
