import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import type { Agent, OpenFile, SessionSource, SourceFile } from "../../../ports/agent.ts";
import { claimOf } from "../shared/hook-payload.ts";
import { openInside } from "../shared/open-file.ts";
import { placeBelow } from "../shared/place.ts";
import { realDirectory, realPathOf } from "../shared/store.ts";
import { isAiderId, restoredName } from "./names.ts";
import { aiderReader } from "./reader.ts";
import type { Section } from "./sections.ts";
import { sectionsOf } from "./sections.ts";
import { historiesIn, type AiderOptions, type History } from "./store.ts";
import { aiderTurns } from "./turns.ts";
import { aiderView } from "./view.ts";

const NAME = "aider";

/** A history that was looked at, and the runs in it as of a look. */
interface Seen {
  readonly history: History;
  readonly look: string;
  readonly sections: readonly Section[];
}

/**
 * Aider, whose store is one file in each checkout: docs/agents/aider.md. Only checkouts that `discover` was asked for are known: `find`
 * looks in those, and nothing else is opened.
 */
export function aider(options: AiderOptions): Agent {
  const seen = new Map<string, Seen>();
  return {
    name: NAME,
    title: "Aider",
    verifiedWith: ["0.86.2"],
    roots: async () => rootsOf(seen),
    discover: (directories, narrow) => discover(directories, options, seen, narrow?.changedSince),
    find: (id) => find(id, seen),
    fromHook: async (payload) => {
      const { id } = claimOf(payload);
      return id === undefined ? null : find(id, seen);
    },
    open: (file) => openSection(file, seen),
    records: aiderReader,
    view: aiderView,
    turnsOf: aiderTurns,
    placeOf: async (recorded, where) => placeBelow((await realPathOf(where.directory)) ?? where.directory, [restoredName(idIn(recorded))]),
  };
}

/** The folders of the histories that were looked at. */
async function rootsOf(seen: ReadonlyMap<string, Seen>): Promise<readonly string[]> {
  const found = await Promise.all([...seen.values()].map(({ history }) => realDirectory(path.dirname(history.absolute))));
  return [...new Set(found.filter((root) => root !== null))];
}

async function* discover(directories: readonly string[], options: AiderOptions, seen: Map<string, Seen>, changedSince: number | undefined): AsyncIterable<SessionSource> {
  const found = new Map<string, SessionSource>();
  const looked = new Set<string>();
  for (const directory of directories) {
    for (const history of await historiesIn(directory, options)) {
      if (looked.has(history.absolute)) continue;
      looked.add(history.absolute);
      const { sections, modifiedMs } = await look(history, seen);
      for (const section of sections) {
        const isOld = changedSince !== undefined && (section.ended ?? modifiedMs) <= changedSince;
        // A run that was restored stands in two histories; the usual one, which comes first, is the one that Aider goes on with.
        if (!isOld && !found.has(section.id)) found.set(section.id, sourceOf(history, section));
      }
    }
  }
  yield* [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function look(history: History, seen: Map<string, Seen>): Promise<Seen & { readonly modifiedMs: number }> {
  try {
    const file = await openInside(history.absolute, [path.dirname(history.absolute)]);
    try {
      return { ...(await sectionsIn(file, history, seen)), modifiedMs: file.modifiedMs };
    } finally {
      await file.close();
    }
  } catch {
    return { history, look: "", sections: [], modifiedMs: 0 };
  }
}

/** A history is searched once as long as it does not change. */
async function sectionsIn(file: OpenFile, history: History, seen: Map<string, Seen>): Promise<Seen> {
  const now = `${file.identity} ${file.size} ${file.modifiedMs}`;
  const known = seen.get(history.absolute);
  if (known?.look === now) return known;
  const fresh = { history, look: now, sections: await sectionsOf(file, history.path) };
  seen.set(history.absolute, fresh);
  return fresh;
}

async function find(id: string, seen: Map<string, Seen>): Promise<SessionSource | null> {
  if (!isAiderId(id)) return null;
  for (const { history } of [...seen.values()]) {
    const section = (await look(history, seen)).sections.find((each) => each.id === id);
    if (section !== undefined) return sourceOf(history, section);
  }
  return null;
}

function sourceOf(history: History, { id }: Section): SessionSource {
  return { agent: NAME, id, files: [{ path: `${id}.md`, absolute: history.absolute, role: "transcript", growth: "append", directory: history.directory }] };
}

/**
 * One run, as if it were a file of its own. The last one of a history grows with it.
 * @throws HxError `not-found`, `refused`, `io-failed`
 */
async function openSection(file: SourceFile, seen: Map<string, Seen>): Promise<OpenFile> {
  const known = seen.get(file.absolute);
  if (known === undefined) throw new HxError("refused", `'${file.absolute}' is no history of a checkout that was looked at`);
  const opened = await openInside(file.absolute, [path.dirname(known.history.absolute)]);
  try {
    const id = idIn(file.path);
    const section = (await sectionsIn(opened, known.history, seen)).sections.find((each) => each.id === id);
    if (section === undefined) throw new HxError("not-found", `no run '${id}' in '${file.absolute}'`);
    const { from, to, ended } = section;
    return {
      size: to - from,
      modifiedMs: ended ?? opened.modifiedMs,
      identity: `${opened.identity}:${id}`,
      read: (offset, length) => opened.read(from + offset, ended === undefined ? length : Math.max(0, Math.min(length, to - from - offset))),
      close: () => opened.close(),
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function idIn(recorded: string): string {
  const id = recorded.replace(/\.md$/, "");
  if (!isAiderId(id) || recorded !== `${id}.md`) throw new HxError("refused", `not a path of this agent's store: '${recorded.slice(0, 80)}'`);
  return id;
}
