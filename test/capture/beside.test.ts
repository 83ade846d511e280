import { randomUUID } from "node:crypto";
import { appendFile, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectHash } from "../../src/adapters/agents/gemini-cli/projects.ts";
import { makeDesk, type Desk } from "./desk.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await makeDesk("gemini-cli");
});
afterAll(() => desk.world.close());

const QUIET = { quietMs: 0 };
const tmp = (...below: readonly string[]): string => join(desk.machine.home, ".gemini", "tmp", ...below);
const transcript = (id: string, minute = "10-00"): string => `session-2026-03-01T${minute}-${id.slice(0, 8)}.jsonl`;
const line = (record: object): string => `${JSON.stringify(record)}\n`;
const asked = (text: string): string => line({ id: randomUUID(), timestamp: "2026-03-01T10:00:00.000Z", type: "user", content: [{ text }] });
const header = (id: string, directory: string): string => line({ sessionId: id, projectHash: projectHash(directory), startTime: "2026-03-01T10:00:00.000Z", kind: "main" });

async function put(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

/** A project folder whose directory stands beside its sessions. */
async function project(folder: string, directory: string | null): Promise<string> {
  await mkdir(tmp(folder, "chats"), { recursive: true });
  if (directory !== null) await writeFile(tmp(folder, ".project_root"), directory);
  return folder;
}

describe("a session whose files do not say where it ran", () => {
  it("is kept where what stands beside them says a connected checkout", async () => {
    const id = randomUUID();
    await project("work", desk.checkout);
    const content = header(id, desk.checkout) + asked("add a helper");
    await put(tmp("work", "chats", transcript(id)), content);
    await put(tmp("work", "chats", id, "child.jsonl"), header("child", desk.checkout) + asked("look around"));
    await put(tmp("work", "tool-outputs", `session-${id}`, "big.txt"), "much output");
    expect(await desk.capture(id, QUIET)).toMatchObject({ kind: "captured", omitted: 0, title: "add a helper" });
    const [kept] = await desk.kept(id);
    expect(kept?.facts.cwd).toBe(".");
    expect([...(kept?.files.keys() ?? [])].sort()).toEqual([`tmp/_/chats/${id}/child.jsonl`, `tmp/_/chats/${transcript(id)}`, `tmp/_/tool-outputs/session-${id}/big.txt`]);
    expect(kept?.files.get(`tmp/_/chats/${transcript(id)}`)?.toString()).toBe(content);
  });

  it("is left out where that says another place", async () => {
    const id = randomUUID();
    await project("notes", desk.world.path("notes"));
    await put(tmp("notes", "chats", transcript(id)), header(id, desk.checkout) + asked("a private matter"));
    expect(await desk.capture(id, QUIET)).toEqual({ kind: "outside" });
    expect(await desk.kept(id)).toEqual([]);
  });

  it("waits where nothing says it, until a hook does", async () => {
    const id = randomUUID();
    await project("nowhere", null);
    await put(tmp("nowhere", "chats", transcript(id)), header(id, desk.checkout) + asked("and now"));
    expect(await desk.capture(id, QUIET)).toEqual({ kind: "unplaced" });
    expect(await desk.capture(id, { ...QUIET, hint: desk.checkout })).toMatchObject({ kind: "captured", omitted: 0 });
  });

  it("that is one document is kept too", async () => {
    const id = randomUUID();
    await project("work", desk.checkout);
    const name = transcript(id).replace(".jsonl", ".json");
    await put(tmp("work", "chats", name), JSON.stringify({ sessionId: id, projectHash: "x", messages: [] }, null, 2));
    expect(await desk.capture(id, QUIET)).toMatchObject({ kind: "captured", omitted: 0 });
    expect([...((await desk.kept(id))[0]?.files.keys() ?? [])]).toEqual([`tmp/_/chats/${name}`]);
  });
});

describe("a session that its agent resumes, and then deletes", () => {
  it("is one session with its stub, and stays kept whole", async () => {
    const id = randomUUID();
    await project("work", desk.checkout);
    const [original, stub] = [transcript(id, "10-00"), transcript(id, "10-07")];
    const first = header(id, desk.checkout) + asked("the first run");
    await put(tmp("work", "chats", original), first);
    expect(await desk.capture(id, QUIET)).toMatchObject({ kind: "captured", isNew: true });

    await put(tmp("work", "chats", stub), header(id, desk.checkout));
    const second = header(id, desk.checkout) + line({ $set: { sessionId: id } }) + asked("the second run");
    await appendFile(tmp("work", "chats", original), second);
    expect(await desk.capture(id, QUIET)).toMatchObject({ kind: "captured", isNew: false });

    await rm(tmp("work", "chats", original));
    expect(await desk.capture(id, QUIET)).toMatchObject({ isNew: false });
    await rm(tmp("work", "chats", stub));
    await expect(desk.capture(id, QUIET)).rejects.toThrow("no session");

    const copies = await desk.kept(id);
    expect(copies).toHaveLength(1);
    expect(copies[0]?.files.get(`tmp/_/chats/${original}`)?.toString()).toBe(first + second);
    expect(copies[0]?.files.get(`tmp/_/chats/${stub}`)?.toString()).toBe(header(id, desk.checkout));
    expect(copies[0]?.shown).toContain("the second run");
  });

  it("goes on in the copy that a migration of its folder made", async () => {
    const id = randomUUID();
    await project("work", desk.checkout);
    const old = projectHash(desk.checkout);
    await writeFile(join(desk.machine.home, ".gemini", "projects.json"), JSON.stringify({ projects: { [desk.checkout]: "work" } }));
    const first = header(id, desk.checkout) + asked("before the move");
    await put(tmp(old, "chats", transcript(id)), first);
    expect(await desk.capture(id, QUIET)).toMatchObject({ kind: "captured", isNew: true });

    await cp(tmp(old, "chats", transcript(id)), tmp("work", "chats", transcript(id)));
    await appendFile(tmp("work", "chats", transcript(id)), asked("after the move"));
    expect(await desk.capture(id, QUIET)).toMatchObject({ kind: "captured", isNew: false, bytes: Buffer.byteLength(asked("after the move")) });
    const [kept] = await desk.kept(id);
    expect(kept?.files.size).toBe(1);
    expect(kept?.shown).toContain("after the move");
  });
});
