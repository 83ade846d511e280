import { randomUUID } from "node:crypto";
import { mkdir, readFile, utimes } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CaptureOutcome } from "../../src/app/capture/capture-session.ts";
import { held, readDocument } from "../../src/app/capture/document.ts";
import type { Agent, OpenFile, RecordReader, SessionFacts, SessionSource } from "../../src/ports/agent.ts";
import { transcriptPath, writeQuiet } from "../journey/claude.ts";
import { write } from "../journey/world.ts";
import { makeDesk, type CaptureOf, type Desk } from "./desk.ts";

let desk: Desk;
let outside = "";
beforeAll(async () => {
  desk = await makeDesk();
  outside = desk.world.path("private");
  await mkdir(outside);
});
afterAll(() => desk.world.close());

/** What a reader got, in bytes. */
const given: number[] = [];

/** Reads `{directory, also, title}`, a document that is replaced as a whole. */
function documentReader(): RecordReader {
  let facts: SessionFacts = { turns: 0, damaged: 0 };
  let also: readonly string[] = [];
  let torn = false;
  return {
    takes: "document",
    take(content) {
      given.push(content.length);
      const text = Buffer.from(content).toString();
      try {
        const { directory, also: others = [], title } = JSON.parse(text) as { directory?: string; also?: string[]; title: string };
        facts = { title, turns: 1, damaged: 0 };
        also = others;
        return directory;
      } catch {
        torn = true;
        facts = { turns: 0, damaged: 1 };
        return /"directory":"([^"]+)"/.exec(text.slice(0, 4096))?.[1];
      }
    },
    directories: () => also,
    torn: () => torn,
    keep: () => undefined,
    forget: () => undefined,
    facts: () => facts,
    state: () => null,
  };
}

const documents = (real: Agent): Agent => ({ ...real, records: ({ role }, state) => (role === "transcript" ? documentReader() : real.records({ path: "", role }, state)) });
const rewritten = (source: SessionSource): SessionSource => ({ ...source, files: source.files.map((file) => ({ ...file, growth: "rewrite" })) });

interface Session {
  readonly id: string;
  readonly path: string;
  say(content: object | string): Promise<void>;
  capture(options?: CaptureOf): Promise<CaptureOutcome>;
  content(): Promise<Buffer | undefined>;
}

function session(): Session {
  const id = randomUUID();
  const path = transcriptPath(desk.machine.home, desk.checkout, id);
  return {
    id,
    path,
    say: async (content) => void (await writeQuiet(path, typeof content === "string" ? content : JSON.stringify(content))),
    capture: (options = {}) => desk.capture(id, { agent: documents, source: rewritten, ...options }),
    content: async () => (await desk.kept(id)).at(-1)?.files.get(`projects/_/${id}.jsonl`),
  };
}

async function touch(path: string, seconds: number): Promise<void> {
  const time = new Date(Date.now() + seconds * 1000);
  await utimes(path, time, time);
}

describe("a transcript that is replaced as a whole", () => {
  it("says where it ran and what it is about, and comes back as it was last", async () => {
    const { id, path, say, capture, content } = session();
    for (const title of ["first title", "second"]) {
      await say({ directory: desk.checkout, title });
      expect(await capture()).toMatchObject({ kind: "captured", title, bytes: (await readFile(path)).length });
      expect((await content())?.equals(await readFile(path))).toBe(true);
      expect((await desk.kept(id)).at(-1)?.facts).toMatchObject({ title, cwd: "." });
    }
    await touch(path, -20);
    expect(await capture()).toMatchObject({ kind: "current" });
  });

  it("waits while no directory is known, and goes by what lies beside it or by a hook", async () => {
    const { say, capture } = session();
    await say({ title: "nowhere" });
    expect(await capture()).toEqual({ kind: "unplaced" });
    expect(await capture({ source: (source) => rewritten({ ...source, files: source.files.map((file) => ({ ...file, directory: outside })) }) })).toEqual({ kind: "outside" });
    const other = session();
    await other.say({ title: "by a hook" });
    expect(await other.capture({ hint: desk.checkout })).toMatchObject({ kind: "captured", title: "by a hook" });
    const third = session();
    await third.say({ title: "by a manifest" });
    const beside = (source: SessionSource): SessionSource => rewritten({ ...source, files: source.files.map((file) => ({ ...file, directory: desk.checkout })) });
    expect(await third.capture({ hint: outside, source: beside })).toMatchObject({ kind: "captured", title: "by a manifest" });
  });

  it("stays out where it ran outside, whatever a hook or a file beside it says", async () => {
    const { id, say, capture } = session();
    await say({ directory: outside, title: "a tyrannosaurus" });
    expect(await capture({ hint: desk.checkout })).toEqual({ kind: "outside" });
    expect(await desk.kept(id)).toEqual([]);
  });

  it("that walks outside is left out as a whole with its length, from then on, and all beside it", async () => {
    const { id, path, say, capture, content } = session();
    await say({ directory: desk.checkout, title: "at work" });
    await capture();
    for (const directory of [outside, desk.checkout]) {
      await say({ directory, title: "a velociraptor", since: directory });
      await writeQuiet(join(desk.machine.home, ".claude", "file-history", id, "a@v1"), "velociraptor");
      const { length } = await readFile(path);
      expect(await capture()).toMatchObject({ kind: "captured", bytes: 0, title: "at work" });
      expect((await content())?.equals(Buffer.alloc(length))).toBe(true);
    }
    const [kept] = (await desk.kept(id)).slice(-1);
    expect(kept?.facts.title).toBe("at work");
    expect(kept?.omitted).toBeGreaterThan(0);
    for (const bytes of kept?.files.values() ?? []) expect(bytes.includes("velociraptor")).toBe(false);
  });

  it("stays out where one of the directories that it names is outside", async () => {
    const { say, capture } = session();
    await say({ directory: desk.checkout, also: [join(desk.checkout, "src"), outside], title: "two roots" });
    expect(await capture()).toEqual({ kind: "outside" });
    const other = session();
    await other.say({ also: [desk.checkout, join(desk.checkout, ".git", "..")], title: "one root" });
    expect(await other.capture()).toMatchObject({ kind: "captured", title: "one root" });
  });

  it("that is torn waits while it is fresh; when it is quiet it is taken as it is, and counted", async () => {
    const { id, path, say, capture, content } = session();
    const whole = JSON.stringify({ directory: desk.checkout, title: "whole once" });
    await say(whole);
    await capture();
    await write(path, whole.slice(0, -9));
    await touch(path, 60);
    expect(await capture()).toMatchObject({ kind: "current" });
    expect(String(await content())).toBe(whole);
    await touch(path, -60);
    expect(await capture()).toMatchObject({ kind: "captured" });
    expect(String(await content())).toBe(whole.slice(0, -9));
    expect((await desk.kept(id)).at(-1)?.facts).toMatchObject({ title: "whole once", turns: 0 });
    await say(whole);
    expect(await capture()).toMatchObject({ kind: "captured" });
    expect(String(await content())).toBe(whole);
  });

  it("is judged by the content that is taken, whatever is written meanwhile", async () => {
    const { path, say, capture, content } = session();
    const work = JSON.stringify({ directory: desk.checkout, title: "as it was read" });
    await say(work);
    const swapped = (real: Agent): Agent => ({
      ...documents(real),
      open: async (file) => {
        const opened = await real.open(file);
        const read = async (offset: number, length: number): Promise<Uint8Array> => {
          const bytes = await opened.read(offset, length);
          await write(path, JSON.stringify({ directory: outside, title: "an allosaurus" }).slice(0, work.length));
          return bytes;
        };
        return { ...opened, read };
      },
    });
    expect(await capture({ agent: swapped })).toMatchObject({ kind: "captured", title: "as it was read" });
    expect(String(await content())).toBe(work);
  });

  it("of over 64 MiB is never held, and its reader gets head and tail: nobody can say that it is whole", async () => {
    const asked: number[] = [];
    const file = (size: number): OpenFile => ({
      size,
      modifiedMs: 1,
      identity: "1",
      read: async (offset, length) => {
        asked.push(length);
        return Buffer.alloc(Math.max(0, Math.min(length, size - offset)), 0x20);
      },
      close: async () => undefined,
    });
    const source = { path: "p", absolute: "/p", role: "transcript", growth: "rewrite" } as const;
    const agent = { records: documentReader };
    const large = file((64 << 20) + 1);
    expect(await held(large)).toBe(large);
    expect(await readDocument(agent, source, large)).toMatchObject({ isWhole: false, facts: { damaged: 1 } });
    expect([given.at(-1), asked]).toEqual([5 << 20, [4 << 20, 1 << 20]]);
    expect(await held(file(64 << 20))).toMatchObject({ size: 64 << 20 });
  });
});
