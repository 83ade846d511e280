import { chmod, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { list, makeWorld, type JourneyWorld } from "../journey/world.ts";
import { approve, entriesOf, revoke } from "../support/approve.ts";
import { admitted, founder, type Colleague } from "../support/workspace-people.ts";

const MARK = "the zebra crosses at midnight";

interface Company {
  readonly remote: string;
  readonly ada: Colleague;
  readonly ben: Colleague;
  readonly cyd: Colleague;
  readonly project: string;
}

let world: JourneyWorld;
beforeAll(async () => {
  world = await makeWorld("in-process");
});
afterAll(() => world.close());

/** Ada, who administers; Ben and Cyd in team core. */
async function company(kind: "file" | "http", key: string): Promise<Company> {
  const remote = await world.remote(kind);
  const ada = await founder(world, remote, "Ada", `ada-${key}`);
  const ben = await admitted(world, remote, ada, "Ben", `ben-${key}`);
  const cyd = await admitted(world, remote, ada, "Cyd", `cyd-${key}`);
  await ada.hx("team", "create", "core");
  await ada.hx("team", "nominate", "core", "ben", "cyd");
  await ben.hx("team", "admit", "core", "--yes");
  await ben.hx("team", "admit", "core", "cyd", "--yes");
  const listed = (await ada.json("project", "list")) as { readonly projects: readonly { readonly name: string }[] };
  return { remote, ada, ben, cyd, project: listed.projects[0]?.name ?? "" };
}

let made = 0;

/** A session of somebody that they captured and pushed: its id. */
async function session(by: Colleague, text: string = MARK): Promise<string> {
  const known = new Set((await list(by.machine, by.checkout)).map(({ id }) => id));
  const agentId = `0a1b2c3d-0000-4000-8000-${String(++made).padStart(12, "0")}`;
  await writeQuiet(transcriptPath(by.machine.home, by.checkout, agentId), prompt(text, by.checkout));
  await by.hx("capture");
  await by.hx("sync");
  const found = (await list(by.machine, by.checkout)).find(({ id }) => !known.has(id));
  if (found === undefined) throw new Error("nothing was captured");
  return found.id;
}

async function contentOf(directory: string, needle: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await readFile(path)).includes(needle)) found.push(path);
  }
  return found;
}

interface Checked {
  readonly own: boolean;
  readonly teams: readonly { readonly holds: boolean; readonly conditions: readonly { readonly name: string; readonly holds: boolean; readonly fix?: string }[] }[];
}

async function check(who: Colleague, ...args: string[]): Promise<{ readonly code: number; readonly checked: Checked; readonly lacking: readonly string[] }> {
  const { code, stdout } = await who.machine.tryHx(who.checkout, ["check", ...args, "--json"]);
  const checked = JSON.parse(stdout) as Checked;
  return { code, checked, lacking: checked.teams.flatMap(({ conditions }) => conditions.filter(({ holds }) => !holds).map(({ name }) => name)) };
}

describe.each(["file", "http"] as const)("a session of somebody else, over %s", (kind) => {
  let at: Company;
  beforeAll(async () => {
    at = await company(kind, `one-${kind}`);
  });

  it("is refused before, read after with one entry for all, and leaves nothing behind", async () => {
    const { ada, ben, project } = at;
    const id = await session(ada);
    expect(await check(ben, id, "--team", "core")).toMatchObject({ code: 4, lacking: ["C1", "C3", "C4"] });
    expect(await ben.failure("show", id)).toMatchObject({ exit: 4, code: "not-shared" });
    await ada.hx("project", "grant", "core", "--project", project);
    expect(await check(ben, id)).toMatchObject({ code: 4, lacking: ["C1", "C4"] });
    const refused = await ben.failure("show", id);
    expect(refused?.message).toMatch(/C4: nobody approved it for team 'core'/);
    expect(refused?.hints).toContain(`hx request ${id} --team core --reason "…"`);
    expect(await entriesOf(ada, id)).toEqual([]);

    await approve(ada, id, "core");
    expect(await check(ben, id)).toMatchObject({ code: 0, lacking: [] });
    expect(await check(ada, id)).toMatchObject({ code: 0, checked: { own: true, teams: [] } });
    const before = JSON.parse(await ben.hx("list", "--shared", "--json")) as { readonly sessions: readonly Record<string, unknown>[] };
    expect(before.sessions).toMatchObject([{ id, state: "shared", class: "attested", author: { name: "Ada" }, team: { name: "core" } }]);
    expect(JSON.stringify(before)).not.toContain("zebra");
    expect(await entriesOf(ada, id)).toEqual([]);

    const shown = await ben.hx("show", id.slice(0, 8));
    expect(shown).toContain(MARK);
    expect(shown).toMatch(/access +attested: Ada sees/);
    expect(await ben.json("show", id)).toMatchObject({ access: { class: "attested", author: { name: "Ada" }, team: { name: "core" } } });
    expect(await contentOf(join(ben.machine.home, ".."), "zebra")).toEqual([]);
    expect(await contentOf(ben.checkout, "zebra")).toEqual([]);

    await ben.hx("export", id, "--output", world.path(`out-${kind}`));
    expect(await readFile(world.path(`out-${kind}`, id, "session.md"), "utf8")).toContain(MARK);
    expect((await contentOf(world.path(`out-${kind}`, id, "files"), MARK)).length).toBe(1);
    await ben.hx("show", id, "--raw", world.path(`raw-${kind}`));
    await ben.hx("restore", id, "--dry-run");
    expect(JSON.stringify(await ben.json("list", "--shared"))).toContain("zebra");
    const verified = await ben.json("verify");
    expect(verified).toMatchObject({ ok: true, shared: { sessions: 1, opened: 1 } });
    expect(await entriesOf(ada, id)).toMatchObject([{ session: id }]);
    expect(await ada.hx("show", id)).toMatch(/access +own/);
    expect(await entriesOf(ada, id)).toHaveLength(1);
  });

  it("makes one entry for two processes at once", async () => {
    const { ada, ben } = at;
    const id = await session(ada);
    await approve(ada, id, "core");
    const both = await Promise.all([ben.hx("show", id), ben.hx("show", id), ben.hx("export", id, "--output", world.path(`both-${kind}`))]);
    expect(both[0]).toContain(MARK);
    expect(await entriesOf(ada, id)).toHaveLength(1);
  });
});

describe("what stops a read", () => {
  let at: Company;
  beforeAll(async () => {
    at = await company("file", "stop");
    await at.ada.hx("project", "grant", "core", "--project", at.project);
  });

  async function approved(): Promise<{ readonly id: string; readonly hash: string }> {
    const id = await session(at.ada);
    return { id, hash: await approve(at.ada, id, "core") };
  }

  async function refuses(id: string, exit: number, code: string, message?: RegExp): Promise<void> {
    const ran = await at.ben.machine.tryHx(at.ben.checkout, ["show", id, "--json"]);
    expect(ran.stdout).toBe("");
    const told = JSON.parse(ran.stderr.trim().split("\n").at(-1) ?? "") as { code: string; message: string };
    expect({ exit: ran.code, code: told.code }).toEqual({ exit, code });
    if (message !== undefined) expect(told.message).toMatch(message);
  }

  it("a remote that takes no push: with an entry that waits here, but is no lease", async () => {
    const { id } = await approved();
    await at.ben.hx("sync");
    const hook = join(at.remote, "hooks", "pre-receive");
    await writeFile(hook, "#!/bin/sh\necho no >&2\nexit 1\n");
    await chmod(hook, 0o755);
    await refuses(id, 1, "remote-failed", /the access entry could not be pushed, so nothing was opened/);
    await refuses(id, 1, "remote-failed", /the access entry could not be pushed, so nothing was opened/);
    expect(JSON.stringify(await at.ben.json("list", "--shared"))).not.toContain("zebra");
    expect(await at.ben.json("verify")).toMatchObject({ shared: { opened: 0 } });
    await writeFile(hook, "#!/bin/sh\nexit 0\n");
    expect(await at.ben.hx("show", id)).toContain(MARK);
    expect(await entriesOf(at.ada, id)).toHaveLength(1);
  });

  it("a remote out of reach, before a lease; not during one", async () => {
    const { id } = await approved();
    await at.ben.hx("sync");
    const { rename } = await import("node:fs/promises");
    const away = `${at.remote}.away`;
    await rename(at.remote, away);
    await refuses(id, 1, "remote-failed");
    await rename(away, at.remote);
    await at.ben.hx("show", id);
    // A lease needs no remote, and its content is here by now.
    await rename(at.remote, away);
    const { code, stdout, stderr } = await at.ben.machine.tryHx(at.ben.checkout, ["show", id]);
    await rename(away, at.remote);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("cannot be reached: judged by what was known at") });
    expect(stdout).toContain(MARK);
  });

  it.each([
    ["pushurl", ["remote.origin.pushurl", "/elsewhere/x.git"]],
    ["pushInsteadOf", ["url./elsewhere/.pushInsteadOf", "/"]],
    ["insteadOf", ["url./elsewhere/.insteadOf", "/"]],
  ] as const)("a remote that git rewrites elsewhere: %s", async (_, [key, value]) => {
    const { id } = await approved();
    await at.ben.hx("sync");
    await at.ben.machine.git(at.ben.checkout, "config", key, value);
    await refuses(id, 10, "not-connected");
    await at.ben.machine.git(at.ben.checkout, "config", "--unset", key);
    expect(await entriesOf(at.ada, id)).toEqual([]);
  });

  it("a revocation, while a lease lives", async () => {
    const { id, hash } = await approved();
    await at.ben.hx("show", id);
    await revoke(at.ada, hash);
    await refuses(id, 4, "not-shared", /C4: the approval is revoked/);
    expect(await check(at.ben, id)).toMatchObject({ code: 4, lacking: ["C4"] });
  });

  it("an approval that expired", async () => {
    const id = await session(at.ada);
    await approve(at.ada, id, "core", { expires: Date.now() - 1000 });
    await refuses(id, 4, "not-shared", /C4: the approval expired/);
    expect(await entriesOf(at.ada, id)).toEqual([]);
  });

  it("an approval that expired by a time that this device has seen, though its clock was set back since", async () => {
    const id = await session(at.ada);
    await approve(at.ada, id, "core", { expires: Date.now() + 3_600_000 });
    await at.ben.hx("show", id);
    const repos = join(at.ben.machine.env["HX_STATE_DIR"] ?? "", "repos");
    const [repo = ""] = await readdir(repos);
    const before = await readFile(join(repos, repo, "clock"), "utf8");
    await writeFile(join(repos, repo, "clock"), String(Date.now() + 7_200_000));
    await refuses(id, 4, "not-shared", /C4: the approval expired/);
    await writeFile(join(repos, repo, "clock"), before);
    expect(await at.ben.hx("show", id)).toContain(MARK);
  });

  it("an approval that is for other members", async () => {
    const id = await session(at.ada);
    await approve(at.ada, id, "core", { members: [at.cyd] });
    await refuses(id, 4, "not-shared", /C4: nobody approved it/);
    expect(await at.cyd.hx("show", id)).toContain(MARK);
  });

  it("a grant that was withdrawn", async () => {
    const { id } = await approved();
    await at.ben.hx("show", id);
    await at.ada.hx("project", "withdraw", "core", "--project", at.project);
    await refuses(id, 4, "not-shared", /C3: team 'core' is granted no project/);
    await at.ada.hx("project", "grant", "core", "--project", at.project);
    expect(await at.ben.hx("show", id)).toContain(MARK);
  });

  it("names the parts that were not shared, and opens the others", async () => {
    const { ada, ben } = at;
    const id = await session(ada, "first");
    const agentId = `0a1b2c3d-0000-4000-8000-${String(made).padStart(12, "0")}`;
    const path = transcriptPath(ada.machine.home, ada.checkout, agentId);
    await approve(ada, id, "core");
    await writeQuiet(path, `${await readFile(path, "utf8")}${prompt("a later secret", ada.checkout)}`);
    await ada.hx("capture");
    await ada.hx("sync");
    const { code, stdout } = await ben.machine.tryHx(ben.checkout, ["show", id, "--json"]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ unreadable: [{ part: 1, reason: "it was not shared with you" }] });
    expect(stdout).toContain("first");
    expect(stdout).not.toContain("a later secret");
  });

  it("an entry that the remote rewinds is told by the author's verify, with who and when", async () => {
    const { ada, ben } = at;
    const { id } = await approved();
    await ben.hx("sync");
    const refs = (await ben.machine.git(ben.checkout, "ls-remote", "origin", "refs/sessions/v1/*")).split("\n").map((line) => line.split("\t"));
    await ben.hx("show", id);
    await ada.hx("sync");
    expect(await ada.json("verify")).toMatchObject({ ok: true });
    for (const [oid = "", ref = ""] of refs) if (ref.includes("/lane/")) await ben.machine.git(at.remote, "update-ref", ref, oid);
    const { code, stdout } = await ada.machine.tryHx(ada.checkout, ["verify", "--json"]);
    expect(code).toBe(13);
    const { findings } = JSON.parse(stdout) as { readonly findings: readonly { readonly code: string; readonly place: readonly { readonly label: string; readonly value: string }[] }[] };
    const gone = findings.find(({ code: one }) => one === "entry-gone");
    expect(gone?.place).toEqual(expect.arrayContaining([{ label: "who", value: "Ben" }, { label: "what", value: "access" }, { label: "session", value: id }]));
  });

  it("a member who was removed from the team", async () => {
    await at.ben.hx("sync");
    const { id } = await approved();
    await at.cyd.hx("show", id);
    await at.ada.hx("team", "remove", "core", "cyd", "--yes");
    expect(await at.cyd.failure("show", id)).toMatchObject({ exit: 4, code: "not-shared" });
  });
});
