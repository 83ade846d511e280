import { beforeEach, describe, expect, it } from "vitest";
import { deviceRemovalBody, frozenHeads, removalBody } from "../../src/app/workspace/compose-removal.ts";
import { admitBody, teamKeyBody } from "../../src/app/workspace/compose-team.ts";
import { auditTeam } from "../../src/app/workspace/audit.ts";
import { nameKeys, openMembership, openTeamKeys, personName, projectName } from "../../src/app/workspace/member.ts";
import { openSuccession, openSuccessionBox, successionBody } from "../../src/app/workspace/succession.ts";
import { equal } from "../../src/domain/bytes.ts";
import type { LaneId } from "../../src/domain/ids.ts";
import { isSuccessionCurrent, liveDevices, wasLive } from "../../src/domain/workspace/state.ts";
import type { FrozenLane } from "../../src/domain/workspace/state.ts";
import { laneIdFrom } from "../../src/format/ids.ts";
import type { StatementBody } from "../../src/format/statement-body.ts";
import { Company, refusal } from "./company.ts";
import { makePerson } from "./people.ts";
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

const namesOf = (who: Colleague) => nameKeys(at.crypto, at.state, openMembership(at.crypto, at.state, who.id, who.seeds));

describe("a removal", () => {
  it("ends devices, nominations, memberships and the role, and begins an epoch for those who remain", () => {
    const { id: team } = at.team(bob, carol);
    const alone = at.team(bob);
    const waiting = at.team(carol);
    at.say(ann, { type: "nominate", team: waiting.id, person: bob.id });
    at.say(ann, { type: "administrator", person: bob.id, is: true });
    const stale = at.membershipOf(bob);
    at.say(ann, at.removal(bob.id));
    const { n } = at.state.head;
    const device = at.state.devices.get(bob.acting.device);
    expect(at.state.persons.get(bob.id)).toMatchObject({ state: "removed", until: n });
    expect(liveDevices(at.state, bob.id)).toEqual([]);
    expect(device === undefined ? null : [wasLive(device, n - 1), wasLive(device, n)]).toEqual([true, false]);
    expect(at.state.administrators).toEqual(new Set([ann.id]));
    expect(at.state.teams.get(team)).toMatchObject({ due: n, dead: false });
    expect(at.state.teams.get(alone.id)).toMatchObject({ dead: true });
    expect(at.state.teams.get(waiting.id)).toMatchObject({ due: null, nominated: new Set() });
    expect(at.state.demands).toEqual([{ since: n, epoch: 1 }]);
    expect(openMembership(at.crypto, at.state, bob.id, bob.seeds).map(({ epoch }) => epoch)).toEqual([0]);
    expect(equal(at.membershipOf(carol), stale)).toBe(false);
  });

  it("leaves nothing that the removed could say, on any device, nor anything to be said about them", () => {
    const nominate: StatementBody = { type: "nominate", team: at.team(carol).id, person: bob.id };
    const key = at.nextKey(bob, [0, 1]);
    at.say(ann, at.removal(bob.id));
    for (const device of [0, 1]) {
      at.refuses(bob, key, /was removed/, device);
      at.refuses(bob, { type: "succession", succession: null }, /was removed/, device);
    }
    at.refuses(ann, nominate, /is no member/);
    refusal("workspace-invalid", () => at.letIn(bob, "Bob again"), /there already/);
    at.refuses(ann, at.removal(bob.id), /is no member/);
    at.refuses(ann, at.removal(makePerson(at.crypto).id), /is no member/);
  });

  it("is said by an administrator, who may be the one who goes, but not the last", () => {
    at.refuses(bob, at.removal(carol.id), /not an administrator/);
    at.refuses(bob, at.removal(bob.id), /not an administrator/);
    at.refuses(ann, at.removal(ann.id), /last administrator/);
    at.say(ann, { type: "administrator", person: bob.id, is: true });
    at.say(ann, at.removal(ann.id));
    expect(at.state.administrators).toEqual(new Set([bob.id]));
  });

  it("boxes the next membership key to those who remain, and to nobody else", () => {
    const right = at.removal(bob.id);
    const withAll = at.removal(makePerson(at.crypto).id);
    at.refuses(ann, { ...right, membership: withAll.membership }, /no member/);
    at.refuses(ann, { ...right, membership: { ...right.membership, boxes: right.membership.boxes.slice(1) } }, /not boxed to/);
    at.refuses(ann, { ...right, membership: { ...right.membership, epoch: 2 } }, /epoch 2 where 1/);
    const { before: _, ...without } = right.membership;
    at.refuses(ann, { ...right, membership: without }, /before/);
    refusal("no-key", () => removalBody(at.crypto, at.state, { person: bob.id, departed: false, membership: at.crypto.random.bytes(64), heads: new Map() }));
  });

  it("lets those who come later read older names, and gives them no older signing key", () => {
    at.say(ann, at.removal(dan.id));
    at.say(ann, at.removal(carol.id));
    const eve = { ...makePerson(at.crypto), seeds: [] as Colleague["seeds"] };
    eve.seeds.push({ epoch: 0, seed: eve.keySeed });
    at.letIn(eve, "Eve");
    expect(openMembership(at.crypto, at.state, eve.id, eve.seeds).map(({ epoch }) => epoch)).toEqual([2]);
    expect([...namesOf(eve).keys()]).toEqual([0, 1, 2]);
    expect(personName(at.crypto, at.state, namesOf(eve), ann.id)?.name).toBe("Ann");
    expect(projectName(at.crypto, at.state, namesOf(eve), at.project)).toBe("web");
    expect(personName(at.crypto, at.state, namesOf(dan), eve.id)).toBeNull();
    expect(personName(at.crypto, at.state, namesOf(bob), eve.id)?.name).toBe("Eve");
  });

  it("does not take a link in the chain of epochs that is not the seed of the key before", () => {
    const wrong = at.removal(dan.id);
    const sealed = at.crypto.wrapper.wrap(wrong.membership.box, { purpose: "membership-before", suite: 1, epoch: 1 }, at.crypto.random.bytes(32));
    at.say(ann, { ...wrong, membership: { ...wrong.membership, before: sealed } });
    const eve = { ...makePerson(at.crypto), seeds: [] as Colleague["seeds"] };
    eve.seeds.push({ epoch: 0, seed: eve.keySeed });
    at.letIn(eve, "Eve");
    expect([...namesOf(eve).keys()]).toEqual([1]);
    expect([...namesOf(bob).keys()]).toEqual([0, 1]);
  });
});

describe("what is frozen", () => {
  const laneOf = (byte: number): LaneId => laneIdFrom(new Uint8Array(16).fill(byte));
  const head = (seq: number, byte = seq): FrozenLane => ({ seq, hash: new Uint8Array(32).fill(byte) });
  // In the order of text `a…` stands behind `2…`, in that of bytes before it: the format sorts bytes.
  const [one, two, three] = [laneOf(0), laneOf(0xd0), laneOf(0x77)];

  it("adds up over removals: the newest entry of each lane, the newest removal of each repository", () => {
    at.say(ann, at.removal(dan.id, { lanes: new Map([[two, head(4)], [one, head(9)], [three, head(1)]]) }));
    const first = at.state.head.n;
    expect(at.state.freezes.get(at.repo)).toEqual({ since: first, epoch: 1, lanes: new Map([[one, head(9)], [three, head(1)], [two, head(4)]]) });
    at.say(ann, at.removal(carol.id, { lanes: new Map([[one, head(9)], [two, head(7)]]) }));
    expect(at.state.freezes.get(at.repo)).toEqual({ since: at.state.head.n, epoch: 2, lanes: new Map([[one, head(9)], [three, head(1)], [two, head(7)]]) });
    expect(at.state.demands).toEqual([{ since: first, epoch: 1 }, { since: at.state.head.n, epoch: 2 }]);
  });

  it("is not named again where a lane has not grown, and never taken back", () => {
    at.say(ann, at.removal(dan.id, { lanes: new Map([[one, head(9)]]) }));
    const known = new Map([[at.repo, new Map([[one, head(9)], [two, head(0)]])]]);
    expect(frozenHeads(at.state, known)).toEqual([{ repo: at.repo, lanes: [{ lane: two, ...head(0) }] }]);
    const next = at.removal(carol.id);
    const freezing = (seq: number, byte?: number): StatementBody => ({ ...next, frozen: [{ repo: at.repo, lanes: [{ lane: one, ...head(seq, byte) }] }] });
    at.refuses(ann, freezing(8), /against what was frozen/);
    at.refuses(ann, freezing(9, 1), /against what was frozen/);
    expect(at.after(ann, freezing(9)).freezes.get(at.repo)?.lanes.get(one)).toEqual(head(9));
    expect(at.after(ann, freezing(10)).freezes.get(at.repo)?.lanes.get(one)).toEqual(head(10));
  });
});

describe("a device's removal", () => {
  it("is said by another device of the person, or by an administrator", () => {
    const lost = bob.devices[1]?.id;
    at.refuses(carol, at.deviceRemoval(lost, carol), /neither an administrator nor the person/);
    at.refuses(bob, at.deviceRemoval(lost, bob), /does not remove itself/, 1);
    at.refuses(ann, at.deviceRemoval(makePerson(at.crypto).devices[0]?.id), /not a live one/);
    for (const by of [ann, bob]) expect(at.after(by, at.deviceRemoval(lost, by)).devices.get(bob.devices[1]?.id ?? bob.acting.device)?.state).toBe("removed");
    at.say(bob, at.deviceRemoval(lost, bob));
    at.refuses(ann, at.deviceRemoval(lost), /not a live one/);
    at.refuses(bob, at.nextKey(bob, [0]), /was removed/, 1);
    expect(at.state.persons.get(bob.id)?.state).toBe("living");
    expect(at.state.demands).toEqual([{ since: at.state.head.n, epoch: 1 }]);
  });

  it("makes the person's key due, and with it the key of every team of theirs, until each has a new one", () => {
    const { id, seed } = at.team(carol, bob);
    const other = at.team(carol);
    at.say(bob, at.deviceRemoval(bob.devices[1]?.id, bob));
    expect([at.state.teams.get(id)?.due, at.state.teams.get(other.id)?.due]).toEqual([at.state.head.n, null]);
    const fresh = at.crypto.random.bytes(32);
    const rekey = () => teamKeyBody(at.crypto, at.state, { team: id, by: carol.id, seed: fresh, before: seed });
    refusal("refused", rekey, /no new person key/);
    at.say(ann, { type: "nominate", team: other.id, person: bob.id });
    refusal("refused", () => admitBody(at.crypto, at.state, { team: other.id, person: bob.id, seed: other.seed }));
    const box = at.state.teams.get(id)?.keys[0]?.boxes.get(bob.id)?.wrap ?? new Uint8Array(0);
    at.refuses(carol, { type: "admit", team: other.id, person: bob.id, epoch: 0, box }, /is due/);
    const withBob = [carol, bob].map((who) => ({ person: who.id, epoch: 0, wrap: box }));
    at.refuses(carol, { type: "team-key", team: id, epoch: 1, key: at.crypto.wrapper.publicKey(fresh), boxes: withBob, before: box }, /is due/);
    at.refuses(bob, at.nextKey(bob, [0, 1]), /no live device/);
    bob.seeds.pop();
    at.say(bob, at.nextKey(bob, [0]));
    expect(at.state.persons.get(bob.id)?.keyDue).toBe(false);
    expect(auditTeam(at.state, id)?.message).toMatch(/due/);
    at.say(carol, rekey());
    expect(auditTeam(at.state, id)).toBeNull();
    expect(openTeamKeys(at.crypto, at.state, id, bob.id, bob.seeds).map(({ epoch }) => epoch)).toEqual([0, 1]);
    expect(openTeamKeys(at.crypto, at.state, id, bob.id, bob.seeds.slice(0, 1)).map(({ epoch }) => epoch)).toEqual([0]);
  });

  it("by an administrator leaves the new membership key, and no team's next one, to a thief who opened the device: this attack succeeds", () => {
    const stolen = [...bob.seeds];
    const { id: team, seed } = at.team(carol, bob);
    at.say(ann, at.deviceRemoval(bob.devices[1]?.id));
    const opened = (): readonly number[] => openMembership(at.crypto, at.state, bob.id, stolen).map(({ epoch }) => epoch);
    expect(opened()).toEqual([0, 1]);
    at.say(bob, at.nextKey(bob, [0]));
    at.say(carol, teamKeyBody(at.crypto, at.state, { team, by: carol.id, seed: at.crypto.random.bytes(32), before: seed }));
    expect(openTeamKeys(at.crypto, at.state, team, bob.id, stolen).map(({ epoch }) => epoch)).toEqual([0]);
    at.say(ann, at.removal(dan.id));
    expect(opened()).toEqual([0, 1]);
    expect(openMembership(at.crypto, at.state, bob.id, bob.seeds).map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
  });

  it("keeps the membership key boxed to everybody", () => {
    const body = deviceRemovalBody(at.crypto, at.state, { device: bob.devices[1]?.id ?? bob.acting.device, membership: at.membershipOf(ann), heads: new Map() });
    at.refuses(ann, { ...body, membership: { ...body.membership, boxes: body.membership.boxes.filter(({ person }) => person !== bob.id) } }, /not boxed to/);
  });
});

describe("a succession", () => {
  it("opens with an administrator and a team together, once a departure has published it", () => {
    const { id: team } = at.team(carol);
    at.say(bob, at.nextKey(bob, [0, 1]));
    const newest = bob.seeds.at(-1)?.seed ?? bob.keySeed;
    at.say(bob, successionBody(at.crypto, at.state, { person: bob.id, team, seed: newest }));
    const teamSeeds = openTeamKeys(at.crypto, at.state, team, carol.id, carol.seeds);
    expect(openSuccession(at.crypto, at.state, bob.id, teamSeeds)).toEqual([]);
    expect(openSuccessionBox(at.crypto, at.state, bob.id, carol.id, carol.seeds)).toBeNull();
    const inner = openSuccessionBox(at.crypto, at.state, bob.id, ann.id, ann.seeds);
    if (inner === null) throw new Error("the box does not open");
    refusal("no-key", () => at.removal(bob.id, { departed: true }));
    at.say(ann, at.removal(bob.id, { departed: true, succession: inner }));
    expect(at.state.persons.get(bob.id)).toMatchObject({ state: "departed", until: at.state.head.n });
    expect(openSuccession(at.crypto, at.state, bob.id, teamSeeds)).toEqual(bob.seeds);
    expect(openSuccession(at.crypto, at.state, bob.id, [{ epoch: 0, seed: at.crypto.random.bytes(32) }])).toEqual([]);
  });

  it("is not current once somebody was removed from its team, until it is signed for the next key", () => {
    const { id: team } = at.team(carol, dan);
    const current = (): boolean => {
      const person = at.state.persons.get(bob.id);
      return person !== undefined && isSuccessionCurrent(at.state, person);
    };
    expect(current()).toBe(true);
    at.say(bob, successionBody(at.crypto, at.state, { person: bob.id, team, seed: bob.keySeed }));
    expect(current()).toBe(true);
    at.say(ann, { type: "team-removal", team, person: dan.id });
    expect(current()).toBe(false);
    const before = openTeamKeys(at.crypto, at.state, team, carol.id, carol.seeds).at(-1)?.seed;
    at.say(carol, teamKeyBody(at.crypto, at.state, { team, by: carol.id, seed: at.crypto.random.bytes(32), ...(before === undefined ? {} : { before }) }));
    expect(current()).toBe(false);
    at.say(bob, successionBody(at.crypto, at.state, { person: bob.id, team, seed: bob.keySeed }));
    expect(current()).toBe(true);
  });

  it("is published by a departure alone, and only as it was signed", () => {
    const { id: team } = at.team(carol);
    const sign = () => successionBody(at.crypto, at.state, { person: bob.id, team, seed: bob.keySeed });
    at.say(bob, sign());
    const older = openSuccessionBox(at.crypto, at.state, bob.id, ann.id, ann.seeds) ?? new Uint8Array(0);
    at.say(bob, sign());
    const inner = openSuccessionBox(at.crypto, at.state, bob.id, ann.id, ann.seeds) ?? new Uint8Array(0);
    const departs = at.removal(bob.id, { departed: true, succession: inner });
    const { succession: _, ...silent } = departs;
    at.refuses(ann, silent, /lacks the succession/);
    at.refuses(ann, { ...departs, succession: older }, /not the one that/);
    at.refuses(ann, { ...departs, departed: false }, /only a departure/);
    at.refuses(ann, { ...at.removal(dan.id, { departed: true }), succession: inner }, /was not signed/);
    expect(at.after(ann, at.removal(bob.id)).persons.get(bob.id)?.succession?.wrap).toBeUndefined();
    at.say(bob, { type: "succession", succession: null });
    at.refuses(ann, departs, /was not signed/);
    at.refuses(bob, { type: "succession", succession: null }, /no succession to take back/);
    expect(at.after(ann, silent).persons.get(bob.id)?.state).toBe("departed");
  });

  it("is of the newest keys, for a team that has one, and sealed to administrators", () => {
    const { id: team } = at.team(carol, dan);
    const made = successionBody(at.crypto, at.state, { person: bob.id, team, seed: bob.keySeed });
    const claim = made.succession;
    if (claim === null) throw new Error("no succession");
    const changed = (more: Partial<typeof claim>): StatementBody => ({ type: "succession", succession: { ...claim, ...more } });
    at.refuses(bob, changed({ teamEpoch: 1 }), /of the team key is not the newest/);
    at.refuses(bob, changed({ keyEpoch: 1 }), /of the person key is not the newest/);
    at.refuses(bob, changed({ boxes: [] }), /no administrator/);
    at.refuses(bob, changed({ boxes: claim.boxes.map((box) => ({ ...box, person: carol.id })) }), /not an administrator/);
    at.refuses(bob, changed({ boxes: claim.boxes.map((box) => ({ ...box, epoch: 1 })) }), /which is not the newest/);
    at.refuses(bob, changed({ team: at.team().id }), /not the newest/);
    refusal("no-key", () => successionBody(at.crypto, at.state, { person: bob.id, team, seed: carol.keySeed }));
    at.say(ann, { type: "team-removal", team, person: dan.id });
    at.refuses(bob, made, /due/);
    refusal("refused", () => successionBody(at.crypto, at.state, { person: bob.id, team, seed: bob.keySeed }), /due/);
    at.say(carol, { type: "team-removal", team, person: carol.id });
    at.refuses(bob, made, /last member/);
  });
});
