import { lstat, stat } from "node:fs/promises";
import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import { pathMapper } from "../../../domain/map-paths.ts";
import type { Agent, HookPayload, OpenFile, SessionSource, SourceFile } from "../../../ports/agent.ts";
import { claimOf, confine } from "../shared/hook-payload.ts";
import { openInside } from "../shared/open-file.ts";
import { placeBelow, safeComponents } from "../shared/place.ts";
import { sqliteDatabases, type Databases } from "../shared/sqlite/databases.ts";
import { entriesOf, isInside, realDirectory, statOf, withRealPaths } from "../shared/store.ts";
import { chatName, chatPath, directoryOfChat, openChat, type ChatFile } from "./chat.ts";
import { actionFor, chatIn, putChat, type CapturedChat, type Standing } from "./chat-put.ts";
import { directoryBeside, directoryOfProject } from "./places.ts";
import { composerName, composerPath, isQuiet, openComposer } from "./composers.ts";
import { composersOf, editorDatabases, type FoundComposer } from "./editor.ts";
import { cursorReader } from "./reader.ts";
import { cursorRoots, editorRoots, type CursorOptions } from "./roots.ts";
import { idOfPlace, isId, lastChange, mayBeOf, PROJECT, sessionsIn, slugOf, transcriptFiles, TRANSCRIPTS, workspaceHash, type Finding } from "./store.ts";
import { cursorTurns } from "./turns.ts";
import { cursorView } from "./view.ts";

const NAME = "cursor";
const META = /^chats\/_\/([A-Za-z0-9][A-Za-z0-9_-]{0,127})\/meta\.json$/;

/** Bytes of an editor's database that are copied at most, where that is how it is read: it holds the conversations of all workspaces. */
const COPY_LIMIT = 64 << 20;

/** Cursor, the conversations of the editor and of its CLI: docs/agents/cursor.md. */
export function cursor(options: CursorOptions): Agent {
  const engine = options.engine === undefined ? {} : { engine: options.engine };
  const databases = sqliteDatabases(engine);
  const editors = sqliteDatabases({ ...engine, copyLimit: COPY_LIMIT });
  const now = options.now ?? Date.now;
  const own = (): Promise<readonly string[]> => realOf(cursorRoots(options));
  const users = (): Promise<readonly string[]> => realOf(editorRoots(options));
  const find = async (id: string): Promise<SessionSource | null> => {
    if (!isId(id)) return null;
    const known = await own();
    const finding = (await findings(known)).get(id) ?? { id };
    const { found, failure } = await composersOf(await users(), [id], [], editors);
    if (failure !== undefined) throw failure;
    const composer = found.get(id);
    return sourceOf(finding, placeOf(finding, await directoryOf(finding, known, databases), composer), composer, now());
  };
  const placeIn = (known: readonly string[], recorded: string, directory: string): Promise<string> => placeBelow(known[0] ?? cursorRoots(options)[0] ?? options.home, placed(recorded, directory));
  const standingAt = async (folder: string, id: string, captured: CapturedChat): Promise<Standing> => {
    if ((await lstat(folder).catch(() => null)) === null) return "absent";
    try {
      const known = await own();
      const there = await Promise.all((await chatFiles({ id, chat: folder })).map(async (file) => ({ ...file, bytes: await bytesOf(await open(file, known, databases)) })));
      const { lines } = await chatIn(there.map((file) => ({ ...file, bytes: async () => file.bytes })), id);
      return lines === captured.lines ? "same" : "other";
    } catch {
      return "other";
    }
  };
  return {
    name: NAME,
    title: "Cursor",
    verifiedWith: ["transcripts of 2026-09", "CLI databases of 2026-09", "editor conversations of 2026-09"],
    roots: async () => [...new Set([...(await own()), ...(await users())])],
    async *discover(directories, narrow) {
      const wanted = await withRealPaths(directories);
      if (wanted.length === 0) return;
      const known = await own();
      const isWanted = (directory: string): boolean => wanted.some((wish) => isInside(wish, directory));
      const near = new Map<string, { readonly finding: Finding; readonly directory: string | undefined }>();
      for (const finding of (await findings(known)).values()) {
        const directory = await directoryOf(finding, known, databases);
        if (directory === undefined ? finding.project === undefined || mayBeOf(finding.project, wanted) : isWanted(directory)) near.set(finding.id, { finding, directory });
      }
      const { found, folders, failure } = await composersOf(await users(), [...near.keys()], wanted, editors);
      for (const id of [...new Set([...near.keys(), ...found.keys()])].sort()) {
        const { finding, directory: told } = near.get(id) ?? { finding: { id }, directory: folders.get(id) };
        const composer = found.get(id);
        const directory = placeOf(finding, told, composer);
        const source = directory === undefined || isWanted(directory) ? await sourceOf(finding, directory, composer, now()) : null;
        if (source !== null && (narrow?.changedSince === undefined || (await changedAt(source, composer)) > narrow.changedSince)) yield source;
      }
      // What lies as files does not wait for a database.
      if (failure !== undefined) throw failure;
    },
    find,
    fromHook: async (payload) => fromHook(payload, await own(), find),
    open: async (file) => (composerName(file.path) === undefined ? open(file, await own(), databases) : openEditor(file, await users(), editors, now())),
    records: cursorReader,
    view: cursorView,
    turnsOf: cursorTurns,
    placeOf: async (recorded, { directory }) => placeIn(await own(), recorded, directory),
    mapPaths: (file, move) => (chatName(file.path) === undefined && composerName(file.path) === undefined ? pathMapper(move) : null),
    puts: (recorded) => /^(?:chats|composers)\//.test(recorded),
    async put(files, how) {
      // What the editor has of a session that the CLI has too stays out: the CLI goes on from its own.
      if (!files.some(({ path: recorded }) => recorded.startsWith("chats/"))) throw editorOwns();
      const chat = await chatIn(files, how.id);
      const known = await own();
      const place = await placeIn(known, chatPath(how.id, "messages"), how.directory);
      const action = actionFor(await standingAt(path.dirname(place), how.id, chat), path.dirname(place), how);
      if (action === "written" && !how.dryRun) await putChat(path.dirname(place), chat);
      return { path: place, action };
    },
  };
}

/** One id is one session, whichever of Cursor's programs wrote of it. */
async function findings(roots: readonly string[]): Promise<ReadonlyMap<string, Finding>> {
  const found = new Map<string, Finding>();
  for (const root of roots) for (const [id, finding] of await sessionsIn(root)) found.set(id, { ...finding, ...found.get(id) });
  return found;
}

/** Where a session ran: what stands beside its own database, what that says, or what is known of its project. */
async function directoryOf({ chat, project }: Finding, roots: readonly string[], databases: Databases): Promise<string | undefined> {
  const beside = chat === undefined ? undefined : ((await directoryBeside(chat, roots)) ?? (await directoryWithin(chat, roots, databases)));
  return beside ?? (project === undefined ? undefined : directoryOfProject(project, roots));
}

async function directoryWithin(chat: string, roots: readonly string[], databases: Databases): Promise<string | undefined> {
  try {
    const database = await databases.open(path.join(chat, "store.db"), roots);
    try {
      return directoryOfChat(database);
    } finally {
      database.close();
    }
  } catch {
    // Damaged, or being written to: whoever opens it is told.
    return undefined;
  }
}

/** What the CLI wrote down of its own goes first, then what the editor did. */
function placeOf({ chat }: Finding, told: string | undefined, composer: FoundComposer | undefined): string | undefined {
  return chat === undefined ? (composer?.directory ?? told) : (told ?? composer?.directory);
}

async function sourceOf(finding: Finding, directory: string | undefined, composer: FoundComposer | undefined, now: number): Promise<SessionSource | null> {
  const editor = composer === undefined ? [] : await composerFiles(composer, directory, now);
  const files = [...(await chatFiles(finding)), ...editor, ...(await transcriptFiles(finding, directory))];
  return files.length === 0 ? null : { agent: NAME, id: finding.id, files };
}

async function composerFiles(composer: FoundComposer, directory: string | undefined, now: number): Promise<readonly SourceFile[]> {
  const { id, database: absolute } = composer;
  const stamp = `${await stampOf([absolute, `${absolute}-wal`])} ${isQuiet(composer, now) ? "quiet" : "recent"}`;
  const beside = composer.directory === undefined && directory !== undefined ? { directory } : {};
  return [
    { path: composerPath(id, "bubbles"), absolute, role: "transcript", growth: "append", stamp, ...beside },
    { path: composerPath(id, "state"), absolute, role: "sidecar", growth: "rewrite", stamp, ...beside },
  ];
}

/** Of the editor's database the conversation itself says when it changed. */
async function changedAt({ files }: SessionSource, composer: FoundComposer | undefined): Promise<number> {
  const others = files.filter(({ path: recorded }) => composer?.updated === undefined || composerName(recorded) === undefined);
  return Math.max(composer?.updated ?? 0, await lastChange(others));
}

async function openEditor(file: SourceFile, users: readonly string[], databases: Databases, now: number): Promise<OpenFile> {
  const name = composerName(file.path);
  if (name === undefined || !(await editorDatabases(users)).includes(file.absolute)) throw new HxError("refused", `'${file.absolute.replaceAll("\0", "")}' is no database of Cursor`);
  const database = await databases.open(file.absolute, users);
  try {
    const { dev, ino } = await stat(file.absolute);
    return openComposer({ database, ...name, identity: `${dev}:${ino}`, modifiedMs: await lastChange([file]), now });
  } catch (error) {
    database.close();
    throw error;
  }
}

async function realOf(folders: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(folders.map(realDirectory));
  return [...new Set(found.filter((root) => root !== null))];
}

/** Another one whenever something was written to one of the files. */
async function stampOf(files: readonly string[]): Promise<string> {
  const all = await Promise.all(files.map(statOf));
  return all.map((stats) => (stats === null ? "-" : `${stats.ino}.${stats.size}.${stats.mtimeMs}`)).join(" ");
}

async function bytesOf(file: OpenFile): Promise<Uint8Array> {
  try {
    return await file.read(0, file.size);
  } finally {
    await file.close();
  }
}

async function chatFiles({ id, chat }: Pick<Finding, "id" | "chat">): Promise<readonly SourceFile[]> {
  if (chat === undefined) return [];
  const absolute = path.join(chat, "store.db");
  const stamp = await stampOf([absolute, `${absolute}-wal`, path.join(chat, "meta.json")]);
  const file = (kind: ChatFile, rest: Pick<SourceFile, "role" | "growth">): SourceFile => ({ path: chatPath(id, kind), absolute, stamp, ...rest });
  const meta = (await entriesOf(chat)).some((entry) => entry.name === "meta.json" && entry.isFile());
  return [
    file("messages", { role: "transcript", growth: "append" }),
    file("state", { role: "sidecar", growth: "rewrite" }),
    file("log", { role: "sidecar", growth: "append" }),
    ...(meta ? [{ path: `chats/${PROJECT}/${id}/meta.json`, absolute: path.join(chat, "meta.json"), role: "sidecar", growth: "rewrite" } as const] : []),
  ];
}

async function open(file: SourceFile, roots: readonly string[], databases: Databases): Promise<OpenFile> {
  const name = chatName(file.path);
  if (name === undefined) return openInside(file.absolute, roots);
  if (path.basename(file.absolute) !== "store.db") throw new HxError("refused", `'${file.absolute.replaceAll("\0", "")}' is no database of Cursor`);
  const database = await databases.open(file.absolute, roots);
  try {
    const directory = await directoryBeside(path.dirname(file.absolute), roots);
    const { dev, ino } = await stat(file.absolute);
    return openChat({ database, ...name, identity: `${dev}:${ino}`, modifiedMs: await lastChange([file]), ...(directory === undefined ? {} : { directory }) });
  } catch (error) {
    database.close();
    throw error;
  }
}

function editorOwns(): HxError {
  return new HxError("refused", "conversations of the editor are not put back into its database, which holds those of all workspaces", { hints: ["hx handoff <session> --to cursor"] });
}

/** Cursor calls a session a conversation. A sub-agent's transcript lies with the session that started it. */
async function fromHook(payload: HookPayload, roots: readonly string[], find: (id: string) => Promise<SessionSource | null>): Promise<SessionSource | null> {
  const own = (key: string): unknown => (Object.hasOwn(payload, key) ? payload[key] : undefined);
  const said = own("conversation_id");
  const claim = claimOf({ ...payload, ...(typeof said === "string" && said !== "" ? { session_id: said } : {}) });
  const { transcript = claimOf({ transcript_path: own("agent_transcript_path") }).transcript } = claim;
  if (transcript === undefined) return claim.id === undefined ? null : find(claim.id);
  const place = await confine(transcript, roots);
  if (place.at === "outside") return null;
  const id = place.at === "inside" ? idOfPlace(place.root, place.real) : claim.id;
  return id === undefined ? null : find(id);
}

function placed(recorded: string, directory: string): readonly string[] {
  const components = safeComponents(recorded);
  const [top, project, folder, first = "", ...below] = components;
  const chat = chatName(recorded)?.id ?? META.exec(recorded)?.[1];
  if (chat !== undefined) return ["chats", workspaceHash(directory), chat, META.test(recorded) ? "meta.json" : "store.db"];
  if (composerName(recorded) !== undefined) throw editorOwns();
  const id = below.length > 0 ? first : first.replace(/\.(?:jsonl|txt)$/, "");
  if (top !== "projects" || project !== PROJECT || folder !== TRANSCRIPTS || !isId(id) || (below.length === 0 && id === first)) throw new HxError("refused", `not a path of this agent's store: '${recorded.slice(0, 80)}'`);
  return [top, slugOf(directory), folder, first, ...below];
}
