import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join as pathOf } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { INIT, makeWorld, newIdentity, type JourneyWorld, type Machine } from "../journey/world.ts";
import { member, seat, type Seat } from "../people/world.ts";
import { keeps, teamOf } from "../support/sharing-people.ts";
import { putGuard } from "./guarded.ts";

let world: JourneyWorld;
let remote: string;
let ada: Seat;
let ben: Seat;

beforeAll(async () => {
  world = await makeWorld("in-process");
  remote = await world.remote();
  await putGuard(remote);
  const machine = await world.machine("ada", { GIT_AUTHOR_EMAIL: "ada@example.com" });
  await newIdentity(machine, world.path("phrase-ada"));
  ada = seat(machine, world.path("work-ada"));
  await mkdir(ada.checkout, { recursive: true });
  await git(ada, "init", "-q", "-b", "main");
  await git(ada, "remote", "add", "origin", remote);
  await writeFile(pathOf(ada.checkout, "a.txt"), "hi\n");
}, 120_000);
afterAll(() => world.close());

const git = (who: Seat, ...args: string[]): Promise<string> => who.machine.git(who.checkout, ...args);
const colleague = (who: Seat): Parameters<typeof keeps>[0] => ({ ...who, failure: async () => null, json: (...args) => who.json(...args) });
const guard = (machine: Machine, cwd: string, ...args: string[]): ReturnType<Machine["tryHx"]> => machine.tryHx(cwd, ["guard", "--json", ...args]);

it("a repository that is not connected takes no code, and its CI job fails; init and a push connect it", async () => {
  await git(ada, "add", ".");
  await git(ada, "commit", "-qm", "one");
  await expect(git(ada, "push", "-q", "origin", "HEAD")).rejects.toThrow(/hx guard: refused connection-missing: this repository is not connected(.|\n)*mend {2}hx init/);
  const before = await guard(ada.machine, ada.checkout);
  expect(before.code).toBe(14);
  expect(JSON.parse(before.stdout)).toMatchObject({ ok: false, findings: [{ code: "connection-missing", hint: "hx init" }] });
  await ada.hx(...INIT, "--name", "Ada", "--email", "ada@example.com");
  await keeps(colleague(ada), 1, ["before the file is pushed"]);
  await expect(git(ada, "push", "-q", "origin", "HEAD")).rejects.toThrow(/connection-missing/);
  await git(ada, "add", ".hx");
  await git(ada, "commit", "-qm", "connect");
  await git(ada, "push", "-q", "origin", "HEAD:connect");
  const state = world.path("guard.json");
  const coming = await guard(ada.machine, ada.checkout, "--target", "main", "--state", state);
  expect(JSON.parse(coming.stdout)).toMatchObject({ ok: true, findings: [{ severity: "warning", code: "connection-missing" }] });
  await expect(readFile(state)).rejects.toThrow();
  await git(ada, "push", "-q", "origin", "HEAD");
  const after = await guard(ada.machine, ada.checkout, "--target", "main", "--state", state);
  expect(JSON.parse(after.stdout)).toMatchObject({ ok: true, since: "nothing", judged: { lanes: 1, keys: 1 }, findings: [] });
});

it("everything that people do passes: keep, join, teams, share, revoke, rotate, remove, doctor", async () => {
  ben = await member(world, remote, ada, "ben");
  const cyd = await member(world, remote, ada, "cyd");
  await teamOf(colleague(ada), "core", [[colleague(ben), "ben"], [colleague(cyd), "cyd"]]);
  const id = await keeps(colleague(ada), 2, ["mend the cart"]);
  await ada.hx("share", id, "--team", "core", "--yes");
  await ben.hx("sync");
  await ben.hx("show", id);
  await ada.hx("revoke", id, "--yes");
  await ben.hx("team", "rotate", "core");
  await ada.hx("member", "remove", "cyd", "--yes");
  await ada.hx("sync");
  await ben.hx("sync");
  await keeps(colleague(ben), 3, ["after the removal"]);
  const doctor = await ada.try("doctor");
  expect(doctor.stdout).not.toMatch(/fail.*(takes sessions|lets refs go)/);
  expect(doctor.stdout).toMatch(/a throwaway ref was pushed and is shown/);
  const judged = await guard(ada.machine, ada.checkout, "--state", world.path("guard.json"));
  expect(JSON.parse(judged.stdout)).toMatchObject({ ok: true, since: "state", findings: [] });
});

it("a checkout that weakens the connection of its target is refused in CI, and accepted by whoever runs guard", async () => {
  const path = pathOf(ada.checkout, ".hx", "connection.yaml");
  const honest = await readFile(path, "utf8");
  await git(ada, "checkout", "-q", "-b", "weaker");
  await writeFile(path, honest.replace(/remotes:\n/, "remotes:\n  - https://elsewhere.example/x\n"));
  await git(ada, "commit", "-qam", "one more remote");
  const refused = await guard(ada.machine, ada.checkout, "--target", "main");
  expect(refused.code).toBe(14);
  expect(JSON.parse(refused.stdout)).toMatchObject({ findings: [{ code: "connection-weakened", ref: "HEAD", hint: "git checkout origin/main -- .hx/connection.yaml" }] });
  const blob = await git(ada, "rev-parse", "HEAD:.hx/connection.yaml");
  expect((await guard(ada.machine, ada.checkout, "--target", "main", "--accept", blob)).code).toBe(0);
  await git(ada, "push", "-q", "origin", "weaker");
  await expect(git(ada, "push", "-q", "origin", "weaker:main")).rejects.toThrow(/connection-weakened(.|\n)*elsewhere\.example\/x/);
  await git(ada, "checkout", "-q", "main");
});
