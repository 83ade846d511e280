import { randomBytes, randomUUID } from "node:crypto";
import { appendFile, readFile, rename, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Agent } from "../../src/ports/agent.ts";
import { prompt, quiet, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { write } from "../journey/world.ts";
import { makeDesk, type Desk } from "./desk.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await makeDesk();
});
afterAll(() => desk.world.close());

interface Session {
  readonly id: string;
  readonly path: string;
  /** Captures, and expects the ledger to hold exactly what the file holds. */
  holds(expected?: Buffer): Promise<void>;
}

function session(): Session {
  const id = randomUUID();
  const path = transcriptPath(desk.machine.home, desk.checkout, id);
  return {
    id,
    path,
    async holds(expected) {
      await desk.capture(id);
      const [kept] = (await desk.kept(id)).slice(-1);
      expect(kept?.files.get(`projects/_/${id}.jsonl`)?.equals(expected ?? (await readFile(path)))).toBe(true);
    },
  };
}

const say = (text: string): string => prompt(text, desk.checkout);

describe("a torn last line", () => {
  it("waits while its file is fresh, and is taken when nobody writes any more", async () => {
    const { id, path, holds } = session();
    const whole = say("one");
    const torn = say("two").slice(0, 60);
    await write(path, whole + torn);
    const future = new Date(Date.now() + 60_000);
    await utimes(path, future, future);
    expect(await desk.capture(id)).toMatchObject({ kind: "captured", bytes: whole.length });
    expect(await desk.capture(id)).toMatchObject({ kind: "current" });
    await quiet(path);
    expect(await desk.capture(id)).toMatchObject({ kind: "captured", bytes: torn.length });
    await holds(Buffer.from(whole + torn));
  });

  it("that was taken too early is read again as a whole when its rest comes", async () => {
    const { id, path, holds } = session();
    const line = say("the second prompt");
    await writeQuiet(path, say("the first") + line.slice(0, -30));
    await desk.capture(id);
    await appendFile(path, line.slice(-30) + say("third"));
    await quiet(path);
    await holds();
    const [kept] = await desk.kept(id);
    expect([kept?.facts.turns, kept?.facts.title]).toEqual([3, "the first"]);
  });

  it("that is touched again and still torn stays as it was taken", async () => {
    const { id, path, holds } = session();
    const line = say("cut");
    await writeQuiet(path, say("first") + line.slice(0, 50));
    await desk.capture(id);
    const future = new Date(Date.now() + 60_000);
    await utimes(path, future, future);
    expect(await desk.capture(id)).toMatchObject({ kind: "current" });
    await appendFile(path, line.slice(50));
    await quiet(path);
    await holds();
    expect((await desk.kept(id)).at(-1)?.facts.turns).toBe(2);
  });
});

describe("bytes that no agent should write", () => {
  it.each([
    ["invalid UTF-8", Buffer.from([0xff, 0xfe, 0x80, 0xc3, 0x0a])],
    ["NUL", Buffer.from("\0\0{\0}\n\0")],
    ["CRLF", Buffer.from('{"type":"system"}\r\n\r\n')],
    ["a byte-order mark", Buffer.from("\ufeff{}\n")],
    ["an unknown record", Buffer.from('{"type":"from-the-future","payload":{"a":[1]}}\n')],
    ["no JSON", Buffer.from("hello\n[1]\nnull\n")],
    ["blank lines", Buffer.from("\n\n \n")],
    ["random bytes", randomBytes(5000)],
  ])("are kept: %s", async (_, odd) => {
    const { path, holds } = session();
    await writeQuiet(path, Buffer.concat([odd, Buffer.from(`\n${say("before")}`), odd]));
    await holds();
    await appendFile(path, Buffer.concat([odd, Buffer.from(say("after"))]));
    await quiet(path);
    await holds();
  });

  it("CRLF records still say where they ran", async () => {
    const { id, path, holds } = session();
    await writeQuiet(path, say("windows").replace("\n", "\r\n"));
    await holds();
    expect((await desk.kept(id))[0]?.facts.title).toBe("windows");
  });
});

describe("a file that changes otherwise than by growing", () => {
  it("comes back as it was last: shrunk", async () => {
    const { path, holds } = session();
    await writeQuiet(path, say("one") + say("two") + say("three"));
    await holds();
    await truncate(path, say("one").length + 20);
    await quiet(path);
    await holds();
  });

  it("emptied", async () => {
    const { path, holds } = session();
    await writeQuiet(path, say("one"));
    await holds();
    await truncate(path, 0);
    await quiet(path);
    await holds();
    await writeQuiet(path, say("two"));
    await holds();
  });

  it("rewritten in place with the same size and inode, and later time", async () => {
    const { path, holds } = session();
    const first = say("aaaa aaaa");
    await writeQuiet(path, first);
    await holds();
    const { ino } = await stat(path);
    await writeFile(path, first.replace("aaaa aaaa", "bbbb bbbb"));
    await utimes(path, new Date(Date.now() - 30_000), new Date(Date.now() - 30_000));
    expect((await stat(path)).ino).toBe(ino);
    await holds();
  });

  it("replaced by another file, longer, of which the old one is no beginning", async () => {
    const { path, holds } = session();
    await writeQuiet(path, say("old"));
    await holds();
    await writeQuiet(`${path}.new`, say("new") + say("and longer"));
    await rename(`${path}.new`, path);
    await holds();
    expect((await readFile(path)).includes("and longer")).toBe(true);
  });

  it("deleted: what was captured stays", async () => {
    const { id, path, holds } = session();
    const content = Buffer.from(say("kept for ever"));
    await writeQuiet(path, content);
    await holds();
    await rm(path);
    await expect(desk.capture(id)).rejects.toThrow("no session");
    expect((await desk.kept(id)).at(-1)?.files.get(`projects/_/${id}.jsonl`)?.equals(content)).toBe(true);
  });

  it("set aside and begun anew: both files are kept", async () => {
    const { id, path } = session();
    const [old, fresh] = [say("old"), say("fresh")];
    await writeQuiet(path, old);
    await desk.capture(id);
    await rename(path, `${path}.superseded-2026`);
    await writeQuiet(path, fresh);
    await desk.capture(id);
    const contents = [...((await desk.kept(id)).at(-1)?.files.values() ?? [])].map(String);
    expect(contents.sort()).toEqual([old, fresh].sort());
  });

  it.each([
    ["shrinks", (path: string) => truncate(path, 10)],
    ["is deleted", (path: string) => rm(path)],
    ["grows", (path: string) => appendFile(path, say("meanwhile"))],
    ["is replaced", async (path: string) => {
      await writeQuiet(`${path}.x`, say("another"));
      await rename(`${path}.x`, path);
    }],
  ])("while it is read, it %s: the next capture has it right", async (_, disturb) => {
    const { id, path } = session();
    await writeQuiet(path, say("first") + say("x".repeat(3 << 20)) + say("last"));
    let reads = 0;
    const agent = (real: Agent): Agent => ({
      ...real,
      open: async (file) => {
        const opened = await real.open(file);
        return {
          ...opened,
          read: async (offset, length) => {
            if (++reads === 2) await disturb(path);
            return opened.read(offset, length);
          },
        };
      },
    });
    await desk.capture(id, { agent });
    expect(reads).toBeGreaterThan(1);
    const left = await readFile(path).catch(() => null);
    if (left !== null) {
      await quiet(path);
      await desk.capture(id);
    }
    const [kept] = (await desk.kept(id)).slice(-1);
    const content = kept?.files.get(`projects/_/${id}.jsonl`);
    if (left !== null) expect(content?.equals(left)).toBe(true);
    else expect(content?.subarray(0, 20).toString()).toBe(say("first").slice(0, 20));
  });
});

describe("files beside the transcript", () => {
  it("come and go with their session, replaced ones as they were last", async () => {
    const { id, path } = session();
    const store = join(desk.machine.home, ".claude");
    const beside = join(dirname(path), id);
    await writeQuiet(path, say("with files"));
    await writeQuiet(join(beside, "tool-results", "t1.txt"), "first result");
    await writeQuiet(join(beside, "subagents", "agent-a1.jsonl"), prompt("sub", desk.checkout, { isSidechain: true }));
    await writeQuiet(join(store, "file-history", id, "abc@v1"), randomBytes(3000));
    await writeQuiet(join(store, "todos", `${id}-agent-${id}.json`), "[1]");
    await desk.capture(id);
    await writeQuiet(join(store, "todos", `${id}-agent-${id}.json`), "[2, 3]");
    await rm(join(beside, "tool-results", "t1.txt"));
    await desk.capture(id);
    const files = (await desk.kept(id)).at(-1)?.files;
    expect([...(files?.keys() ?? [])].sort()).toEqual(
      [`file-history/${id}/abc@v1`, `projects/_/${id}.jsonl`, `projects/_/${id}/subagents/agent-a1.jsonl`, `projects/_/${id}/tool-results/t1.txt`, `todos/${id}-agent-${id}.json`].sort(),
    );
    expect(String(files?.get(`todos/${id}-agent-${id}.json`))).toBe("[2, 3]");
    expect(String(files?.get(`projects/_/${id}/tool-results/t1.txt`))).toBe("first result");
    expect(files?.get(`file-history/${id}/abc@v1`)?.equals(await readFile(join(store, "file-history", id, "abc@v1")))).toBe(true);
  });
});
