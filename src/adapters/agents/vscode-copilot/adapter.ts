import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import type { Agent, HookPayload, RecordReader, SessionSource } from "../../../ports/agent.ts";
import { documentReader, documentView } from "../shared/document.ts";
import { claimOf, confine } from "../shared/hook-payload.ts";
import { openInside } from "../shared/open-file.ts";
import { placeBelow, safeComponents } from "../shared/place.ts";
import { isInside, realDirectory, realPathOf, statOf, withRealPaths } from "../shared/store.ts";
import type { EditorOptions } from "../shared/vscode-hosts.ts";
import { interpretChat } from "./interpret.ts";
import { journalReader } from "./journal-reader.ts";
import { copilotRoots } from "./roots.ts";
import { filesOf, FOLDER, MULTI, sessionOf, sessionsIn, workspacesOf, type Found } from "./store.ts";

const NAME = "vscode-copilot";

type Roots = () => Promise<readonly string[]>;

/** Copilot Chat in VS Code, its Insiders and VSCodium. */
export function vscodeCopilot(options: EditorOptions): Agent {
  const roots: Roots = async () => {
    const found = await Promise.all(copilotRoots(options).map(realDirectory));
    return [...new Set(found.filter((root) => root !== null))];
  };
  return {
    name: NAME,
    title: "Copilot Chat in VS Code",
    verifiedWith: ["0.31.5"],
    roots,
    discover: (directories, narrow) => discover(directories, roots, narrow?.changedSince),
    find: async (id) => find(id, await roots()),
    fromHook: async (payload) => fromHook(payload, await roots()),
    open: async (file) => openInside(file.absolute, await roots()),
    records,
    view: (files) => documentView({ agent: NAME, interpret: interpretChat, idOf: (recorded) => sessionOf(path.posix.basename(recorded)) }, files),
    turnsOf: () => Promise.resolve(new Map()),
    placeOf: async (recorded, { directory }) => placeIn(await roots(), recorded, directory),
  };
}

/** A journal is read line by line; with several roots as a whole, like a document. */
function records(file: Parameters<Agent["records"]>[0], state?: unknown): RecordReader {
  return file.path.endsWith(".jsonl") && !file.path.startsWith(`workspaceStorage/${MULTI}/`) ? journalReader(file, state) : documentReader(interpretChat)(file);
}

async function sessions(roots: readonly string[]): Promise<ReadonlyMap<string, Found>> {
  const byId = new Map<string, Found>();
  for (const root of roots) {
    for (const workspace of await workspacesOf(root, roots)) for (const found of await sessionsIn(workspace)) if (!byId.has(found.id)) byId.set(found.id, found);
  }
  return byId;
}

async function* discover(directories: readonly string[], roots: Roots, changedSince: number | undefined): AsyncIterable<SessionSource> {
  const known = await roots();
  const wanted = await withRealPaths(directories);
  if (wanted.length === 0) return;
  const byId = await sessions(known);
  for (const id of [...byId.keys()].sort()) {
    const found = byId.get(id);
    if (found === undefined) continue;
    const { isMulti, directory } = found.workspace;
    if (!isMulti && (directory === undefined || !wanted.some((wish) => isInside(wish, directory)))) continue;
    const source = await sourceOf(found);
    if (changedSince !== undefined && (await lastChange(source)) <= changedSince) continue;
    if (!isMulti || (await ranBelow(source, wanted, known))) yield source;
  }
}

/** A larger session of several roots is looked at when it is captured. */
const LARGEST = 16 << 20;

async function ranBelow({ files: [main] }: SessionSource, wanted: readonly string[], roots: readonly string[]): Promise<boolean> {
  const file = main === undefined ? null : await openInside(main.absolute, roots).catch(() => null);
  if (main === undefined || file === null) return false;
  try {
    if (file.size > LARGEST) return true;
    const reader = records(main);
    reader.take(await file.read(0, file.size));
    return reader.directories?.().some((directory) => wanted.some((wish) => isInside(wish, directory))) === true;
  } finally {
    await file.close();
  }
}

async function lastChange({ files }: SessionSource): Promise<number> {
  const times = await Promise.all(files.map(async ({ absolute }) => (await statOf(absolute))?.mtimeMs ?? 0));
  return Math.max(0, ...times);
}

async function sourceOf(found: Found): Promise<SessionSource> {
  return { agent: NAME, id: found.id, files: await filesOf(found) };
}

async function find(id: string, roots: readonly string[]): Promise<SessionSource | null> {
  if (sessionOf(`${id}.json`) !== id) return null;
  const found = (await sessions(roots)).get(id);
  return found === undefined ? null : sourceOf(found);
}

/** The transcript that a hook names is the stream of events beside the session; both bear its id. */
async function fromHook(payload: HookPayload, roots: readonly string[]): Promise<SessionSource | null> {
  const claim = claimOf(payload);
  const place = claim.transcript === undefined ? { at: "missing" as const } : await confine(claim.transcript, roots);
  if (place.at === "outside") return null;
  const id = place.at === "inside" ? sessionOf(path.basename(place.real)) : claim.id;
  return id === undefined ? null : find(id, roots);
}

/** VS Code names the folder of a workspace after its inode: only it can make one. */
async function placeIn(roots: readonly string[], recorded: string, directory: string): Promise<string> {
  const [storage, folder, ...rest] = safeComponents(recorded);
  const [top, name = "", last] = rest;
  const known = top === "chatSessions" ? rest.length === 2 && sessionOf(name) !== undefined : top === "GitHub.copilot-chat" && name === "transcripts" && rest.length === 3 && sessionOf(last ?? "") !== undefined;
  if (storage !== "workspaceStorage" || !known || (folder !== FOLDER && folder !== MULTI)) throw new HxError("refused", `not a path of this agent's store: '${recorded.slice(0, 80)}'`);
  if (folder === MULTI) throw new HxError("refused", "a session of a workspace with several roots has no place of its own in another one");
  const real = (await realPathOf(directory)) ?? directory;
  for (const root of roots) {
    const workspace = (await workspacesOf(root, roots)).find((each) => each.directory === directory || each.directory === real);
    if (workspace !== undefined) return placeBelow(root, [storage, path.basename(workspace.place), ...rest]);
  }
  throw new HxError("not-found", `VS Code has not opened '${directory}' yet, so it has no place for its sessions`, { hints: ["code ."] });
}
