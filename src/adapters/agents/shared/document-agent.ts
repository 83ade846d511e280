import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import type { Agent, HookPayload, SessionSource } from "../../../ports/agent.ts";
import { documentReader, documentView, type Interpret } from "./document.ts";
import { claimOf, sessionOfHook } from "./hook-payload.ts";
import { openInside } from "./open-file.ts";
import { placeBelow, safeComponents } from "./place.ts";
import { entriesOf, isInside, realDirectory, statOf, withRealPaths } from "./store.ts";

/** An agent that keeps one document a session, all of them in one folder. */
export interface DocumentAgent {
  readonly name: string;
  readonly title: string;
  readonly verifiedWith: readonly string[];
  /** Candidates, absolute; the first is where a session is restored to. */
  readonly roots: readonly string[];
  /** Below the root. */
  readonly folder: string;
  /** The session of a file of that folder; undefined for other files. */
  idOf(name: string): string | undefined;
  nameOf(id: string): string;
  readonly interpret: Interpret;
}

export function documentAgent(kind: DocumentAgent): Agent {
  const { name, title, verifiedWith, interpret } = kind;
  const roots = async (): Promise<readonly string[]> => {
    const found = await Promise.all(kind.roots.map(realDirectory));
    return [...new Set(found.filter((root) => root !== null))];
  };
  return {
    name,
    title,
    verifiedWith,
    roots,
    discover: (directories, narrow) => discover(kind, directories, roots, narrow?.changedSince),
    find: async (id) => find(kind, id, await roots()),
    fromHook: async (payload) => fromHook(kind, payload, await roots()),
    open: async (file) => openInside(file.absolute, await roots()),
    records: documentReader(interpret),
    view: (files) => documentView({ agent: name, interpret, idOf: (recorded) => kind.idOf(path.posix.basename(recorded)) }, files),
    turnsOf: () => Promise.resolve(new Map()),
    placeOf: async (recorded) => placeBelow((await roots())[0] ?? kind.roots[0] ?? path.sep, placed(kind, recorded)),
  };
}

/** The documents of a store, by session. A link is none. */
async function documentsIn(kind: DocumentAgent, roots: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const root of roots) {
    const folder = await realDirectory(path.join(root, kind.folder));
    if (folder === null || !isInside(root, folder)) continue;
    for (const entry of await entriesOf(folder)) {
      const id = entry.isFile() ? kind.idOf(entry.name) : undefined;
      if (id !== undefined && !found.has(id)) found.set(id, path.join(folder, entry.name));
    }
  }
  return found;
}

function sourceOf({ name, folder, nameOf }: DocumentAgent, id: string, absolute: string): SessionSource {
  return { agent: name, id, files: [{ path: `${folder}/${nameOf(id)}`, absolute, role: "transcript", growth: "rewrite" }] };
}

async function* discover(kind: DocumentAgent, directories: readonly string[], roots: () => Promise<readonly string[]>, changedSince: number | undefined): AsyncIterable<SessionSource> {
  const known = await roots();
  const wanted = await withRealPaths(directories);
  if (wanted.length === 0) return;
  const documents = await documentsIn(kind, known);
  for (const id of [...documents.keys()].sort()) {
    const absolute = documents.get(id);
    if (absolute === undefined) continue;
    if (changedSince !== undefined && ((await statOf(absolute))?.mtimeMs ?? 0) <= changedSince) continue;
    const places = await directoriesOf(kind, absolute, known);
    if (places.length === 0 || places.some((place) => wanted.some((wish) => isInside(wish, place)))) yield sourceOf(kind, id, absolute);
  }
}

/** A larger document is read when it is captured, not before. */
const LARGEST = 16 << 20;

/** What the document says; none when it cannot be told. */
async function directoriesOf(kind: DocumentAgent, absolute: string, roots: readonly string[]): Promise<readonly string[]> {
  const file = await openInside(absolute, roots).catch(() => null);
  if (file === null) return [];
  try {
    const reader = documentReader(kind.interpret)({ path: kind.folder, role: "transcript" });
    const told = file.size > LARGEST ? undefined : reader.take(await file.read(0, file.size));
    return told === undefined ? [] : [told, ...(reader.directories?.() ?? [])];
  } finally {
    await file.close();
  }
}

async function find(kind: DocumentAgent, id: string, roots: readonly string[]): Promise<SessionSource | null> {
  if (kind.idOf(kind.nameOf(id)) !== id) return null;
  const absolute = (await documentsIn(kind, roots)).get(id);
  return absolute === undefined ? null : sourceOf(kind, id, absolute);
}

async function fromHook(kind: DocumentAgent, payload: HookPayload, roots: readonly string[]): Promise<SessionSource | null> {
  return sessionOfHook(claimOf(payload), roots, ({ real }) => kind.idOf(path.basename(real)), (id) => find(kind, id, roots));
}

function placed(kind: DocumentAgent, recorded: string): readonly string[] {
  const components = safeComponents(recorded);
  const name = components.at(-1) ?? "";
  const id = kind.idOf(name);
  if (id === undefined || recorded !== `${kind.folder}/${kind.nameOf(id)}`) throw new HxError("refused", `not a path of this agent's store: '${recorded.slice(0, 80)}'`);
  return components;
}
