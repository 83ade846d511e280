import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CaptureOutcome } from "../../src/app/capture/capture-session.ts";
import type { Agent } from "../../src/ports/agent.ts";
import { addMessage, addSession, answerData, BEGUN, databaseAt } from "../agents/opencode-family.fixture.ts";
import { makeDesk, type Desk } from "./desk.ts";

let desk: Desk;
let outside = "";
beforeAll(async () => {
  desk = await makeDesk("opencode");
  outside = desk.world.path("private");
  await mkdir(outside);
});
afterAll(() => desk.world.close());

const FILLER = "word ".repeat(4000);

function changed(work: (database: ReturnType<typeof databaseAt>) => void): void {
  const database = databaseAt(join(desk.machine.env["HOME"] ?? "", ".local", "share", "opencode", "opencode.db"));
  try {
    work(database);
  } finally {
    database.close();
  }
}
function begin(id: string): void {
  changed((database) => addSession(database, { id, directory: desk.checkout, turns: [{ prompt: "Write it", answer: FILLER }] }));
}
function turn(id: string, number: number, directory: string, answer: string): void {
  const at = BEGUN + number * 10_000;
  const asked = `msg_${id.slice(4)}t${number}`;
  changed((database) => {
    addMessage(database, { id: asked, session: id, at, data: { role: "user" }, parts: [{ type: "text", text: `Prompt ${number}` }] });
    addMessage(database, { id: `${asked}a`, session: id, at: at + 1, data: answerData(directory, asked, at + 1), parts: [{ type: "text", text: answer }] });
  });
}
const capture = (id: string, agent?: (agent: Agent) => Agent): Promise<CaptureOutcome> => desk.capture(id, agent === undefined ? {} : { agent });
const text = (files: ReadonlyMap<string, Buffer>, id: string): string => files.get(`rows/${id}.jsonl`)?.toString() ?? "";

describe("a session that lies in rows", () => {
  it("is captured with what is new alone, and not opened when nothing is", async () => {
    const id = "ses_first0000000000001";
    begin(id);
    expect(await capture(id)).toMatchObject({ kind: "captured", isNew: true, omitted: 0, title: "Write it" });
    expect(await capture(id, (agent) => ({ ...agent, open: () => Promise.reject(new Error("was opened")) }))).toMatchObject({ kind: "current" });
    turn(id, 1, desk.checkout, "Short.");
    const second = await capture(id);
    expect(second).toMatchObject({ kind: "captured", isNew: false });
    if (second.kind === "captured") expect(second.bytes).toBeLessThan(FILLER.length / 4);
    const [kept] = await desk.kept(id);
    expect(kept?.facts).toMatchObject({ agent: "opencode", turns: 2, version: "1.18.33" });
    expect(kept?.shown).toContain("Short.");
    expect(text(kept?.files ?? new Map(), id).match(/"table":"message"/g)).toHaveLength(4);
    expect(kept?.files.get(`rows/${id}.state.jsonl`)?.toString()).toContain('"table":"session"');
  });
  it("begins a new generation when the agent changes an old row", async () => {
    const id = "ses_second000000000001";
    begin(id);
    await capture(id);
    changed((database) => database.run("UPDATE part SET data = replace(data, 'word', 'WORD'), time_updated = time_updated + 1 WHERE session_id = ? AND data LIKE '%word%'", [id]));
    expect(await capture(id)).toMatchObject({ kind: "captured", isNew: false });
    const [kept] = await desk.kept(id);
    expect(text(kept?.files ?? new Map(), id)).toContain("WORD");
    expect(text(kept?.files ?? new Map(), id)).not.toContain("word");
  });
  it("is kept without the turn that ran outside the boundary", async () => {
    const id = "ses_third0000000000001";
    begin(id);
    turn(id, 1, outside, "a secret of elsewhere");
    turn(id, 2, desk.checkout, "Back again.");
    expect(await capture(id)).toMatchObject({ kind: "captured", omitted: expect.any(Number) });
    const [kept] = await desk.kept(id);
    expect(kept?.omitted).toBeGreaterThan(0);
    expect(kept?.shown).toContain("Back again.");
    expect([...(kept?.files.values() ?? [])].map(String).join("")).not.toMatch(/a secret of elsewhere|Prompt 1/);
  });
});
