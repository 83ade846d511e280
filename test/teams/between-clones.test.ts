import { mkdir, rename } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openIdentity } from "../../src/app/identity/open.ts";
import { admitBody } from "../../src/app/workspace/compose-team.ts";
import type { ProjectsWorld, TeamsWorld, WorldContext } from "../../src/cli/world.ts";
import { isHxError } from "../../src/domain/errors.ts";
import type { ErrorCode } from "../../src/domain/errors.ts";
import { teamBeforeContext, teamContext } from "../../src/format/wrap.ts";
import { currentTeamKey, type Team, type WorkspaceState } from "../../src/domain/workspace/state.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { projectsWorld, teamsWorld } from "../../src/wire/teams-world.ts";
import { INIT, makeWorld, newIdentity, type JourneyWorld } from "../journey/world.ts";
import { admitted, founder, portsOf, sayAs, speaking, type Colleague } from "../support/workspace-people.ts";

let world: JourneyWorld;
let remote: string;
let ada: Colleague;
let ben: Colleague;
let cyd: Colleague;
beforeAll(async () => {
  world = await makeWorld("in-process");
  remote = await world.remote("file");
  ada = await founder(world, remote, "Ada", "ada");
  ben = await admitted(world, remote, ada, "Ben", "ben");
  cyd = await admitted(world, remote, ada, "Cyd", "cyd");
  const { acting } = await speaking(ben);
  await sayAs(ada, () => [() => ({ type: "administrator", person: acting.person, is: true })]);
});
afterAll(() => world.close());

/** The commands without a process for each, so that two can run at once. */
function at({ machine, checkout }: Colleague): { readonly teams: TeamsWorld; readonly projects: ProjectsWorld } {
  const settings = readSettings(machine.env);
  const progress = { phase: () => undefined, warn: () => undefined, done: () => undefined };
  const context: WorldContext = { directory: checkout, passphrase: { ask: async () => null }, progress, signal: new AbortController().signal };
  return { teams: teamsWorld(settings, context, () => portsOf(machine)), projects: projectsWorld(settings, context, () => portsOf(machine)) };
}

async function refusal(code: ErrorCode, action: Promise<unknown>, why?: RegExp): Promise<void> {
  const seen: unknown = await action.then(() => "no error", (error: unknown) => error);
  expect(isHxError(seen) ? seen.code : seen).toBe(code);
  if (why !== undefined) expect(isHxError(seen) ? seen.message : "").toMatch(why);
}

async function stateOf(person: Colleague): Promise<WorkspaceState> {
  return (await speaking(person)).state.chain.state;
}

function teamIn(state: WorkspaceState, id: string): Team {
  const team = [...state.teams.values()].find((one) => one.id === id);
  if (team === undefined) throw new Error("no such team");
  return team;
}

describe("two administrators at once", () => {
  it("lose nothing, and one of two like names is refused", async () => {
    const [a, b] = [at(ada).teams, at(ben).teams];
    const made = await Promise.all([a.create("web"), b.create("data"), at(ada).projects.create("tools"), at(ben).projects.create("infra")]);
    expect(made).toHaveLength(4);
    // A list asks no remote, and whose statement came last is not known.
    await speaking(ada);
    const names = (await a.list()).teams.map(({ name }) => name);
    expect(names.toSorted()).toEqual(["data", "web"]);
    const like = await Promise.allSettled([a.create("mobile"), b.create("M0bile")]);
    expect(like.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const both = await Promise.all([a.nominate("web", ["cyd"]), b.nominate("web", ["cyd", "ben"])]);
    expect(both.flatMap(({ outcomes }) => outcomes).filter(({ already }) => !already).map(({ person }) => person?.name).toSorted()).toEqual(["Ben", "Cyd"]);
    expect((await at(cyd).teams.admit("web", [])).team.nominated.map(({ name }) => name)).toEqual(["Ben"]);
    const listing = await at(ada).projects.list();
    expect(listing.projects.map(({ name }) => name).toSorted()).toEqual(expect.arrayContaining(["infra", "tools"]));
    expect(listing.here).toMatchObject({ source: "default branch", revision: "refs/remotes/origin/main", paths: [{ directory: ".", project: {} }] });
  });
});

describe("a key of a team", () => {
  it("opens with no key of an administrator who is not in it, nor with those of somebody removed once it is rotated", async () => {
    const { teams } = at(ada);
    const { team } = await teams.create("core");
    await teams.nominate("core", ["ben", "cyd", "ada"]);
    await at(ben).teams.admit("core", ["ben", "cyd"]);
    await refusal("refused", teams.admit("core", ["ada"]), /only a member of team 'core' can admit.*ask Ben or Cyd/);
    const before = teamIn(await stateOf(cyd), team.id);
    expect(await opened(cyd, before), "positive control").toEqual([0]);
    expect(await opened(ada, before)).toEqual([]);

    const removed = await at(ben).teams.remove("core", "cyd", { lastOk: false });
    expect(removed.outcomes.map(({ act }) => act)).toEqual(["removed", "rotated"]);
    const after = teamIn(await stateOf(cyd), team.id);
    expect(after.keys).toHaveLength(2);
    expect(await opened(ben, after)).toEqual([0, 1]);
    expect(await opened(cyd, after)).toEqual([0]);
    expect(await opened(ada, after)).toEqual([]);
  });

  it("that does not open is told to whoever was given it, at their next sync", async () => {
    const { team } = await at(ada).teams.create("odd");
    await at(ada).teams.nominate("odd", ["ben", "cyd"]);
    await at(ben).teams.admit("odd", []);
    await sayAs(ben, (state, { acting, ledger }) => {
      const seed = acting.teamKeys.find((key) => key.team === team.id)?.seed ?? new Uint8Array(32);
      const cydId = [...teamIn(state, team.id).nominated][0];
      if (cydId === undefined) throw new Error("nobody is nominated");
      const body = admitBody(ledger.crypto, state, { team: teamIn(state, team.id).id, person: cydId, seed });
      return [() => ({ ...body, box: body.box.map((byte, i) => (i === body.box.length - 1 ? byte ^ 1 : byte)) })];
    });
    const { code, stderr } = await cyd.machine.tryHx(cyd.checkout, ["sync"]);
    expect([code, stderr]).toEqual([0, expect.stringContaining("something is wrong with the key of team odd")]);
    expect((await cyd.json("status"))["warnings"]).toContainEqual({ message: expect.stringContaining("something is wrong with the key of team odd"), fix: "hx team show odd" });
    expect(JSON.stringify((await ben.json("status"))["warnings"])).not.toContain("something is wrong");
    expect((await cyd.machine.tryHx(cyd.checkout, ["team", "show", "odd"])).code).toBe(13);
    expect((await ben.machine.tryHx(ben.checkout, ["team", "show", "odd"])).code).toBe(0);
  });
});

describe("two members at once", () => {
  it("admit the same person, and both are told that it is done", async () => {
    await at(ada).teams.create("twice");
    await at(ada).teams.nominate("twice", ["ada", "ben", "cyd"]);
    await at(ben).teams.admit("twice", ["ben", "ada"]);
    const both = await Promise.all([at(ada).teams.admit("twice", ["cyd"]), at(ben).teams.admit("twice", ["cyd"])]);
    expect(both.flatMap(({ outcomes }) => outcomes.map(({ already }) => already)).toSorted()).toEqual([false, true]);
    expect(both.map(({ team }) => team.problems)).toEqual([[], []]);
  });
});

describe("a change", () => {
  it("that cannot reach the remote fails, and nothing of it is kept", async () => {
    const head = (await stateOf(ada)).head.n;
    await rename(remote, `${remote}.away`);
    await refusal("remote-failed", at(ada).teams.create("later"));
    await rename(`${remote}.away`, remote);
    expect((await stateOf(ada)).head.n).toBe(head);
    expect((await at(ada).teams.list()).teams.some(({ name }) => name === "later")).toBe(false);
  });

  it("of a workspace that lives in another repository is made there, and copied", async () => {
    const [home, code] = [await world.remote("file"), await world.remote("file")];
    const machine = await world.machine("fay");
    await newIdentity(machine, world.path("phrase-fay"));
    const checkout = world.path("work-fay");
    await mkdir(checkout, { recursive: true });
    await machine.git(checkout, "init", "-q", "-b", "main");
    await machine.git(checkout, "remote", "add", "origin", code);
    await machine.git(checkout, "commit", "-q", "--allow-empty", "-m", "one");
    await machine.git(checkout, "push", "-q", "origin", "HEAD");
    await machine.hx(checkout, ...INIT, "--workspace", home);
    await machine.hx(checkout, "team", "create", "core");
    const statements = async (at: string): Promise<string> => (await machine.git(at, "ls-tree", "-r", "--name-only", "refs/sessions/v1/root")).split("\n").join(" ");
    expect(await statements(home)).toMatch(/00000003\.0$/);
    expect(await statements(code)).toBe(await statements(home));
    expect(await machine.hx(checkout, "team", "list")).toMatch(/\tno-key\t0\t0\t\tcore\t$/m);
  });
});

/** Every epoch that the keys in somebody's directory open, by trying each on each sealed blob: no rule of hx is asked. */
async function opened(person: Colleague, team: Team): Promise<readonly number[]> {
  const { ledger, acting } = await speaking(person);
  const { wrapper } = ledger.crypto;
  const identity = await openIdentity(await portsOf(person.machine));
  const seeds = [identity.boxSeed, ...identity.personKeys.map(({ seed }) => seed), ...acting.personKeys.map(({ seed }) => seed), ...acting.memberships.map((held) => held.seeds.subarray(32, 64))];
  const found = new Set<number>();
  for (let grown = true; grown; ) {
    grown = false;
    for (const key of team.keys) {
      const boxes = [...key.boxes].map(([id, { wrap }]) => [teamContext(team.id, key.epoch, id), wrap, key] as const);
      const older = team.keys[key.epoch - 1];
      const before = key.before === undefined || older === undefined ? [] : [[teamBeforeContext(team.id, key.epoch), key.before, older] as const];
      for (const [context, wrap, epoch] of [...boxes, ...before]) {
        for (const seed of seeds.slice()) {
          const inside = open(seed, context, wrap);
          if (inside === null || found.has(epoch.epoch) || !Buffer.from(wrapper.publicKey(inside)).equals(Buffer.from(epoch.key))) continue;
          found.add(epoch.epoch);
          seeds.push(inside);
          grown = true;
        }
      }
    }
  }
  expect(currentTeamKey(team)).not.toBeNull();
  return [...found].toSorted();

  function open(seed: Uint8Array, context: Parameters<typeof wrapper.open>[1], wrap: Uint8Array): Uint8Array | null {
    try {
      return wrapper.open(seed, context, wrap);
    } catch {
      return null;
    }
  }
}
