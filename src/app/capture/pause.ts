import { fromUtf8, utf8 } from "../../domain/bytes.ts";
import { HxError, isHxError } from "../../domain/errors.ts";
import type { Agent, OpenFile, SourceFile } from "../../ports/agent.ts";
import type { Ledger } from "../ledger.ts";
import { keepOut, keptOutOf, type MutedFile } from "./kept-out.ts";
import { addWindows, windowsHold } from "./prefix-windows.ts";
import { indexName, type FileProgress } from "./session-index.ts";

/** ms since 1970. `until` is null for one that ends only when it is ended. */
export interface Pause {
  readonly since: number;
  readonly until: number | null;
}

/** How long a file was when the pause began. */
interface Mark {
  readonly size: number;
  readonly windows: FileProgress["windows"];
}

/** Work file of a clone. */
interface PauseFile extends Pause {
  readonly v: 1;
  /** By the name of the session's work file, then by path. */
  readonly sessions: Readonly<Record<string, Readonly<Record<string, Mark>>>>;
}

const NAME = "pause.json";
/** Of a damaged file nothing is known but that something was paused: then all that is there stays out. */
const UNKNOWN: PauseFile = { v: 1, since: 0, until: null, sessions: {} };
const EVERYTHING = Number.MAX_SAFE_INTEGER;

/** Where sessions of this clone may be. */
export interface Looking {
  readonly agents: readonly Agent[];
  readonly directories: readonly string[];
}

/** What is paused here; null: nothing. One whose time is over stands until `endPause`. @throws HxError `io-failed` */
export async function pauseOf({ work }: Pick<Ledger, "work">): Promise<Pause | null> {
  return load(work);
}

/** Nothing of what is written from now on is captured in this clone. One that runs goes on, until the new time. */
export async function startPause(ledger: Ledger, { agents, directories }: Looking, until: number | null): Promise<Pause> {
  const running = await load(ledger.work);
  const since = running?.since ?? ledger.clock.now();
  const sessions: Record<string, Record<string, Mark>> = {};
  if (running === null) {
    for (const agent of agents) {
      for await (const source of agent.discover(directories)) {
        const marks: Record<string, Mark> = (sessions[indexName(ledger.crypto.hashes, source.agent, source.id)] = {});
        for (const file of source.files) {
          const mark = await whenThere(agent, file, async (open) => ({ size: open.size, windows: await addWindows(ledger.crypto.hashes, open, [], open.size) }));
          if (mark !== null) marks[file.path] = mark;
        }
      }
    }
  }
  const file: PauseFile = { v: 1, since, until, sessions: running?.sessions ?? sessions };
  await ledger.work.write(NAME, utf8(JSON.stringify(file)));
  return { since, until };
}

/**
 * Notes for every session what was written since the pause began, and ends it. One that is over by its time ends with the
 * first look after that: what was written until then stays out too.
 * @returns whether there was one
 */
export async function endPause(ledger: Ledger, { agents, directories }: Looking): Promise<boolean> {
  const running = await load(ledger.work).catch((error: unknown) => {
    if (isHxError(error)) return UNKNOWN;
    throw error;
  });
  if (running === null) return false;
  for (const agent of agents) {
    for await (const source of agent.discover(directories)) {
      const marks = running.sessions[indexName(ledger.crypto.hashes, source.agent, source.id)] ?? {};
      const before = await keptOutOf(ledger, source.agent, source.id);
      const files: Record<string, MutedFile> = { ...before?.files };
      for (const file of source.files) {
        const muted = await whenThere(agent, file, (open) => mutedFile(ledger, file, open, marks[file.path], files[file.path]));
        if (muted !== null) files[file.path] = muted;
      }
      if (Object.keys(files).length > 0) await keepOut(ledger, source.agent, source.id, { ...(before ?? { v: 1 }), files });
    }
  }
  // Last: whoever is killed before it does all of it again, and comes to no less.
  await ledger.work.remove(NAME);
  return true;
}

/** @returns null where nothing of the file was written meanwhile */
async function mutedFile({ crypto: { hashes } }: Ledger, { growth }: SourceFile, open: OpenFile, mark: Mark | undefined, before: MutedFile | undefined): Promise<MutedFile | null> {
  const isSame = mark !== undefined && open.size >= mark.size && (await windowsHold(hashes, open, mark.windows));
  // Of one that stays out whole since an earlier pause, the new samples must not bring anything back.
  const goesOn = isSame && (before === undefined || (await windowsHold(hashes, open, before.windows)));
  if (goesOn && open.size === mark.size) return null;
  // What is replaced as a whole may hold for ever what it once held.
  if (growth === "rewrite") return { ranges: [[0, EVERYTHING]], windows: [] };
  const range = [goesOn ? mark.size : 0, open.size] as const;
  return range[1] === 0 ? null : { ranges: [...(goesOn ? (before?.ranges ?? []) : []), range], windows: await addWindows(hashes, open, [], open.size) };
}

async function whenThere<Value>(agent: Agent, file: SourceFile, look: (open: OpenFile) => Promise<Value>): Promise<Value | null> {
  const open = await agent.open(file).catch(() => null);
  try {
    return open === null ? null : await look(open);
  } finally {
    await open?.close();
  }
}

async function load(work: Ledger["work"]): Promise<PauseFile | null> {
  const bytes = await work.read(NAME);
  if (bytes === null) return null;
  try {
    return JSON.parse(fromUtf8(bytes)) as PauseFile;
  } catch (cause) {
    // Unlike other work files: without it what was paused would be captured.
    throw new HxError("io-failed", `the work file '${NAME}' is damaged: nothing is captured`, { hints: ["hx pause --end"], cause });
  }
}
