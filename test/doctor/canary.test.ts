import { mkdtemp, readdir, readFile, realpath, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Boundary } from "../../src/app/capture/boundary.ts";
import { canaryFinding } from "../../src/app/doctor/canary.ts";
import type { Agent, SessionSource } from "../../src/ports/agent.ts";
import { claudeFixture } from "../agents/claude-code.fixture.ts";
import { writeSession } from "../agents/contract.ts";
import { capturedFiles, laid, recordedStores, sessionsOf, type Recorded } from "../agents/recorded.ts";

const all = (side: "inside" | "outside"): Boundary => ({ side: async () => side, relative: async () => "." });
const LATER = "-of-2099";

let home = "";
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "hx-canary-")));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const find = (agent: Agent, directories: readonly string[] = ["/"]) => canaryFinding({ boundary: all("inside"), directories }, agent);

/** Of each agent the first recorded store. */
const STORES = [...new Map([...recordedStores()].reverse().map((store) => [store.agent, store])).values()];
/** Those whose transcripts are no files of lines: a document that has kinds of content, and databases that have kinds of parts. */
const OTHERWISE: readonly string[] = ["cline", "kilo-code", "opencode"];
const LINES = STORES.filter(({ agent }) => !OTHERWISE.includes(agent));

it("are looked at for every agent of which a store was recorded", () => {
  expect(STORES.map(({ agent }) => agent).sort()).toEqual(["claude-code", "cline", "codex", "copilot-cli", "factory-droid", "gemini-cli", "kilo-code", "opencode", "pi", "qwen-code"]);
});

describe.each(STORES.map((store) => [store.agent, store] as const))("the records of %s", (_, store) => {
  it("as its agent wrote them are read whole", async () => {
    const found = await find(await agentOf(store));
    expect(found).toMatchObject({ result: "ok", detail: expect.stringMatching(/was read whole: [1-9]\d* turns?$/) });
  });
});

describe.each(STORES.filter(({ agent }) => OTHERWISE.includes(agent)).map((store) => [store.agent, store] as const))("the content of %s", (_, store) => {
  it("that got another kind is named with its number, each kind of it, and nothing of its words", async () => {
    const whole = await agentOf(store);
    const [richest] = (await Promise.all((await sessionsOf(whole)).map(async (source) => ({ source, kinds: await kindsIn(whole, source) })))).sort((a, b) => b.kinds.size - a.kinds.size);
    const kinds = richest?.kinds ?? new Set<string>();
    expect(kinds.size).toBeGreaterThan(2);
    const agent: Agent = { ...whole, discover: async function* () { if (richest !== undefined) yield richest.source; } };
    const files = (await storedIn(home)).filter((file) => /\.(messages\.json|db)$/.test(file));
    expect(files.length).toBeGreaterThan(0);
    const before = await Promise.all(files.map((file) => readFile(file, "latin1")));
    const silent: string[] = [];
    for (const kind of kinds) {
      // As long as it was, so that a database stays one.
      const other = `${kind.slice(0, -1)}Q`;
      await Promise.all(files.map((file, at) => writeFile(file, (before[at] ?? "").replaceAll(KIND, (all, found) => (found === kind ? all.replace(kind, other) : all)), "latin1")));
      const { result, detail } = await find(agent);
      if (result === "ok") silent.push(kind);
      else expect(detail, kind).toMatch(new RegExp(`'[^']*${other}[^']*' \\([1-9]`));
      expect(detail).not.toMatch(/acme|\/home|helper/i);
    }
    // How a tool's result is drawn is no kind of part.
    expect(silent).toEqual(store.agent === "cline" ? [] : ["file"]);
  });
});

describe.each(LINES.map((store) => [store.agent, store] as const))("the lines of %s", (_, store) => {

  it("that got another name are named with their number, each of them, and nothing of their content", async () => {
    const agent = await agentOf(store);
    const transcripts = (await sessionsOf(agent)).flatMap(({ files }) => files.filter(({ role, path }) => role === "transcript" && path.endsWith(".jsonl")));
    expect(transcripts.length).toBeGreaterThan(0);
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

/** `"type": "…"`, in JSON of any spacing. */
const KIND = /"type":\s*"([\w-]+)"/g;

async function kindsIn(agent: Agent, source: SessionSource): Promise<ReadonlySet<string>> {
  const transcripts = (await capturedFiles(agent, source)).filter(({ role }) => role === "transcript");
  const texts = await Promise.all(transcripts.map(async ({ bytes }) => Buffer.from(await bytes()).toString("utf8")));
  // What a row holds is JSON in a string.
  return new Set(texts.flatMap((text) => [...text.replaceAll('\\"', '"').matchAll(KIND)].map(([, kind = ""]) => kind)));
}

async function storedIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
}

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
