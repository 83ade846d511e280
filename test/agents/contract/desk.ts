import { mkdtemp, realpath, rm, utimes } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach } from "vitest";
import type { CapturedFile, RecordReader, SessionFacts, SessionSource, SourceFile } from "../../../src/ports/agent.ts";
import type { AnyFixture, MadeTurn, MakeFixture } from "./fixture.ts";
import { USUAL, WORK, writeSession } from "./fixture.ts";

export interface Written {
  readonly directory?: string;
  readonly turns?: readonly MadeTurn[];
  /** When it was written to last, ms since 1970. */
  readonly modifiedMs?: number;
}

/** What a reader says of a content. */
export interface Taken {
  readonly facts: SessionFacts;
  /** In order, without repetition. */
  readonly directories: readonly string[];
  readonly torn: boolean;
}

/** One agent with a store of its own, for one test. */
export interface Desk {
  /** Outside of the agent's store. */
  readonly home: string;
  readonly fixture: AnyFixture;
  readonly storage: "lines" | "document" | "rows";
  /** Whether a transcript is a file of its own, whose bytes are the session's. */
  readonly hasOwnFile: boolean;
  /** A directory of the suite, as this agent is given it. */
  here(directory: string): string;
  write(number: number, how?: Written): Promise<SessionSource>;
  discovered(directories: readonly string[], changedSince?: number): Promise<readonly string[]>;
  /** All bytes, by so many at once. */
  read(file: SourceFile, step?: number): Promise<Buffer>;
  /** The files of a session, the transcript with another content where one is given. */
  captured(source: SessionSource, content?: Uint8Array): readonly CapturedFile[];
  /** Reads as a capture does; at a cut, a number of a line, another reader goes on with the state, as JSON. */
  take(source: SessionSource, content: Uint8Array, cuts?: readonly number[]): Taken;
  /** What of the directories of turns the records say. */
  said(...directories: readonly string[]): readonly string[];
}

/** A desk anew for each test. */
export function desks(make: MakeFixture): () => Desk {
  let home = "";
  let desk: Desk | undefined;
  beforeEach(async () => {
    home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-agent-")));
    desk = deskOf(home, make(path.join(home, "user")));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));
  return () => {
    if (desk === undefined) throw new Error("no desk outside of a test");
    return desk;
  };
}

export function first(source: SessionSource): SourceFile {
  const [file] = source.files;
  if (file === undefined) throw new Error("a session without files");
  return file;
}

function deskOf(home: string, fixture: AnyFixture): Desk {
  const { agent } = fixture;
  const storage = fixture.storage ?? "lines";
  const here = (directory: string): string => (fixture.inCheckout === true ? path.join(home, "checkouts", directory) : directory);
  const desk: Desk = {
    home,
    fixture,
    storage,
    hasOwnFile: storage !== "rows" && !("share" in fixture),
    here,
    async write(number, { directory = WORK, turns = USUAL, modifiedMs } = {}) {
      await writeSession(fixture, fixture.id(number), here(directory), turns, modifiedMs);
      if (fixture.inCheckout === true) await desk.discovered([directory]);
      const found = await agent.find(fixture.id(number));
      if (found === null) throw new Error("the session was not found");
      if (modifiedMs !== undefined && storage !== "rows") for (const { absolute } of found.files) await utimes(absolute, modifiedMs / 1000, modifiedMs / 1000);
      return found;
    },
    async discovered(directories, changedSince) {
      const ids: string[] = [];
      for await (const source of agent.discover(directories.map(here), changedSince === undefined ? {} : { changedSince })) ids.push(source.id);
      return ids;
    },
    async read(source, step = 1 << 20) {
      const file = await agent.open(source);
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
    },
    captured: (source, content) =>
      source.files.map((file, index) => ({ path: file.path, role: file.role, bytes: () => (index === 0 && content !== undefined ? Promise.resolve(content) : desk.read(file)) })),
    take(source, content, cuts = []) {
      const { path: recorded, role } = first(source);
      const open = (state?: unknown): RecordReader => agent.records({ path: recorded, role }, state);
      return storage === "document" ? takeDocument(open(), content) : takeLines(open, content, cuts);
    },
    said: (...directories) => (fixture.directory === "beside" ? [] : fixture.directory === "header" ? directories.slice(0, 1) : directories),
  };
  return desk;
}

function takeDocument(reader: RecordReader, content: Uint8Array): Taken {
  const told = reader.take(content);
  const directories = [...new Set([...(told === undefined ? [] : [told]), ...(reader.directories?.() ?? [])])];
  return { facts: reader.facts(), directories, torn: reader.torn?.() === true };
}

function takeLines(open: (state?: unknown) => RecordReader, content: Uint8Array, cuts: readonly number[]): Taken {
  const directories: string[] = [];
  const buffer = Buffer.from(content);
  let reader = open();
  for (let number = 0, at = 0, feed = buffer.indexOf(10); feed >= 0; number++, at = feed + 1, feed = buffer.indexOf(10, at)) {
    if (cuts.includes(number)) reader = open(JSON.parse(JSON.stringify(reader.state())));
    const directory = reader.take(buffer.subarray(at, feed));
    if (directory !== undefined && directories.at(-1) !== directory) directories.push(directory);
  }
  return { facts: reader.facts(), directories, torn: false };
}
