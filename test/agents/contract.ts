import { appendFile, mkdir, mkdtemp, realpath, rename, rm, symlink, truncate, unlink, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isHxError } from "../../src/domain/errors.ts";
import type { Agent, CapturedFile, HookPayload, SessionFacts, SessionSource } from "../../src/ports/agent.ts";

/** What an agent's tests give to the contract. */
export interface AgentFixture {
  readonly agent: Agent;
  /** A valid id of the agent, another for each number, rising. */
  id(number: number): string;
  /** Where the transcript of a session lies that ran in a directory. */
  transcript(id: string, directory: string): string;
  /** The records with which a session begins. */
  begin(id: string, directory: string): readonly string[];
  /** A prompt and its answer, in a directory. */
  turn(id: string, directory: string, prompt: string, answer: string): readonly string[];
  /** Another record of the agent, which it does not know. */
  readonly strange: string;
  payload(id: string, transcript: string): HookPayload;
}

const WORK = "/home/dev/work/acme-web";
const bytesOf = (lines: readonly string[]): Uint8Array => new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));

/** Every agent must pass this. `make` gets an empty home directory. */
export function agentContract(name: string, make: (home: string) => AgentFixture): void {
  describe(`${name}: contract of an agent`, () => {
    let home = "";
    let fixture: AgentFixture;
    beforeEach(async () => {
      home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-agent-")));
      fixture = make(path.join(home, "user"));
    });
    afterEach(() => rm(home, { recursive: true, force: true }));

    async function write(id: string, directory: string, content: Uint8Array): Promise<string> {
      const file = fixture.transcript(id, directory);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, content);
      return file;
    }
    const usual = (id: string, directory = WORK): readonly string[] => [...fixture.begin(id, directory), ...fixture.turn(id, directory, "Add a helper", "Done.")];
    async function session(number = 1, directory = WORK, lines = usual(fixture.id(number), directory)): Promise<SessionSource> {
      await write(fixture.id(number), directory, bytesOf(lines));
      const found = await fixture.agent.find(fixture.id(number));
      if (found === null) throw new Error("the session was not found");
      return found;
    }
    async function discovered(directories: readonly string[], changedSince?: number): Promise<readonly string[]> {
      const ids: string[] = [];
      for await (const source of fixture.agent.discover(directories, changedSince === undefined ? {} : { changedSince })) ids.push(source.id);
      return ids;
    }
    async function readAll(source: SessionSource, step: number): Promise<Uint8Array> {
      const file = await fixture.agent.open(first(source));
      const chunks: Uint8Array[] = [];
      try {
        for (let at = 0; ; at += step) {
          const chunk = await file.read(at, step);
          chunks.push(chunk);
          if (chunk.length < step) return Buffer.concat(chunks);
        }
      } finally {
        await file.close();
      }
    }
    const captured = (source: SessionSource, content: Uint8Array): readonly CapturedFile[] => [{ path: first(source).path, role: "transcript", bytes: () => Promise.resolve(content) }];
    const asCaptured = (content: Uint8Array): readonly CapturedFile[] => {
      const file = path.basename(fixture.transcript(fixture.id(1), WORK));
      return [{ path: `a/${file}`, role: "transcript", bytes: () => Promise.resolve(content) }];
    };

    describe("store", () => {
      it("is absent without a store, and then has nothing", async () => {
        expect(await fixture.agent.roots()).toEqual([]);
        expect(await discovered([WORK])).toEqual([]);
        expect(await fixture.agent.find(fixture.id(1))).toBeNull();
      });
      it("names absolute roots, and files below them by a relative path", async () => {
        const source = await session();
        const roots = await fixture.agent.roots();
        expect(roots.length).toBeGreaterThan(0);
        for (const file of source.files) {
          expect(roots.some((root) => file.absolute.startsWith(root + path.sep))).toBe(true);
          expect(file.path).toMatch(/^[^/\\\0]+(\/[^/\\\0]+)*$/);
          expect(file.path.split("/")).not.toContain("..");
        }
        expect(first(source).role).toBe("transcript");
        expect(first(source).growth).toBe("append");
      });
      it("finds by id only, not by a path", async () => {
        await session();
        for (const id of ["", "..", "../x", "*", "a/b", "\0", fixture.id(2)]) expect(await fixture.agent.find(id)).toBeNull();
      });
      it("discovers sessions of a directory, of those below and of worktrees, sorted, and no others", async () => {
        const directories = [WORK, `${WORK}/packages/ui`, "/home/dev/notes", "/home/dev/work/acme-tree"];
        for (const [index, directory] of directories.entries()) await write(fixture.id(9 - index), directory, bytesOf(usual(fixture.id(9 - index), directory)));
        expect(await discovered([WORK])).toEqual([fixture.id(8), fixture.id(9)]);
        expect(await discovered([WORK, "/home/dev/work/acme-tree"])).toEqual([fixture.id(6), fixture.id(8), fixture.id(9)]);
        expect(await discovered([`${WORK}/packages`])).toEqual([fixture.id(8)]);
        expect(await discovered(["/home/dev/elsewhere"])).toEqual([]);
        expect(await discovered([])).toEqual([]);
      });
      it("skips what was not modified since", async () => {
        const old = await write(fixture.id(1), WORK, bytesOf(usual(fixture.id(1))));
        await utimes(old, 1000, 1000);
        await write(fixture.id(2), WORK, bytesOf(usual(fixture.id(2))));
        expect(await discovered([WORK], 2_000_000)).toEqual([fixture.id(2)]);
        expect(await discovered([WORK], 0)).toEqual([fixture.id(1), fixture.id(2)]);
      });
      it("does not follow a link out of the store", async () => {
        const secret = path.join(home, "secret.jsonl");
        await writeFile(secret, bytesOf(usual(fixture.id(1))));
        const link = fixture.transcript(fixture.id(1), WORK);
        await session(2);
        await mkdir(path.dirname(link), { recursive: true });
        await symlink(secret, link);
        expect(await discovered([WORK])).toEqual([fixture.id(2)]);
        expect(await fixture.agent.find(fixture.id(1))).toBeNull();
        expect(await fixture.agent.fromHook(fixture.payload(fixture.id(1), link))).toBeNull();
        const planted = { path: "x", absolute: link, role: "transcript", growth: "append" } as const;
        await expect(fixture.agent.open(planted)).rejects.toSatisfy(isHxError);
      });
      it("refuses to open what lies outside, is no file or is not there", async () => {
        const source = await session();
        const outside = path.join(home, "outside.jsonl");
        await writeFile(outside, "x");
        for (const absolute of [outside, path.dirname(first(source).absolute), `${first(source).absolute}x`, "a\0b"]) {
          await expect(fixture.agent.open({ ...first(source), absolute })).rejects.toSatisfy(isHxError);
        }
      });
    });

    describe("reading", () => {
      const torn = new TextEncoder().encode('{"type":"user","message":{"content":"half a re');
      const odd: readonly (readonly [string, (lines: readonly string[]) => Uint8Array])[] = [
        ["a torn last line", (lines) => Buffer.concat([bytesOf(lines), torn])],
        ["invalid UTF-8", (lines) => Buffer.concat([bytesOf(lines), Uint8Array.of(0x22, 0xff, 0xfe, 0x80, 0x0a), bytesOf(lines)])],
        ["NUL bytes", (lines) => Buffer.concat([Buffer.alloc(100), bytesOf(lines), Buffer.alloc(10), Buffer.from("\n")])],
        ["CRLF", (lines) => Buffer.from(lines.map((line) => `${line}\r\n`).join(""))],
        ["a byte-order mark", (lines) => Buffer.concat([Uint8Array.of(0xef, 0xbb, 0xbf), bytesOf(lines)])],
        ["no bytes", () => new Uint8Array(0)],
        ["only line feeds", () => Buffer.from("\n\n\r\n\n")],
      ];
      it.each(odd)("gives every byte of a file with %s, and takes what can be read", async (_, shape) => {
        const content = shape(usual(fixture.id(1)));
        await write(fixture.id(1), WORK, content);
        const source = await fixture.agent.find(fixture.id(1));
        if (source === null) throw new Error("not found");
        for (const step of [1 << 20, 4096, 777]) expect(Buffer.compare(await readAll(source, step), content)).toBe(0);
        const view = await fixture.agent.view(captured(source, content));
        const { facts } = takeAll(content);
        expect(view.damaged).toBe(facts.damaged ?? 0);
        if (content.length > 10) expect(facts.turns).toBeGreaterThan(0);
      });
      it("reads CRLF and a byte-order mark as if they were not there", async () => {
        const lines = usual(fixture.id(1));
        const plain = takeAll(bytesOf(lines));
        const windows = takeAll(Buffer.from(`\uFEFF${lines.map((line) => `${line}\r\n`).join("")}`));
        expect(windows).toEqual(plain);
        expect(plain.facts.damaged).toBe(0);
      });
      it("reads a line of over 20 MB", async () => {
        const lines = [...usual(fixture.id(1)), ...fixture.turn(fixture.id(1), WORK, "x".repeat(21 << 20), "ok")];
        const content = bytesOf(lines);
        const source = await session(1, WORK, lines);
        expect(Buffer.compare(await readAll(source, 1 << 20), content)).toBe(0);
        const { directories, facts } = takeAll(content);
        expect(directories).toEqual([WORK]);
        expect(facts.turns).toBe(2);
        expect((await fixture.agent.view(captured(source, content))).turns.filter(({ prompt }) => prompt !== undefined)).toHaveLength(2);
      });
      it("keeps its size, and gives less only where the file ends", async () => {
        const source = await session();
        const file = await fixture.agent.open(first(source));
        const before = await file.read(0, file.size);
        await appendFile(first(source).absolute, "more\n");
        expect(await file.read(0, before.length)).toEqual(before);
        expect((await file.read(before.length, 100)).length).toBe(5);
        expect((await file.read(before.length + 500, 100)).length).toBe(0);
        await truncate(first(source).absolute, 10);
        expect((await file.read(0, before.length)).length).toBe(10);
        await file.close();
      });
      it("reads on when the file is deleted meanwhile, and tells another file by its identity", async () => {
        const source = await session();
        const file = await fixture.agent.open(first(source));
        await writeFile(`${first(source).absolute}.tmp`, "another\n");
        const whole = await file.read(0, file.size);
        await unlink(first(source).absolute);
        expect(await file.read(0, file.size)).toEqual(whole);
        await rename(`${first(source).absolute}.tmp`, first(source).absolute);
        const other = await fixture.agent.open(first(source));
        expect(other.identity).not.toBe(file.identity);
        await Promise.all([file.close(), other.close()]);
      });
    });

    describe("records", () => {
      it("says in which directory each turn ran", () => {
        const id = fixture.id(1);
        const lines = [...usual(id), ...fixture.turn(id, `${WORK}/packages/ui`, "And there", "Yes."), ...fixture.turn(id, "/elsewhere", "And there", "No.")];
        expect(takeAll(bytesOf(lines)).directories).toEqual([WORK, `${WORK}/packages/ui`, "/elsewhere"]);
      });
      it("is not led astray by a directory inside a text or an argument", () => {
        const id = fixture.id(1);
        const said = '","cwd":"/evil"} {"type":"session_meta","payload":{"cwd":"/evil"}} {"cwd":"/evil"}';
        expect(takeAll(bytesOf([...fixture.begin(id, WORK), ...fixture.turn(id, WORK, said, said)])).directories).toEqual([WORK]);
      });
      it("says what a session is about", () => {
        const { facts } = takeAll(bytesOf(usual(fixture.id(1))));
        expect(facts).toMatchObject({ title: "Add a helper", turns: 1, damaged: 0 });
        expect(facts.first).toBeLessThanOrEqual(facts.last ?? 0);
      });
      it("goes on where an earlier reader ended", () => {
        const id = fixture.id(1);
        const content = bytesOf([...usual(id), "{broken", fixture.strange, ...fixture.turn(id, WORK, "Next", "Ok"), ...fixture.turn(id, "/b", "Last", "Ok")]);
        const count = content.filter((byte) => byte === 10).length;
        fc.assert(
          fc.property(fc.uniqueArray(fc.nat(count), { maxLength: 4 }), (cuts) => {
            expect(takeAll(content, cuts)).toEqual(takeAll(content));
          }),
          { numRuns: 60 },
        );
      });
      it("starts anew from a state that is not its own", () => {
        for (const state of [null, 1, "x", [], {}, { titles: 1, models: [1], prompts: "x", lineage: 7 }]) {
          const reader = fixture.agent.records({ path: "p", role: "transcript" }, state);
          for (const line of usual(fixture.id(1))) reader.take(new TextEncoder().encode(line));
          expect(reader.facts().turns).toBe(1);
        }
      });
      it("never throws", () => {
        fc.assert(
          fc.property(lines(), (some) => {
            takeAll(some);
          }),
          { numRuns: 300 },
        );
      });
    });

    describe("view", () => {
      it("has the turns, with what was asked and answered", async () => {
        const view = await fixture.agent.view(captured(await session(), bytesOf(usual(fixture.id(1)))));
        expect(view).toMatchObject({ agent: fixture.agent.name, id: fixture.id(1), directory: WORK, title: "Add a helper", damaged: 0, unknown: {} });
        expect(view.turns.map(({ prompt }) => prompt)).toEqual(["Add a helper"]);
        expect(view.turns.flatMap(({ entries }) => entries)).toEqual(expect.arrayContaining([expect.objectContaining({ kind: "message", text: "Done." })]));
      });
      it("counts what it does not know, and what it cannot read", async () => {
        const view = await fixture.agent.view(captured(await session(), bytesOf([...usual(fixture.id(1)), fixture.strange, fixture.strange, "{broken", "[]", "7"])));
        expect(Object.values(view.unknown)).toEqual([2]);
        expect(view.damaged).toBe(3);
        expect(view.turns).toHaveLength(1);
      });
      it("never throws, whatever the files hold", async () => {
        await fc.assert(
          fc.asyncProperty(lines(), async (content) => {
            const view = await fixture.agent.view(asCaptured(content));
            expect(view.turns.map(({ index }) => index)).toEqual(view.turns.map((_, index) => index));
            for (const value of Object.values(view.tokens ?? {})) expect(Number.isFinite(value)).toBe(true);
          }),
          { numRuns: 300 },
        );
        expect(await fixture.agent.view([])).toMatchObject({ turns: [], damaged: 0 });
      });
    });

    describe("hook payload", () => {
      it("leads to the session", async () => {
        const source = await session();
        const payload = fixture.payload(fixture.id(1), first(source).absolute);
        expect(await fixture.agent.fromHook(payload)).toEqual(source);
        expect(await fixture.agent.fromHook({ sessionId: fixture.id(1), hookEventName: "Stop", transcriptPath: first(source).absolute })).toEqual(source);
      });
      it("leads to the session by its id when the transcript moved or none is named", async () => {
        const source = await session();
        const missing = path.join(path.dirname(first(source).absolute), "moved", path.basename(first(source).absolute));
        expect(await fixture.agent.fromHook(fixture.payload(fixture.id(1), missing))).toEqual(source);
        expect(await fixture.agent.fromHook({ session_id: fixture.id(1) })).toEqual(source);
        expect(await fixture.agent.fromHook({ session_id: fixture.id(1), transcript_path: null })).toEqual(source);
      });
      it("leads nowhere when nothing is written yet", async () => {
        await session(2);
        expect(await fixture.agent.fromHook(fixture.payload(fixture.id(1), fixture.transcript(fixture.id(1), WORK)))).toBeNull();
      });
      it("leads nowhere when it is empty, damaged or names something outside of the store", async () => {
        const source = await session();
        const outside = path.join(home, path.basename(first(source).absolute));
        await writeFile(outside, bytesOf(usual(fixture.id(1))));
        const climbing = path.join(path.dirname(first(source).absolute), ...Array<string>(12).fill(".."), outside);
        for (const transcript of [outside, climbing, "relative.jsonl", "/etc/passwd", "/dev/zero", "/nowhere/x.jsonl", home, "\0", `${path.dirname(first(source).absolute)}${"/..".repeat(30)}${outside}`]) {
          expect(await fixture.agent.fromHook({ session_id: fixture.id(1), transcript_path: transcript }), transcript).toBeNull();
        }
        for (const payload of [{}, { session_id: 7 }, { session_id: "../../x" }, { transcript_path: {} }, { session_id: "" }, { session_id: fixture.id(1).slice(0, -1) }]) {
          expect(await fixture.agent.fromHook(payload)).toBeNull();
        }
      });
      it("never throws", async () => {
        await session();
        await fc.assert(
          fc.asyncProperty(fc.dictionary(fc.constantFrom("session_id", "sessionId", "transcript_path", "transcriptPath", "cwd", "__proto__"), fc.jsonValue()), async (payload) => {
            await fixture.agent.fromHook(payload);
          }),
          { numRuns: 100 },
        );
      });
    });

    describe("place", () => {
      const where = { directory: "/home/dev/work/other", recorded: WORK };
      it("is where the agent looks for a session of that directory", async () => {
        const source = await session();
        const place = await fixture.agent.placeOf(first(source).path, where);
        expect(place).toBe(fixture.transcript(fixture.id(1), where.directory));
        await rm(first(source).absolute);
        await mkdir(path.dirname(place), { recursive: true });
        await writeFile(place, bytesOf(usual(fixture.id(1))));
        const again = await fixture.agent.find(fixture.id(1));
        expect(again?.files.map((file) => file.path)).toEqual(source.files.map((file) => file.path));
      });
      it("is never outside of the store", async () => {
        const source = await session();
        const recorded = first(source).path;
        for (const bad of ["", "/etc/passwd", "../x", `${recorded}/../../../../x`, `${path.posix.dirname(recorded)}/../../settings.json`, recorded.replace(/^[^/]+/, ".."), "settings.json", `x/${recorded}`, recorded.replaceAll("/", "\\"), `${recorded}\0`]) {
          await expect(fixture.agent.placeOf(bad, where), bad).rejects.toSatisfy(isHxError);
        }
      });
    });

    /** Reads as a capture does; at a cut another reader goes on with the state, as JSON. */
    function takeAll(content: Uint8Array, cuts: readonly number[] = []): { readonly facts: SessionFacts; readonly directories: readonly string[] } {
      const directories: string[] = [];
      let reader = fixture.agent.records({ path: "p", role: "transcript" });
      const buffer = Buffer.from(content);
      let at = 0;
      for (let number = 0; at < buffer.length; number++) {
        const feed = buffer.indexOf(10, at);
        if (feed < 0) break;
        if (cuts.includes(number)) {
          const state: unknown = JSON.parse(JSON.stringify(reader.state()));
          reader = fixture.agent.records({ path: "p", role: "transcript" }, state);
        }
        const directory = reader.take(buffer.subarray(at, feed));
        if (directory !== undefined && directories.at(-1) !== directory) directories.push(directory);
        at = feed + 1;
      }
      return { facts: reader.facts(), directories };
    }

    /** Lines of all kinds: random bytes, JSON of any shape, and the agent's records with something else in some place. */
    function lines(): fc.Arbitrary<Uint8Array> {
      const id = "01a1fb1b-3d2b-72d0-b97e-e6423cd44330";
      const valid = [...fixture.begin(id, WORK), ...fixture.turn(id, WORK, "p", "a"), fixture.strange].map((line): unknown => JSON.parse(line));
      const keys = fc.constantFrom("type", "payload", "message", "content", "role", "uuid", "parentUuid", "timestamp", "attachment", "toolUseResult", "item", "info", "usage", "subtype", "call_id", "output", "git", "source");
      const changed = fc.tuple(fc.constantFrom(...valid), keys, fc.jsonValue()).map(([record, key, value]) => JSON.stringify(replaced(record, key, value)));
      const line = fc.oneof(
        changed.map((text) => Buffer.from(text)),
        fc.json().map((text) => Buffer.from(text)),
        fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
        fc.constantFrom(...valid).map((record) => Buffer.from(JSON.stringify(record))),
      );
      return fc.array(line, { maxLength: 12 }).map((some) => Buffer.concat(some.flatMap((each) => [each, Buffer.from("\n")])));
    }
  });
}

function first(source: SessionSource): SessionSource["files"][number] {
  const [file] = source.files;
  if (file === undefined) throw new Error("a session without files");
  return file;
}

/** A copy with another value under a key, wherever it stands. */
function replaced(value: unknown, key: string, other: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => replaced(each, key, other));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, name === key ? other : replaced(each, key, other)]));
}
