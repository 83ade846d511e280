import path from "node:path";
import type { SessionSource, SourceFile } from "../../../../ports/agent.ts";
import { asBuffer, scanDocument, textAt, valueAt } from "../json-scan.ts";
import { headOf } from "../open-file.ts";
import { isAbsolutePath, isJson, numberOf, textOf } from "../record.ts";
import { entriesOf, isInside, realDirectory, statOf, withRealPaths } from "../store.ts";
import { isSessionId } from "./sessions.ts";

// Sessions as versions before the database kept them: a file for each session, message and part. docs/agents/opencode.md

/** Folder of the store. */
export const TREE = "storage";

/** Of a message or session more is not read to place it. */
const HEAD = 1 << 20;

interface TreeSession {
  readonly id: string;
  /** Path of its own file, relative to the store, where there is one. */
  readonly own?: string;
}

interface Beginning {
  readonly directory?: string;
  readonly parent?: string;
}

interface TreeMessage {
  readonly id: string;
  readonly path: string;
  readonly created: number;
  readonly parent: string | undefined;
  readonly directory: string | undefined;
}

/** The folder of the files; null when there is none. A link is none. */
export async function treeRoot(store: string): Promise<string | null> {
  const root = await realDirectory(path.join(store, TREE));
  return root === path.join(store, TREE) ? root : null;
}

/** All sessions that have files and may have run in one of the directories. @param known ids that are passed over */
export async function* treeSources(agent: string, root: string, directories: readonly string[], known: ReadonlySet<string>, changedSince = Number.NEGATIVE_INFINITY): AsyncGenerator<SessionSource> {
  const wanted = await withRealPaths(directories);
  if (wanted.length === 0) return;
  for (const session of await sessionsIn(root)) {
    if (known.has(session.id)) continue;
    const { directory } = await beginningOf(root, session);
    if (directory !== undefined && !wanted.some((wish) => isInside(wish, directory))) continue;
    const source = await sourceOf(agent, root, session);
    if (source !== null && (await lastChange(source)) > changedSince) yield source;
  }
}

export async function treeSource(agent: string, root: string, id: string): Promise<SessionSource | null> {
  const session = (await sessionsIn(root)).find((each) => each.id === id);
  return session === undefined ? null : sourceOf(agent, root, session);
}

/** Sorted by id. Only names are looked at. */
async function sessionsIn(root: string): Promise<readonly TreeSession[]> {
  const found = new Map<string, TreeSession>();
  for (const id of await foldersIn(path.join(root, "message"))) if (isSessionId(id)) found.set(id, { id });
  for (const project of await foldersIn(path.join(root, "session"))) {
    for (const name of await documentsIn(path.join(root, "session", project))) if (isSessionId(name)) found.set(name, { id: name, own: `session/${project}/${name}.json` });
  }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function foldersIn(directory: string): Promise<readonly string[]> {
  return (await entriesOf(directory)).flatMap((entry) => (entry.isDirectory() && isPlain(entry.name) ? [entry.name] : []));
}

/** Names without their ending. */
async function documentsIn(directory: string): Promise<readonly string[]> {
  return (await entriesOf(directory)).flatMap((entry) => (entry.isFile() && isPlain(entry.name) && entry.name.endsWith(".json") ? [entry.name.slice(0, -".json".length)] : []));
}

/** What cannot be a component of a recorded path is not the agent's. */
function isPlain(name: string): boolean {
  return !/[\0\\:]/.test(name);
}

async function beginningOf(root: string, { own }: TreeSession): Promise<Beginning> {
  if (own === undefined) return {};
  const head = asBuffer(await headOf(path.join(root, own), [root], HEAD));
  const { fields } = scanDocument(head, ["directory", "parentID"]);
  const directory = textAt(head, fields.get("directory"));
  const parent = textAt(head, fields.get("parentID"));
  return { ...(directory === undefined || !isAbsolutePath(directory) ? {} : { directory }), ...(parent === undefined || parent === "" ? {} : { parent }) };
}

/** The session's own file first, then each message with its parts. What a person asked ran where the first answer to it ran. */
async function sourceOf(agent: string, root: string, session: TreeSession): Promise<SessionSource | null> {
  const { id, own } = session;
  const beginning = await beginningOf(root, session);
  const fileOf = (below: string, directory: string | undefined, role: SourceFile["role"] = "transcript"): SourceFile => ({ path: `${TREE}/${below}`, absolute: path.join(root, below), role, growth: "rewrite", ...(directory === undefined ? {} : { directory }) });
  const messages = await messagesOf(root, id);
  const answers = new Map<string, string>();
  for (const { parent, directory } of messages) if (parent !== undefined && directory !== undefined && !answers.has(parent)) answers.set(parent, directory);
  const files = own === undefined ? [] : [fileOf(own, beginning.directory)];
  for (const message of messages) {
    const ran = message.directory ?? answers.get(message.id) ?? beginning.directory;
    files.push(fileOf(message.path, ran));
    for (const part of await documentsIn(path.join(root, "part", message.id))) files.push(fileOf(`part/${message.id}/${part}.json`, ran));
  }
  if (files.length === 0) return null;
  for (const beside of [`todo/${id}.json`, `session_diff/${id}.json`]) if ((await statOf(path.join(root, beside)))?.isFile() === true) files.push(fileOf(beside, beginning.directory, "sidecar"));
  return { agent, id, files, ...(beginning.parent === undefined ? {} : { parent: beginning.parent }) };
}

/** In the agent's order. */
async function messagesOf(root: string, id: string): Promise<readonly TreeMessage[]> {
  const messages: TreeMessage[] = [];
  for (const name of await documentsIn(path.join(root, "message", id))) {
    const below = `message/${id}/${name}.json`;
    const head = asBuffer(await headOf(path.join(root, below), [root], HEAD));
    const { fields } = scanDocument(head, ["time", "path", "parentID"]);
    const [time, place] = [valueAt(head, fields.get("time")), valueAt(head, fields.get("path"))];
    const directory = isJson(place) ? textOf(place, "cwd") : undefined;
    messages.push({
      id: name,
      path: below,
      created: isJson(time) ? (numberOf(time, "created") ?? 0) : 0,
      parent: textAt(head, fields.get("parentID")),
      directory: directory !== undefined && isAbsolutePath(directory) ? directory : undefined,
    });
  }
  return messages.sort((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1));
}

async function lastChange({ files }: SessionSource): Promise<number> {
  const times = await Promise.all(files.map(async ({ absolute }) => (await statOf(absolute))?.mtimeMs ?? 0));
  return Math.max(0, ...times);
}
