import { beforeEach, describe, expect, it } from "vitest";
import { admit, waitingFor } from "../../src/app/team/admit.ts";
import { createTeam } from "../../src/app/team/create-team.ts";
import { nominate } from "../../src/app/team/nominate.ts";
import { teamNotices } from "../../src/app/team/notices.ts";
import { removeFromTeam } from "../../src/app/team/remove-from-team.ts";
import { rotateDueTeams, rotateTeam } from "../../src/app/team/rotate-team.ts";
import { createProject } from "../../src/app/project/create-project.ts";
import { grantProject, withdrawProject } from "../../src/app/project/grant.ts";
import type { Acting } from "../../src/app/workspace/acting.ts";
import { Directory } from "../../src/app/workspace/directory.ts";
import { handle } from "../../src/app/workspace/handle.ts";
import { openMembership, openTeamKeys } from "../../src/app/workspace/member.ts";
import type { Plan } from "../../src/app/workspace/plan.ts";
import { personId, type ProjectId, type TeamId } from "../../src/domain/ids.ts";
import { stepsOf, waitingAdmissions } from "../../src/domain/workspace/team-steps.ts";
import { teamContext } from "../../src/format/wrap.ts";
import { Company, refusal, type Colleague } from "../workspace/company.ts";

let firm: Company;
beforeEach(async () => {
  firm = await Company.make();
});

function acting(who: Colleague): Acting {
  const { crypto, state } = firm;
  const memberships = openMembership(crypto, state, who.id, who.seeds);
  const teams = [...state.teams.values()].filter(({ members }) => members.has(who.id));
  const teamKeys = teams.flatMap(({ id }) => openTeamKeys(crypto, state, id, who.id, who.seeds).map((seed) => ({ team: id, ...seed })));
  return { person: who.id, device: who.acting.device, sign: who.acting.sign, personKeys: who.seeds, memberships, teamKeys, directory: new Directory(crypto, state, memberships) };
}

/** Says what the plan of this person says. */
function run<Id extends TeamId | ProjectId>(who: Colleague, planned: (me: Acting) => Plan<Id>): Plan<Id> {
  const plan = planned(acting(who));
  for (const body of plan.bodies) firm.say(who, body(firm.state));
  return plan;
}

const doneOf = (plan: Plan<TeamId | ProjectId>): unknown => plan.done.map(({ act, already }) => [act, already]);
const messages = (who: Colleague): readonly string[] => teamNotices(firm.crypto, firm.state, who.id, acting(who)).map(({ message }) => message);

function core(...members: readonly Colleague[]): TeamId {
  const { about } = run(firm.ann, (me) => createTeam(firm.crypto, firm.state, me, "core"));
  const names = members.map(({ id }) => id);
  if (names.length === 0) return about;
  run(firm.ann, (me) => nominate(firm.state, me, "core", names));
  const [first, ...others] = members;
  if (first !== undefined) run(first, (me) => admit(firm.crypto, firm.state, me, "core", others.map(({ id }) => id)));
  return about;
}

describe("a team", () => {
  it("has a name that no other looks like, and an administrator who makes it", () => {
    core();
    for (const name of ["core", "Core", "c0re", "соre", "c-o-r-e"]) refusal("exists", () => createTeam(firm.crypto, firm.state, acting(firm.ann), name), /looks like/);
    for (const name of ["", " x", "a\u202eb", "--"]) refusal("usage", () => createTeam(firm.crypto, firm.state, acting(firm.ann), name), /is no name/);
    refusal("refused", () => createTeam(firm.crypto, firm.state, acting(firm.bob), "tools"), /only an administrator can create a team, and you are none: ask Ann$/);
    refusal("refused", () => nominate(firm.state, acting(firm.bob), "core", ["dan"]), /ask Ann$/);
    refusal("not-found", () => nominate(firm.state, acting(firm.ann), "core", ["nobody"]));
  });

  it("is begun by who is nominated, who may let in the others in the same breath", () => {
    const id = core();
    refusal("refused", () => admit(firm.crypto, firm.state, acting(firm.bob), "core", []), /nobody is nominated/);
    run(firm.ann, (me) => nominate(firm.state, me, "core", ["bob", "carol", "bob"]));
    expect(waitingFor(firm.state, acting(firm.bob), "core")).toMatchObject({ begins: true, people: [] });
    expect(doneOf(run(firm.bob, (me) => admit(firm.crypto, firm.state, me, "core", ["bob", "carol"])))).toEqual([["began", false], ["admitted", false]]);
    expect([...(firm.state.teams.get(id)?.members.keys() ?? [])]).toEqual([firm.bob.id, firm.carol.id]);
    expect(openTeamKeys(firm.crypto, firm.state, id, firm.carol.id, firm.carol.seeds)).toHaveLength(1);
  });

  it("lets no administrator in who nominated themselves", () => {
    const id = core(firm.bob);
    run(firm.ann, (me) => nominate(firm.state, me, "core", ["ann"]));
    refusal("refused", () => admit(firm.crypto, firm.state, acting(firm.ann), "core", ["ann"]), /only a member of team 'core' can admit.*ask Bob$/);
    // A patched client that says so all the same makes no chain that anybody takes.
    const seed = firm.crypto.random.bytes(32);
    const own = firm.crypto.wrapper.publicKey(firm.ann.keySeed);
    const box = firm.crypto.wrapper.wrap(own, teamContext(id, 0, firm.ann.id), seed);
    firm.refuses(firm.ann, { type: "admit", team: id, person: firm.ann.id, epoch: 0, box }, /is not a member of the team/);
    expect(messages(firm.ann)).toEqual(["you are nominated for team core: Bob can admit you"]);
    expect(messages(firm.bob)).toEqual(["Ann waits to be admitted to core"]);
    expect(waitingAdmissions(firm.state, firm.bob.id)).toEqual([{ team: id, person: firm.ann.id }]);
    expect(doneOf(run(firm.bob, (me) => admit(firm.crypto, firm.state, me, "core", ["ann"])))).toEqual([["admitted", false]]);
    expect(doneOf(run(firm.bob, (me) => admit(firm.crypto, firm.state, me, "core", ["ann"])))).toEqual([["admitted", true]]);
  });

  it("admits nobody who is not nominated, who is gone, or while its key is due", () => {
    core(firm.bob, firm.carol);
    refusal("refused", () => admit(firm.crypto, firm.state, acting(firm.bob), "core", ["dan"]), /not nominated/);
    run(firm.ann, (me) => nominate(firm.state, me, "core", ["dan"]));
    run(firm.ann, (me) => removeFromTeam(firm.crypto, firm.state, me, { team: "core", person: "carol", lastOk: false }));
    refusal("refused", () => admit(firm.crypto, firm.state, acting(firm.bob), "core", ["dan"]), /is due since a removal/);
    refusal("refused", () => waitingFor(firm.state, acting(firm.bob), "core"), /is due since a removal/);
    expect(stepsOf(firm.state, firm.bob.id).map(({ act }) => act)).toEqual(["rotate"]);
    run(firm.bob, (me) => rotateTeam(firm.crypto, firm.state, me, "core"));
    expect(stepsOf(firm.state, firm.bob.id).map(({ act }) => act)).toEqual(["admit"]);
    firm.say(firm.ann, firm.removal(firm.dan.id));
    refusal("refused", () => admit(firm.crypto, firm.state, acting(firm.bob), "core", ["dan"]), /no member of this workspace any more/);
    refusal("refused", () => nominate(firm.state, acting(firm.ann), "core", ["dan"]), /no member of this workspace any more/);
    refusal("refused", () => rotateTeam(firm.crypto, firm.state, acting(firm.dan), "core"), /you are no member of this workspace any more/);
  });

  it("gets its next key with the removal where a remaining member removes, and is dead without a last one", () => {
    const id = core(firm.bob, firm.ann);
    refusal("refused", () => removeFromTeam(firm.crypto, firm.state, acting(firm.carol), { team: "core", person: "bob", lastOk: true }), /only an administrator/);
    expect(doneOf(run(firm.ann, (me) => removeFromTeam(firm.crypto, firm.state, me, { team: "core", person: "bob", lastOk: false })))).toEqual([["removed", false], ["rotated", false]]);
    expect(firm.state.teams.get(id)).toMatchObject({ due: null, keys: [{ epoch: 0 }, { epoch: 1 }] });
    expect(openTeamKeys(firm.crypto, firm.state, id, firm.bob.id, firm.bob.seeds).map(({ epoch }) => epoch)).toEqual([0]);
    expect(doneOf(run(firm.ann, (me) => removeFromTeam(firm.crypto, firm.state, me, { team: "core", person: "bob", lastOk: false })))).toEqual([["removed", true]]);
    refusal("refused", () => removeFromTeam(firm.crypto, firm.state, acting(firm.ann), { team: "core", person: "ann", lastOk: false }), /last member/);
    expect(doneOf(run(firm.ann, (me) => removeFromTeam(firm.crypto, firm.state, me, { team: "core", person: "ann", lastOk: true })))).toEqual([["left", false]]);
    expect(firm.state.teams.get(id)?.dead).toBe(true);
    refusal("refused", () => nominate(firm.state, acting(firm.ann), "core", ["bob"]), /lost its last member/);
    expect([stepsOf(firm.state, firm.ann.id), messages(firm.ann)]).toEqual([[], []]);
  });

  it("waits for the new person key of a member whose device was removed, and then is given the next key by anybody's sync", () => {
    const id = core(firm.bob, firm.carol);
    firm.say(firm.ann, firm.deviceRemoval(firm.bob.devices[1]?.id));
    refusal("refused", () => rotateTeam(firm.crypto, firm.state, acting(firm.carol), "core"), /a device of Bob was removed/);
    expect(rotateDueTeams(firm.crypto, firm.state, acting(firm.carol))).toEqual([]);
    expect(messages(firm.bob)).toEqual([expect.stringMatching(/waits for your new person key/)]);
    firm.say(firm.bob, firm.nextKey(firm.bob, [0]));
    const [plan] = rotateDueTeams(firm.crypto, firm.state, acting(firm.carol));
    expect(plan?.about).toBe(id);
    for (const body of plan?.bodies ?? []) firm.say(firm.carol, body(firm.state));
    expect(rotateDueTeams(firm.crypto, firm.state, acting(firm.carol))).toEqual([]);
    expect(openTeamKeys(firm.crypto, firm.state, id, firm.bob.id, firm.bob.seeds).map(({ epoch }) => epoch)).toEqual([0, 1]);
  });

  it("is given one key where two wanted the next, and another where one is wanted anew", () => {
    core(firm.bob, firm.carol);
    run(firm.carol, (me) => rotateTeam(firm.crypto, firm.state, me, "core"));
    expect(doneOf(rotateTeam(firm.crypto, firm.state, acting(firm.bob), "core", 1))).toEqual([["rotated", true]]);
    expect(doneOf(rotateTeam(firm.crypto, firm.state, acting(firm.bob), "core"))).toEqual([["rotated", false]]);
  });

  it("alarms whoever was given a box that does not hold its key", () => {
    const id = core(firm.bob);
    run(firm.ann, (me) => nominate(firm.state, me, "core", ["carol"]));
    const [good] = admit(firm.crypto, firm.state, acting(firm.bob), "core", ["carol"]).bodies;
    const body = good?.(firm.state);
    if (body?.type !== "admit") throw new Error("no admission");
    firm.say(firm.bob, { ...body, box: body.box.map((byte, i) => (i === body.box.length - 1 ? byte ^ 1 : byte)) });
    expect(messages(firm.carol)).toEqual([expect.stringMatching(/^something is wrong with the key of team core: the box of/)]);
    expect(messages(firm.bob)).toEqual([]);
    expect(firm.state.teams.get(id)?.members.size).toBe(2);
    // Whoever holds only a box that does not open cannot hand nonsense on.
    run(firm.ann, (me) => nominate(firm.state, me, "core", ["dan"]));
    refusal("no-key", () => admit(firm.crypto, firm.state, acting(firm.carol), "core", ["dan"]));
  });
});

describe("a project", () => {
  it("is granted and withdrawn once, by an administrator, to teams that live", () => {
    core(firm.bob);
    run(firm.ann, (me) => createProject(firm.crypto, firm.state, me, "tools"));
    refusal("exists", () => createProject(firm.crypto, firm.state, acting(firm.ann), "T00ls"));
    const here = [firm.project];
    refusal("refused", () => grantProject(firm.state, acting(firm.bob), { team: "core", here }), /only an administrator can grant.*ask Ann/);
    const grant = (project?: string): unknown => doneOf(run(firm.ann, (me) => grantProject(firm.state, me, { team: "core", here, ...(project === undefined ? {} : { project }) })));
    expect([grant(), grant("web"), grant("tools")]).toEqual([[["granted", false]], [["granted", true]], [["granted", false]]]);
    const both = [...firm.state.projects.keys()];
    refusal("ambiguous", () => grantProject(firm.state, acting(firm.ann), { team: "core", here: both }), /has 2 projects \(web, tools\): name one with --project$/);
    run(firm.ann, (me) => removeFromTeam(firm.crypto, firm.state, me, { team: "core", person: "bob", lastOk: true }));
    refusal("refused", () => grantProject(firm.state, acting(firm.ann), { team: "core", here }), /lost its last member/);
    const withdraw = (): unknown => doneOf(run(firm.ann, (me) => withdrawProject(firm.state, me, { team: "core", here })));
    expect([withdraw(), withdraw()]).toEqual([[["withdrawn", false]], [["withdrawn", true]]]);
  });
});

describe("a command that is to be pasted", () => {
  it("leaves nothing of a name to the shell, and names one thing", () => {
    const entry = (name: string | null, digit: string) => ({ id: personId(digit.repeat(32)), name });
    const all = [entry("ben", "1"), entry("Ben", "2"), entry("cyd", "3"), entry("$(reboot)", "4"), entry("-rf", "5"), entry("Ada Byron", "6"), entry("7777", "8"), entry("x", "7"), entry(null, "9"), entry("żółw", "a")];
    expect(all.map((one) => handle(one, all))).toEqual(["11111111", "22222222", "cyd", "44444444", "55555555", "66666666", "88888888", "x", "99999999", "żółw"]);
  });
});
