import { randomUUID } from "node:crypto";
import { mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { list } from "../journey/world.ts";
import { makeDesk, type Desk } from "./desk.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await makeDesk("claude-code", "spawned");
});
afterAll(() => desk.world.close());

const QUIET = { code: 0, stdout: "", stderr: "" };

async function titles(): Promise<readonly (string | undefined)[]> {
  return (await list(desk.machine, desk.checkout)).map(({ title }) => title);
}

describe("an agent's hook", () => {
  it("captures the session of its payload, and prints nothing", async () => {
    const id = randomUUID();
    const path = await writeQuiet(transcriptPath(desk.machine.home, desk.checkout, id), prompt("by the hook", desk.checkout));
    const payload = { session_id: id, transcript_path: path, cwd: desk.checkout, hook_event_name: "Stop" };
    expect(await desk.machine.hook(desk.checkout, "claude-code", payload)).toEqual(QUIET);
    expect(await titles()).toContain("by the hook");
  });

  it.each([
    ["empty", () => ""],
    ["truncated", () => `{"session_id":"${randomUUID()}","transcript_pa`],
    ["no JSON", () => "hello\0\u001b[31m"],
    ["a list", () => "[1,2]"],
    ["of other types", () => ({ session_id: 7, transcript_path: ["x"], cwd: {} })],
    ["about nothing that is there", () => ({ session_id: randomUUID(), transcript_path: "/nowhere/x.jsonl", cwd: desk.checkout })],
    ["with a directory that is gone", () => ({ session_id: randomUUID(), cwd: "/nowhere/at/all" })],
    ["deep", () => `{"a":${"[".repeat(20_000)}`],
  ])("with a payload that is %s prints nothing and ends with 0", async (_, payload) => {
    expect(await desk.machine.hook(desk.checkout, "claude-code", payload())).toEqual(QUIET);
  });

  it("follows no path out of the agent's store", async () => {
    const file = await writeQuiet(desk.world.path("elsewhere", `${randomUUID()}.jsonl`), prompt("from elsewhere", desk.checkout));
    const link = transcriptPath(desk.machine.home, desk.checkout, randomUUID());
    await mkdir(dirname(link), { recursive: true });
    await symlink(file, link);
    const up = join(dirname(link), "..", "..", "..", "..", "..", "..", "elsewhere", file.split("/").at(-1) ?? "");
    for (const path of [file, link, up]) {
      const payload = { session_id: randomUUID(), transcript_path: path, cwd: desk.checkout };
      expect(await desk.machine.hook(desk.checkout, "claude-code", payload)).toEqual(QUIET);
    }
    expect(await titles()).not.toContain("from elsewhere");
  });

  it("takes a directory from the payload only where the records name none", async () => {
    const other = desk.world.path("other");
    await mkdir(other, { recursive: true });
    const id = randomUUID();
    const path = await writeQuiet(transcriptPath(desk.machine.home, desk.checkout, id), prompt("ran in the other place", other));
    expect(await desk.machine.hook(desk.checkout, "claude-code", { session_id: id, transcript_path: path, cwd: desk.checkout })).toEqual(QUIET);
    expect(await titles()).not.toContain("ran in the other place");
  });

  it("of an unknown agent, outside of any repository, or with HX_SKIP does nothing", async () => {
    expect(await desk.machine.hook(desk.checkout, "no-such-agent", {})).toEqual(QUIET);
    expect(await desk.machine.hook(desk.machine.home, "claude-code", { session_id: randomUUID(), cwd: desk.machine.home })).toEqual(QUIET);
    const id = randomUUID();
    const path = await writeQuiet(transcriptPath(desk.machine.home, desk.checkout, id), prompt("skipped", desk.checkout));
    const payload = JSON.stringify({ session_id: id, transcript_path: path, cwd: desk.checkout });
    expect(await desk.machine.tryHx(desk.checkout, ["hook", "agent", "claude-code"], payload, { HX_SKIP: "1" })).toEqual(QUIET);
    expect(await titles()).not.toContain("skipped");
  });
});
