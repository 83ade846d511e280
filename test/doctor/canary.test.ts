import { mkdtemp, readFile, realpath, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Boundary } from "../../src/app/capture/boundary.ts";
import { canaryFinding } from "../../src/app/doctor/canary.ts";
import type { Agent } from "../../src/ports/agent.ts";
import { claudeFixture } from "../agents/claude-code.fixture.ts";
import { writeSession } from "../agents/contract.ts";
import { laid, recordedStores, sessionsOf, type Recorded } from "../agents/recorded.ts";

const all = (side: "inside" | "outside"): Boundary => ({ side: async () => side, relative: async () => "." });
const LATER = "-of-2099";

let home = "";
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "hx-canary-")));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const find = (agent: Agent, directories: readonly string[] = ["/"]) => canaryFinding({ boundary: all("inside"), directories }, agent);

/** Recorded stores of agents whose transcripts are lines that have a type. */
const STORES = recordedStores().filter(({ scenario }) => scenario.startsWith("01-"));

describe.each(STORES.map((store) => [store.agent, store] as const))("the records of %s", (_, store) => {
  it("as its agent wrote them are read whole", async () => {
    const found = await find(await agentOf(store));
    expect(found).toMatchObject({ result: "ok", detail: expect.stringMatching(/was read whole: [1-9]\d* turns?$/) });
  });

  it("that got another name are named with their number, each of them, and nothing of their content", async () => {
    const agent = await agentOf(store);
    const transcripts = (await sessionsOf(agent)).flatMap(({ files }) => files.filter(({ role, path }) => role === "transcript" && path.endsWith(".jsonl")));
    for (const { absolute } of transcripts) {
      const before = await readFile(absolute, "utf8");
      const types = new Set(linesOf(before).flatMap(({ type }) => (typeof type === "string" ? [type] : [])));
      expect(types.size).toBeGreaterThan(1);
      for (const type of types) {
        await writeFile(absolute, before.split("\n").map((line) => renamed(line, type)).join("\n"));
        const count = linesOf(before).filter((record) => record.type === type).length;
        const { result, detail } = await find(agent);
        expect(result, detail).toBe("warn");
        // An update of a record, as some agents write it, is no second one.
        const named = Number(new RegExp(`'[^']*${type}${LATER}[^']*' \\((\\d+)\\)`).exec(detail)?.[1]);
        expect(named, detail).toBeGreaterThan(0);
        expect(named).toBeLessThanOrEqual(count);
        expect(detail).not.toMatch(/acme|\/home|helper/i);
      }
      await writeFile(absolute, before);
    }
  });
});

async function agentOf(store: Recorded): Promise<Agent> {
  const found = await laid(store, home);
  if (found === null) throw new Error(`no agent '${store.agent}'`);
  return found.agent;
}

function linesOf(text: string): readonly { readonly type?: unknown }[] {
  return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as { readonly type?: unknown }]));
}

function renamed(line: string, type: string): string {
  if (line === "") return line;
  const record = JSON.parse(line) as { readonly type?: unknown };
  return record.type === type ? JSON.stringify({ ...record, type: `${type}${LATER}` }) : line;
}

describe("the canary", () => {
  const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
  const work = "/home/dev/work/acme-web";
  const session = async (n: number, change: (text: string) => string = (same) => same, ageMs = 0): Promise<Agent> => {
    const fixture = claudeFixture(home);
    await writeSession(fixture, id(n), work);
    const file = fixture.transcript(id(n), work);
    await writeFile(file, change(await readFile(file, "utf8")));
    const then = new Date(Date.now() - ageMs);
    await utimes(file, then, then);
    return fixture.agent;
  };
  const unknown = (type: string) => (text: string): string => `${text}${JSON.stringify({ type, cwd: work, secret: "hunter2" })}\n`;

  it("looks at the newest session of this repository alone", async () => {
    await session(1, unknown("hologram"), 60_000);
    const agent = await session(2);
    expect(await find(agent)).toMatchObject({ result: "ok" });
    await session(3, unknown("hologram"));
    expect(await find(agent)).toMatchObject({ result: "warn", detail: expect.stringContaining("'hologram' (1)") });
    expect(await find(agent, ["/home/dev/other"])).toMatchObject({ result: "ok", detail: "no session of this repository to read" });
    expect(await canaryFinding({ boundary: all("outside"), directories: [work] }, agent)).toMatchObject({ detail: "no session of this repository to read" });
  });

  it("says that a version is newer than any that hx was tried with", async () => {
    const agent = await session(1, (text) => text.replaceAll("2.1.329", "999.0.0"));
    expect(await find(agent)).toMatchObject({ result: "ok", detail: expect.stringMatching(/\(version '999\.0\.0'\) was read whole: 1 turn, newer than 2\.1\.329/) });
    await session(2, (text) => unknown("hologram")(text.replaceAll("2.1.329", "999.0.0")));
    expect(await find(agent)).toMatchObject({ result: "warn", detail: expect.stringMatching(/newer than 2\.1\.329.*'hologram' \(1\)/) });
  });

  it("counts damage, and shows no content in the place of a name", async () => {
    const agent = await session(1, (text) => `${text}{broken\n{"half\n${JSON.stringify({ type: "my password is\nhunter2" })}\n${JSON.stringify({ type: "x".repeat(100) })}\n`);
    const { result, detail } = await find(agent);
    expect(result).toBe("warn");
    expect(detail).toContain("2 damaged");
    expect(detail).toContain("one that is no name (1), one that is no name (1)");
    expect(detail).not.toMatch(/hunter2|xxx/);
  });

  it("is not alarmed by a session that has just begun, but by a long one without a turn", async () => {
    const begun = `${JSON.stringify({ type: "mode", mode: "normal" })}\n`;
    const agent = await session(1, () => `${begun}${JSON.stringify({ type: "progress", cwd: work })}\n`);
    expect(await find(agent)).toMatchObject({ result: "ok", detail: "no session of this repository has a turn yet" });
    await session(2, unknown("hologram"), 60_000);
    expect(await find(agent)).toMatchObject({ result: "warn", detail: expect.stringContaining("'hologram' (1)") });
    await session(2, () => `${JSON.stringify({ type: "progress", cwd: work })}\n${begun.repeat(4000)}`);
    expect(await find(agent)).toMatchObject({ result: "warn", detail: expect.stringContaining("no turn was found") });
  });
});
