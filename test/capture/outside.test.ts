import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { list, recover } from "../journey/world.ts";
import { makeDesk, type Desk } from "./desk.ts";

let desk: Desk;
let outside = "";
beforeAll(async () => {
  desk = await makeDesk();
  outside = desk.world.path("private-notes");
  await mkdir(outside);
});
afterAll(() => desk.world.close());

/** A word that is nowhere but in what ran outside. */
const WORD = "quetzalcoatlus";
const inside = (text: string, more = {}): string => prompt(text, desk.checkout, more);
const away = (text: string, more = {}): string => prompt(text, outside, { gitBranch: `${WORD}-branch`, timestamp: "2031-05-05T05:05:05.000Z", version: `9.9-${WORD}`, ...more });
const answer = (text: string, cwd: string, model: string): string => prompt(text, cwd, { type: "assistant", message: { role: "assistant", model, content: [{ type: "text", text }] } });

/** The transcript as it must come back: zeros for what ran outside. */
function blanked(lines: readonly string[]): Buffer {
  return Buffer.concat(lines.map((line) => (line.includes(WORD) ? Buffer.alloc(Buffer.byteLength(line)) : Buffer.from(line))));
}

async function session(lines: readonly string[]): Promise<{ readonly id: string; readonly path: string }> {
  const id = randomUUID();
  const path = transcriptPath(desk.machine.home, desk.checkout, id);
  await writeQuiet(path, lines.join(""));
  return { id, path };
}

async function filesWith(directory: string, word: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await readFile(path)).includes(word)) found.push(path);
  }
  return found;
}

describe("a session that walks outside the repository midway", () => {
  it("is kept without those ranges, which come back as zeros of the same length", async () => {
    const lines = [inside("start at work"), away(`a ${WORD} secret`), away(`more ${WORD}`), inside("back at work")];
    const { id } = await session(lines);
    const omitted = Buffer.byteLength(lines[1] ?? "") + Buffer.byteLength(lines[2] ?? "");
    expect(await desk.capture(id)).toMatchObject({ kind: "captured", omitted, title: "start at work" });
    const [kept] = await desk.kept(id);
    expect(kept?.files.get(`projects/_/${id}.jsonl`)?.equals(blanked(lines))).toBe(true);
    expect(kept?.omitted).toBe(omitted);
    expect(kept?.shown).toContain("start at work");
    expect(kept?.shown).toContain("back at work");
    expect(kept?.shown).not.toContain(WORD);
  });

  it("says nothing of what ran there: no title, branch, version, model, time or count", async () => {
    const lines = [away(`${WORD} comes first`), answer("yes", outside, `model-${WORD}`), inside("asked at work"), answer("done", desk.checkout, "model-a"), away(`${WORD} comes last`), answer("bye", outside, `model-${WORD}`)];
    lines[1] = lines[1]?.replace('"yes"', `"${WORD}"`) ?? "";
    const { id, path } = await session(lines);
    for (const upTo of [3, 6]) {
      await writeQuiet(path, lines.slice(0, upTo).join(""));
      await desk.capture(id);
      const [kept] = await desk.kept(id);
      const { facts } = kept ?? {};
      expect(JSON.stringify(facts)).not.toContain(WORD);
      expect([facts?.title, facts?.branch, facts?.version, facts?.turns]).toEqual(["asked at work", "main", "2.1.143", 1]);
      expect(facts?.models ?? []).toEqual(upTo === 3 ? [] : ["model-a"]);
      expect(new Date(facts?.last ?? 0).getUTCFullYear()).toBe(2026);
    }
  });

  it("gives no title that was set while it was away", async () => {
    const lines = [inside("a plain start"), away(`${WORD}`), `${JSON.stringify({ type: "custom-title", customTitle: `about ${WORD}`, sessionId: "x" })}\n`, inside("back")];
    const { id } = await session(lines);
    await desk.capture(id);
    const [kept] = await desk.kept(id);
    expect(kept?.facts.title).toBe("a plain start");
    expect(kept?.files.get(`projects/_/${id}.jsonl`)?.equals(blanked(lines))).toBe(true);
  });

  it("leaves out head records that waited for a directory that proved to be outside", async () => {
    const head = `${JSON.stringify({ type: "summary", summary: `the ${WORD}`, leafUuid: "x" })}\n${JSON.stringify({ type: "ai-title", aiTitle: `the ${WORD}` })}\n`;
    const { id } = await session([head, away(WORD), inside("then at work")]);
    await desk.capture(id);
    const [kept] = await desk.kept(id);
    expect(kept?.facts.title).toBe("then at work");
    expect(String(kept?.files.get(`projects/_/${id}.jsonl`))).not.toContain(WORD);
  });

  it("a record that is cut off ran where its beginning says", async () => {
    const { id } = await session([inside("here"), away(`${WORD} and cut`).slice(0, -25)]);
    await desk.capture(id);
    expect(String((await desk.kept(id))[0]?.files.get(`projects/_/${id}.jsonl`))).not.toContain(WORD);
  });

  it("takes no file beside it from then on: results, earlier versions, lists, lines without a directory", async () => {
    const { id, path } = await session([inside("with files")]);
    const store = join(desk.machine.home, ".claude");
    const before = join(store, "file-history", id, "aaaa@v1");
    const log = join(dirname(path), id, "tool-results", "log.jsonl");
    await writeQuiet(before, "from work");
    await writeQuiet(log, "line one of work\n");
    await desk.capture(id);
    await writeQuiet(path, inside("with files") + away(WORD));
    await writeQuiet(log, `line one of work\nline two ${WORD}\n`);
    await writeQuiet(join(store, "file-history", id, "bbbb@v1"), `the ${WORD} file`);
    await writeQuiet(join(dirname(path), id, "tool-results", "t2.txt"), `result ${WORD}`);
    await writeQuiet(join(dirname(path), id, "subagents", "agent-a2.jsonl"), prompt(`sub ${WORD}`, undefined, { isSidechain: true }));
    await writeQuiet(join(store, "todos", `${id}-agent-${id}.json`), `["${WORD}"]`);
    await desk.capture(id);
    const [kept] = await desk.kept(id);
    for (const [name, content] of kept?.files ?? []) expect([name, content.includes(WORD)]).toEqual([name, false]);
    expect(String(kept?.files.get(`file-history/${id}/aaaa@v1`))).toBe("from work");
    expect(String(kept?.files.get(`projects/_/${id}/tool-results/log.jsonl`))).toContain("line one of work\n");
  });

  it("leaves none of it in any work file, and the exact restore says so", async () => {
    const lines = [inside("for the clone"), away(`last ${WORD}`)];
    const { id } = await session(lines);
    await desk.machine.hx(desk.checkout, "capture");
    await desk.machine.hx(desk.checkout, "sync");
    expect(await filesWith(join(desk.checkout, ".git"), WORD)).toEqual([]);
    expect(await filesWith(desk.machine.env["HX_STATE_DIR"] ?? "", WORD)).toEqual([]);
    const fresh = await desk.world.machine("fresh");
    const clone = desk.world.path("clone");
    await recover(fresh, desk.remote, clone, desk.world.path("phrase"));
    const row = (await list(fresh, clone)).find(({ title }) => title === "for the clone");
    const { code, stdout } = await fresh.tryHx(clone, ["restore", row?.id ?? "", "--exact"]);
    expect([code, stdout]).toEqual([3, expect.stringContaining("outside")]);
    expect((await readFile(transcriptPath(fresh.home, clone, id))).equals(blanked(lines))).toBe(true);
  });
});
