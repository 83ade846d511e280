import type { Agent, SessionSource, SourceFile } from "../../../ports/agent.ts";
import { headOf } from "./open-file.ts";
import { recordsOf } from "./parsed.ts";
import type { Json } from "./record.ts";
import { isInside, statOf, withRealPaths } from "./store.ts";

/** A session as a listing of the store shows it. No transcript was read. */
export interface Listed {
  readonly id: string;
  /** The main transcript first; none when there is no transcript yet. */
  files(): Promise<readonly SourceFile[]>;
  beginning(): Promise<Beginning>;
}

/** What a session says at its beginning, or beside its records. */
export interface Beginning {
  /** None: it is not known where it ran. */
  readonly directories: readonly string[];
  readonly parent?: string;
  /** Where a person's name of the session stands beside its records. */
  readonly title?: string;
}

/** So many sessions are looked at at once. */
const AT_ONCE = 32;

/** Of an agent whose store can be listed as a whole. @param list with ids that occur once */
export function fromListing(agent: string, isId: (text: string) => boolean, list: () => Promise<readonly Listed[]>): Pick<Agent, "discover" | "find"> {
  return {
    async *discover(directories, narrow) {
      yield* sourcesNear(agent, await list(), directories, narrow?.changedSince);
    },
    find: async (id) => (isId(id) ? sourceOf(agent, (await list()).find((listed) => listed.id === id)) : null),
  };
}

/** The sessions that may have run in one of the directories or below. @param sessions with ids that occur once */
async function* sourcesNear(
  agent: string,
  sessions: readonly Listed[],
  directories: readonly string[],
  changedSince: number | undefined,
): AsyncGenerator<SessionSource> {
  const wanted = await withRealPaths(directories);
  const sorted = [...sessions].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (let at = 0; at < sorted.length; at += AT_ONCE) {
    const some = sorted.slice(at, at + AT_ONCE).map((listed) => near(agent, listed, wanted, changedSince));
    for (const source of await Promise.all(some)) if (source !== null) yield source;
  }
}

async function near(agent: string, listed: Listed, wanted: readonly string[], changedSince: number | undefined): Promise<SessionSource | null> {
  const files = await listed.files();
  if (files.length === 0 || (changedSince !== undefined && (await lastChange(files)) <= changedSince)) return null;
  const beginning = await listed.beginning();
  const { directories } = beginning;
  const isNear = directories.length === 0 || directories.some((directory) => wanted.some((wish) => isInside(wish, directory)));
  return isNear ? asSource(agent, listed.id, files, beginning) : null;
}

async function sourceOf(agent: string, listed: Listed | undefined): Promise<SessionSource | null> {
  const files = (await listed?.files()) ?? [];
  return listed === undefined || files.length === 0 ? null : asSource(agent, listed.id, files, await listed.beginning());
}

function asSource(agent: string, id: string, files: readonly SourceFile[], { parent, title }: Beginning): SessionSource {
  return { agent, id, files, ...(parent === undefined ? {} : { parent }), ...(title === undefined ? {} : { beside: { title } }) };
}

async function lastChange(files: readonly SourceFile[]): Promise<number> {
  const times = await Promise.all(files.map(async ({ absolute }) => (await statOf(absolute))?.mtimeMs ?? 0));
  return Math.max(0, ...times);
}

const HEADS = [4 << 10, 64 << 10, 1 << 20];

/** The first record of a file; undefined when it is damaged, or not whole within 1 MiB. */
export async function firstRecord(absolute: string, roots: readonly string[]): Promise<Json | undefined> {
  for (const length of HEADS) {
    const head = await headOf(absolute, roots, length);
    const [first] = recordsOf(head);
    if (first !== undefined) return first.record ?? undefined;
    if (head.length < length) return undefined;
  }
  return undefined;
}
