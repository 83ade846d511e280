import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { hookWorld } from "../../src/wire/hooks.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { kiroRecord } from "../agents/kiro.fixture.ts";
import { windsurfStep } from "../agents/windsurf.fixture.ts";
import { connectedCheckout, list, makeWorld, newIdentity, write, type JourneyWorld, type ListRow, type Machine } from "../journey/world.ts";

let world: JourneyWorld;
let ada: Machine;
let checkout: string;
beforeEach(async () => {
  world = await makeWorld("in-process");
  ada = await world.machine("ada", { HX_SESSIONS_DIR: world.path("sessions") });
  await newIdentity(ada, world.path("phrase"));
  checkout = await connectedCheckout(ada, await world.remote(), world.path("work"));
});
afterEach(() => world.close());

async function kept(): Promise<readonly ListRow[]> {
  await ada.hx(checkout, "capture");
  await ada.hx(checkout, "sync");
  return list(ada, checkout);
}

it("a session has the directory and the title that stand beside its records", async () => {
  const elsewhere = world.path("elsewhere");
  for (const [number, cwd, title] of [["1", checkout, "Round the total"], ["2", elsewhere, "Another"]] as const) {
    const place = join(ada.home, ".kiro", "sessions", "cli", `7c000000-0000-4000-8000-00000000000${number}`);
    await write(`${place}.jsonl`, `${kiroRecord("Prompt", [{ kind: "text", data: "please round" }], { meta: { timestamp: 1772359200 } })}\n`);
    await writeFile(`${place}.json`, JSON.stringify({ cwd, title }));
  }
  expect(await kept()).toMatchObject([{ agent: "kiro", title: "Round the total", turns: 1 }]);
});

it("what stands beside the records says nothing of a session that walked outside", async () => {
  const lines = [{ type: "prompt", text: "inside" }, { type: "prompt", text: "there", directory: world.path("elsewhere") }];
  expect((await ada.tryHx(checkout, ["capture", "--from", "-"], JSON.stringify({ agent: "a", id: "1", directory: checkout, title: "All of it", lines }))).code).toBe(0);
  expect(await kept()).toMatchObject([{ title: "inside", turns: 1 }]);
});

it("where nothing else says it, a session ran where its agent started the hook", async () => {
  const transcript = await write(join(ada.home, ".windsurf", "transcripts", "5d00aa.jsonl"), `${windsurfStep("user_input", { user_response: "hello" })}\n`);
  expect(await kept()).toEqual([]);
  await (await hookWorld(undefined, readSettings(ada.env))).captureSession("windsurf", { trajectory_id: "5d00aa", tool_info: { transcript_path: transcript } }, checkout);
  expect(await kept()).toMatchObject([{ agent: "windsurf", title: "hello" }]);
});

it("a run of Aider is kept while its history grows, and restored without touching the others", async () => {
  const history = join(checkout, ".aider.chat.history.md");
  const run = (time: string, prompt: string): string => `\n# aider chat started at ${time}\n\n#### ${prompt}  \n\nDone.\n`;
  await writeFile(history, run("2026-06-09 14:01:00", "one"));
  await kept();
  await writeFile(history, run("2026-06-09 14:01:00", "one") + run("2026-06-10 09:00:00", "two"));
  const rows = await kept();
  expect(rows.map(({ title, turns }) => [title, turns]).sort()).toEqual([["one", 1], ["two", 1]]);
  const other = run("2026-07-01 10:00:00", "other");
  await writeFile(history, other);
  await ada.hx(checkout, "restore", rows.find(({ title }) => title === "one")?.id ?? "");
  const [restored] = (await readdir(checkout)).filter((name) => /^\.aider\.chat\.history\.2026/.test(name));
  expect(await readFile(join(checkout, restored ?? ""), "utf8")).toBe(`${run("2026-06-09 14:01:00", "one").slice(1)}\n`);
  expect(await readFile(history, "utf8")).toBe(other);
  expect(await kept()).toHaveLength(3);
});
