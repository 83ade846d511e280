import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";
import { appendStatements } from "../../src/app/workspace/append.ts";
import { projectBody } from "../../src/app/workspace/compose.ts";
import { newProjectId, say } from "../../src/app/workspace/found.ts";
import { readWorkspace } from "../../src/app/workspace/sync.ts";
import { decodeLaneKey, encodeLaneKey } from "../../src/format/lane-key.ts";
import { ROOT_REF } from "../../src/format/paths.ts";
import { speakingLane } from "../../src/wire/sharing-clone.ts";
import { INIT, makeWorld, type JourneyWorld, type Ran } from "../journey/world.ts";
import { approve } from "../support/approve.ts";
import { keeps, sharingOf, teamOf } from "../support/sharing-people.ts";
import { admitted, founder, sayAs, speaking, type Colleague } from "../support/workspace-people.ts";

let world: JourneyWorld;
let remote: string;
let ada: Colleague;
let ben: Colleague;
let number = 0;
const session = (who: Colleague, ...turns: string[]): Promise<string> => keeps(who, ++number, turns);

beforeAll(async () => {
  world = await makeWorld("in-process");
  remote = await world.remote();
  ada = await founder(world, remote, "Ada", "ada");
  ben = await admitted(world, remote, ada, "Ben", "ben");
  await teamOf(ada, "core", [[ben, "Ben"]]);
  await ada.hx("sync");
}, 120_000);
afterAll(() => world.close());

describe("a lane of an earlier quarter", () => {
  it("has sessions that are shared, and approvals that are taken back, with their wraps", async () => {
    const given = await session(ada, "given in its quarter");
    const later = await session(ada, "given a quarter later");
    await ada.hx("share", given, "--team", "core", "--yes");
    const { lane, repo } = speakingLane(await sharingOf(ada));
    const file = join(ada.machine.env["HX_CONFIG_DIR"] ?? "", "lanes", repo, `${lane.id}.key`);
    const key = decodeLaneKey(Uint8Array.from(await readFile(file)));
    await writeFile(file, encodeLaneKey({ ...key, day: key.day - 100 }));
    await ada.hx("sync");
    const fresh = speakingLane(await sharingOf(ada)).lane;
    expect(fresh.id).not.toBe(lane.id);

    expect(await ben.hx("show", given)).toContain("given in its quarter");
    expect(await ada.json("share", later, "--team", "core", "--yes")).toMatchObject({ pushed: true });
    expect(await ben.hx("show", later)).toContain("given a quarter later");
    expect(await ada.json("revoke", given, "--yes")).toMatchObject({ removed: 1, elsewhere: 0, pushed: true });
    expect(await ben.failure("show", given)).toMatchObject({ exit: 4, code: "not-shared" });
    expect(await ada.json("revoke", later, "--yes")).toMatchObject({ removed: 1, elsewhere: 0 });
  });
});

describe("a secret scan that failed at capture", () => {
  it("is made up for at share, which says so; while its rules do not load, nothing is shared", async () => {
    const usual = await session(ada, "scanned as it was captured");
    const own = join(ada.machine.env["HX_CONFIG_DIR"] ?? "", "secrets");
    await writeFile(own, "(unclosed\n");
    const missed = await session(ada, "captured without a scan");
    expect(await ada.failure("share", missed, "--team", "core", "--yes")).toMatchObject({ exit: 2, code: "usage" });
    const shown = async (id: string): Promise<Ran> => ada.machine.tryHx(ada.checkout, ["share", id, "--team", "core", "--yes"]);
    await rm(own);
    const [first, second] = [await shown(usual), await shown(missed)];
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(first.stderr).toContain("scan at capture: nothing found");
    expect(second.stderr).toContain("scan, just now: nothing found");
    for (const id of [usual, missed]) await ada.hx("revoke", id, "--yes");
  });
});

describe("a workspace chain of which two statements follow the same one", () => {
  it("is refused where somebody shares, and nothing is shared", async () => {
    const id = await session(ada, "while the chain is forked");
    const before = await ada.machine.git(remote, "rev-parse", ROOT_REF);
    const { ledger, identity } = await speaking(ada);
    await ada.hx("project", "create", "left");
    const after = await ada.machine.git(remote, "rev-parse", ROOT_REF);
    await ada.machine.git(remote, "update-ref", ROOT_REF, before);
    const store = await gitRepositories({ env: ada.machine.env }).bareStore(remote, "sha1");
    const there = await readWorkspace({ crypto: ledger.crypto, clock: ledger.clock }, store);
    if (there === null) return expect.fail("no chain");
    const { statements } = say(ledger.crypto, { device: identity.device, sign: identity.signSeed }, there.state, [(at) => projectBody(ledger.crypto, at, newProjectId(ledger.crypto), "right")]);
    expect(await appendStatements(store, ROOT_REF, there.chain, statements, Date.now())).not.toBeNull();
    await store.close();
    const lanes = await ada.machine.git(remote, "for-each-ref", "refs/sessions/v1/lane", "refs/sessions/v1/keys");

    expect(await ada.failure("share", id, "--team", "core", "--yes")).toMatchObject({ exit: 13, code: "workspace-fork" });
    expect(await ada.failure("revoke", "core", "--yes")).toMatchObject({ exit: 13, code: "workspace-fork" });
    expect(await ada.machine.git(remote, "for-each-ref", "refs/sessions/v1/lane", "refs/sessions/v1/keys")).toBe(lanes);
    await ada.machine.git(remote, "update-ref", ROOT_REF, after);
    expect(await ada.json("share", id, "--team", "core", "--yes")).toMatchObject({ pushed: true });
    expect(await ben.hx("show", id)).toContain("while the chain is forked");
  });
});

describe("a further repository", () => {
  let checkout = "";
  let further = "";
  beforeAll(async () => {
    await ada.machine.git(world.path(), "init", "-q", "-b", "main", "further");
    checkout = world.path("further");
    further = await world.remote();
    await ada.machine.git(checkout, "remote", "add", "origin", further);
  });

  it("is connected to the project whose name is given, and makes no second one of that name", async () => {
    const { projects } = (await ada.json("project", "list")) as unknown as { readonly projects: readonly { readonly name: string; readonly id: string }[] };
    const [project] = projects;
    const like = await ada.machine.tryHx(checkout, [...INIT, "--workspace", remote, "--project", `${project?.name ?? ""}!`, "--json"]);
    expect([like.code, like.stderr]).toEqual([1, expect.stringContaining("looks like it")]);
    const done = JSON.parse(await ada.machine.hx(checkout, ...INIT, "--workspace", remote, "--project", project?.name.toUpperCase() ?? "", "--json")) as { readonly project: string };
    expect(done.project).toBe(project?.name);
    expect(await readFile(join(checkout, ".hx", "connection.yaml"), "utf8")).toContain(project?.id);
    expect((await ada.json("project", "list"))["projects"]).toHaveLength(projects.length);
  });

  it("is left as it is by a removal while its remote is away, which is said; the others are frozen", async () => {
    await ada.machine.git(checkout, "add", ".");
    await ada.machine.git(checkout, "commit", "-qm", "connect");
    await ada.machine.git(checkout, "push", "-q", "origin", "HEAD");
    await ada.machine.hx(checkout, "sync");
    await admitted(world, remote, ada, "Cyd", "cyd");
    await ada.hx("policy", "init", "--yes", "--company", "Example Ltd", "--contact", "privacy@example.com", "--retention", "24", "--notice", "1");
    await ada.hx("policy", "publish", "--effective", new Date(Date.now() + 9 * 86_400_000).toISOString().slice(0, 10), "--yes");
    const away = `${further}.away`;
    await rename(further, away);
    const plan = await ada.machine.tryHx(ada.checkout, ["member", "remove", "Cyd"]);
    expect([plan.code, plan.stdout + plan.stderr]).toEqual([2, expect.stringMatching(/lanes? of this repository (is|are) frozen.*repository [0-9a-f]{8} is not frozen/s)]);
    await ada.hx("member", "remove", "Cyd", "--yes");
    await rename(away, further);
    const { state, ledger } = await speaking(ada);
    expect([...state.chain.state.freezes.keys()]).toEqual([ledger.repo]);
    const synced = await ada.machine.tryHx(checkout, ["sync"]);
    expect([synced.code, synced.stdout, synced.stderr]).toEqual([0, expect.anything(), expect.not.stringContaining("froze")]);
    // What the home said meanwhile lies on top of the commits of this remote, the texts of its policy too.
    const texts = async (at: string): Promise<string> => ada.machine.git(at, "ls-tree", "-r", "--format=%(path) %(objectname)", ROOT_REF, "p/");
    expect(await texts(further)).toBe(await texts(remote));
    expect(await texts(further)).toMatch(/^p\//);
    await ben.hx("sync");
    await ada.hx("sync");
  });
});

describe("a repository that was disconnected", () => {
  interface Checked {
    readonly teams: readonly { readonly conditions: readonly { readonly name: string; readonly holds: boolean; readonly missing?: string }[] }[];
  }
  const check = async (id: string): Promise<{ readonly code: number; readonly failed: readonly string[] }> => {
    const { code, stdout, stderr } = await ben.machine.tryHx(ben.checkout, ["check", id, "--team", "core", "--json"]);
    if (stdout === "") return expect.fail(stderr);
    return { code, failed: (JSON.parse(stdout) as Checked).teams.flatMap(({ conditions }) => conditions.filter(({ holds }) => !holds).map(({ name }) => name)) };
  };

  it("shows all four conditions, of which the second fails; nothing is fetched or pushed by that", async () => {
    const id = await session(ada, "until it is disconnected");
    await approve(ada, id, "core");
    expect(await check(id)).toEqual({ code: 0, failed: [] });
    await ben.machine.git(ben.checkout, "config", "remote.origin.pushurl", "/elsewhere/x.git");
    expect(await check(id)).toEqual({ code: 4, failed: ["C2"] });
    await ben.machine.git(ben.checkout, "config", "--unset", "remote.origin.pushurl");

    const { ledger } = await speaking(ada);
    await sayAs(ada, () => [() => ({ type: "disconnect", repo: ledger.repo })]);
    await ben.machine.tryHx(ben.checkout, ["sync"]);
    const refs = await ben.machine.git(remote, "for-each-ref");
    const { code, failed } = await check(id);
    expect([code, failed]).toEqual([4, expect.arrayContaining(["C2"])]);
    expect((await ben.machine.tryHx(ben.checkout, ["check", id])).stdout).toContain("the workspace chain does not connect this repository");
    expect((await ben.machine.tryHx(ben.checkout, ["check", "f".repeat(32)])).code).toBe(4);
    expect(await ben.machine.git(remote, "for-each-ref")).toBe(refs);
    expect(await ben.failure("show", id)).toMatchObject({ exit: 10, code: "not-connected" });
  });
});
