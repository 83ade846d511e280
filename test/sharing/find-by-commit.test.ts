import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gitHistory } from "../../src/adapters/git/history.ts";
import { findByCommit, type FoundByCommit } from "../../src/app/sharing/find-by-commit.ts";
import { agentsOf } from "../../src/wire/agents.ts";
import { identityPorts } from "../../src/wire/identity-ports.ts";
import { openHere } from "../../src/wire/here.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { connectedCheckout, makeWorld, newIdentity, type JourneyWorld, type Machine } from "../journey/world.ts";

let world: JourneyWorld;
let ada: Machine;
let work: string;
const TEXT = "export const rate = 0.19;\nexport const rounded = Math.round(rate * 100);\n}\n";

/** A session whose second turn writes a file. Hours are of 2026-03-01. */
async function session(id: string, hour: string, path: string, content: string): Promise<void> {
  const at = (minute: string): string => `2026-03-01T${hour}:${minute}:00.000Z`;
  const call = { type: "assistant", cwd: work, sessionId: id, timestamp: at("10"), message: { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "Write", input: { file_path: path, content } }] } };
  const result = { type: "user", cwd: work, sessionId: id, timestamp: at("11"), message: { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: "ok" }] }, toolUseResult: { type: "create", filePath: path, content } };
  const lines = [prompt(`talk ${id}`, work, { timestamp: at("00") }), prompt("write it", work, { timestamp: at("09") }), `${JSON.stringify(call)}\n`, `${JSON.stringify(result)}\n`];
  await writeQuiet(transcriptPath(ada.home, work, id), lines.join(""));
}

async function find(about: { readonly commit: string; readonly path?: string; readonly line?: number }): Promise<FoundByCommit> {
  const settings = readSettings(ada.env);
  const { ledger, author, clone, mine } = await openHere(settings, work, () => identityPorts(settings, { ask: async () => null }), "must");
  if (author === null) throw new Error("locked");
  const history = gitHistory({ env: settings.env }, clone.repository.checkout);
  return findByCommit({ ledger, history, repository: clone.repository, agents: await agentsOf(settings), fetcher: null }, author, await mine(), about);
}

let oid: string;
beforeAll(async () => {
  world = await makeWorld("in-process");
  ada = await world.machine("ada", { GIT_AUTHOR_DATE: "2026-03-01T12:30:00Z", GIT_COMMITTER_DATE: "2026-03-01T12:30:00Z" });
  await newIdentity(ada, world.path("phrase"));
  work = await connectedCheckout(ada, await world.remote(), world.path("work"));
  await session("0a000000-0000-4000-8000-000000000001", "10", join(work, "src/tax.ts"), TEXT.replace("export const rate", "  export const rate"));
  await session("0a000000-0000-4000-8000-000000000002", "12", join(work, "other/src/tax.ts"), TEXT);
  await session("0a000000-0000-4000-8000-000000000003", "15", join(work, "src/tax.ts"), TEXT);
  await ada.hx(work, "capture");
  await ada.hx(work, "sync");
  await ada.git(work, "config", "diff.noprefix", "true");
  await mkdir(join(work, "src"), { recursive: true });
  await writeFile(join(work, "src/tax.ts"), TEXT);
  await ada.git(work, "add", "src");
  await ada.git(work, "commit", "-qm", "tax");
  oid = await ada.git(work, "rev-parse", "HEAD");
}, 60_000);
afterAll(() => world.close());

describe("the sessions of a commit", () => {
  it("are those whose edits wrote its lines in its file, the best first, and none that began after it", async () => {
    const { candidates } = await find({ commit: oid });
    expect(candidates.map(({ facts }) => facts.id.slice(-1))).toEqual(["1"]);
    expect(candidates[0]).toMatchObject({ turns: [2] });
    expect(candidates[0]?.score).toBeGreaterThan(200);
    expect(candidates[0]?.reasons[0]).toBe("edited src/tax.ts in turn 2, which wrote 2 of 2 lines that the commit adds there");
  });

  it("are found by a line, whatever its indentation was", async () => {
    const { candidates } = await find({ commit: oid, path: "src/tax.ts", line: 1 });
    expect(candidates[0]).toMatchObject({ turns: [2], reasons: [expect.stringContaining("which wrote this line"), expect.any(String)] });
    expect((await find({ commit: oid, path: "src/tax.ts", line: 99 })).candidates).toEqual([]);
  });

  it("cannot be looked for where the commit is not here", async () => {
    await expect(find({ commit: "1".repeat(40) })).rejects.toMatchObject({ code: "not-found", hints: ["git fetch --all"] });
  });
});
