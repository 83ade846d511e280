import { lstat, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stateOf } from "../../src/adapters/handoff/handoff-files.ts";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { makeWorld, type JourneyWorld } from "../journey/world.ts";
import { approve, entriesOf } from "../support/approve.ts";
import { teamOf } from "../support/sharing-people.ts";
import { admitted, founder, type Colleague } from "../support/workspace-people.ts";

const ID = "0a1b2c3d-0000-4000-8000-000000000001";
const TOKEN = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;

let world: JourneyWorld;
let ada: Colleague;
let ben: Colleague;
let session: string;
beforeAll(async () => {
  world = await makeWorld("in-process");
  const remote = await world.remote();
  ada = await founder(world, remote, "Ada", "ada");
  ben = await admitted(world, remote, ada, "Ben", "ben");
  await teamOf(ada, "core", [[ben, "Ben"]]);
  await writeFile(join(ada.checkout, "kept.ts"), "export const kept = 1;\n");
  await writeFile(join(ada.checkout, "other.ts"), "nothing of it\n");
  await writeQuiet(transcriptPath(ada.machine.home, ada.checkout, ID), transcript(ada.checkout));
  await ada.hx("capture");
  await ada.hx("sync");
  session = ((await ada.json("list"))["sessions"] as readonly { readonly id: string }[])[0]?.id ?? "";
}, 120_000);
afterAll(() => world.close());

function transcript(top: string): string {
  const answer = (uuid: string, ...content: object[]): string => `${JSON.stringify({ type: "assistant", uuid, cwd: top, message: { id: uuid, role: "assistant", model: "m", content }, timestamp: "2026-03-01T10:01:00.000Z" })}\n`;
  const call = (id: string, name: string, input: object): object => ({ type: "tool_use", id, name, input });
  const done = (id: string): string => `${JSON.stringify({ type: "user", uuid: `r${id}`, cwd: top, message: { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: "ok" }] }, timestamp: "2026-03-01T10:01:01.000Z" })}\n`;
  return [
    prompt(`Use the token ${TOKEN} and mend the cart`, top),
    answer("a1", call("w1", "Write", { file_path: `${top}/kept.ts`, content: "export const kept = 1;\n" }), call("w2", "Write", { file_path: `${top}/other.ts`, content: "something\n" })),
    done("w1"),
    done("w2"),
    answer("a2", call("w3", "Write", { file_path: "/etc/passwd", content: "x\n" }), call("b1", "Bash", { command: `curl -H "Authorization: ${TOKEN}"` })),
    done("w3"),
    answer("a3", { type: "text", text: "We decided to keep the cart as a list. Is that right?" }),
  ].join("");
}

describe("one's own session", () => {
  it("becomes a brief in the checkout that git ignores, and a command", async () => {
    const report = await ada.json("handoff", session, "--to", "codex");
    expect(report).toMatchObject({ schema: "hx.handoff/1", agent: "claude-code", to: "codex", access: { class: "own" }, directory: ada.checkout, file: join(ada.checkout, ".hx/handoff", `${session}.md`), command: `codex 'Read .hx/handoff/${session}.md and go on from where it ends.'` });
    expect(report["brief"]).toBeUndefined();
    const text = await readFile(String(report["file"]), "utf8");
    expect(text.length).toBe(report["characters"]);
    expect(text).toContain("mend the cart");
    expect(text).toContain("- turn 1: agent: We decided to keep the cart as a list.");
    expect(text).toContain("- turn 1: asked: Is that right?");
    expect(text).toContain("`kept.ts`: 1 edit in turn 1; holds its last edit");
    expect(text).toContain("`other.ts`: 1 edit in turn 1; changed since");
    expect(text).toContain("`/etc/passwd`: 1 edit in turn 1; outside this checkout");
    expect(text).not.toContain(TOKEN);
    expect(text).toContain("[redacted:");
    expect(Number(report["replaced"])).toBeGreaterThan(0);
    expect((await lstat(String(report["file"]))).mode & 0o777).toBe(0o600);
    expect(await ada.machine.git(ada.checkout, "status", "--porcelain", "--", ".hx/handoff")).toBe("");
    expect(await ada.machine.git(ada.checkout, "check-ignore", `.hx/handoff/${session}.md`)).toContain(session);
  });

  it("is printed alone, and nothing is written", async () => {
    const before = (await readdir(ada.checkout, { recursive: true })).length;
    const { stdout, stderr } = await ada.machine.tryHx(ada.checkout, ["handoff", session, "--to", "gemini-cli", "--print", "--max", "3000"]);
    expect(stdout.startsWith("# Handoff: ")).toBe(true);
    expect(stdout.length).toBeLessThanOrEqual(3000);
    expect(stderr).toContain("own: your session");
    expect((await readdir(ada.checkout, { recursive: true })).length).toBe(before);
  });

  it("gives its text to agents that leave alone what git ignores, and says what to say to those that no command starts so", async () => {
    expect(await ada.json("handoff", session, "--to", "gemini-cli")).toMatchObject({ command: `gemini -i "$(cat .hx/handoff/${session}.md)"` });
    expect(await ada.hx("handoff", session, "--to", "windsurf")).toContain(`and say:  Read .hx/handoff/${session}.md`);
  });

  it("refuses what it does not know", async () => {
    for (const args of [["--to", "nobody"], [], ["--to", "codex", "--max", "10"], ["--to", "codex", "--max", "many"]]) expect((await ada.machine.tryHx(ada.checkout, ["handoff", session, ...args])).code).toBe(2);
  });
});

describe("somebody else's session", () => {
  it("opens only when it is shared, and leaves an entry", async () => {
    expect(await ben.failure("handoff", session, "--to", "codex")).toMatchObject({ exit: 4, code: "not-shared" });
    expect(await readdir(join(ben.checkout, ".hx"))).not.toContain("handoff");
    await approve(ada, session, "core");
    const report = await ben.json("handoff", session, "--to", "codex");
    expect(report).toMatchObject({ access: { class: "attested", author: { name: "Ada" } } });
    const text = await readFile(String(report["file"]), "utf8");
    expect(text).toContain("which somebody else shared");
    expect(text).not.toContain("Ada");
    // What Ada's checkout had is looked for in Ben's, and nowhere else.
    expect(text).toContain("`kept.ts`: 1 edit in turn 1; not there");
    expect(await entriesOf(ada, session)).toHaveLength(1);
  });
});

describe("a checkout that is not to be trusted", () => {
  it("cannot lead the brief out by a link, nor into a commit", async () => {
    const { machine, checkout } = ada;
    const elsewhere = world.path("elsewhere");
    await mkdir(elsewhere);
    const other = world.path("linked");
    await machine.git(checkout, "worktree", "add", "-q", "-b", "linked", other);
    await symlink(elsewhere, join(other, ".hx", "handoff"));
    expect(await machine.tryHx(other, ["handoff", session, "--to", "codex"])).toMatchObject({ code: 14, stderr: expect.stringContaining("no directory of its own") as string });
    expect(await readdir(elsewhere)).toEqual([]);
    const tracked = world.path("tracked");
    await machine.git(checkout, "worktree", "add", "-q", "-b", "tracked", tracked);
    await mkdir(join(tracked, ".hx", "handoff"));
    await writeFile(join(tracked, ".hx", "handoff", `${session}.md`), "committed");
    await machine.git(tracked, "add", "-f", ".hx/handoff");
    expect(await machine.tryHx(tracked, ["handoff", session, "--to", "codex"])).toMatchObject({ code: 14, stderr: expect.stringContaining("tracked by git") as string });
  });

  it("is asked about no file outside of it", async () => {
    const top = world.path("top");
    await mkdir(top);
    await writeFile(world.path("secret.txt"), "line\n");
    await symlink(world.path("secret.txt"), join(top, "link.txt"));
    expect(await stateOf(top, join(top, "link.txt"), ["line"])).toBe("outside this checkout");
    expect(await stateOf(top, join(top, "..", "secret.txt"), ["line"])).toBe("outside this checkout");
    expect(await stateOf(top, join(top, "absent"), ["line"])).toBe("not there");
    expect(await stateOf(top, top, ["line"])).toBe("outside this checkout");
  });
});
