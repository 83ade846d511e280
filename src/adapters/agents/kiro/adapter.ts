import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import type { Agent, HookPayload, SessionSource, SourceFile } from "../../../ports/agent.ts";
import { claimOf, confine } from "../shared/hook-payload.ts";
import { openInside } from "../shared/open-file.ts";
import { placeBelow, safeComponents } from "../shared/place.ts";
import { sqliteDatabases } from "../shared/sqlite/databases.ts";
import { entriesOf, isInside, realDirectory, statOf, withRealPaths } from "../shared/store.ts";
import { conversationName, isConversationId } from "./conversations.ts";
import { databaseStore, type DatabaseStore } from "./database-store.ts";
import { actionFor, conversationFrom, mustWrite, putConversation } from "./put.ts";
import { kiroReader } from "./reader.ts";
import { databaseFolders, kiroHome, kiroRoots, type KiroOptions } from "./roots.ts";
import { sidecarAt } from "./sidecar.ts";
import { kiroTurns } from "./turns.ts";
import { kiroView } from "./view.ts";

const NAME = "kiro";
const FOLDER = ["sessions", "cli"] as const;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const FILE = /^(.{36})\.(jsonl|json)$/;

/** Kiro CLI, its sessions as files and the conversations of its database: docs/agents/kiro.md. */
export function kiro(options: KiroOptions): Agent {
  const roots = async (): Promise<readonly string[]> => (await Promise.all(kiroRoots(options).map(realDirectory))).filter((root) => root !== null);
  const own = async (): Promise<readonly string[]> => [await realDirectory(kiroHome(options))].filter((root) => root !== null);
  const store = databaseStore(databaseFolders(options), sqliteDatabases(options.engine === undefined ? {} : { engine: options.engine }));
  const find = async (id: string): Promise<SessionSource | null> => (await findFile(id, await own())) ?? (isConversationId(id) ? store.find(id) : null);
  return {
    name: NAME,
    title: "Kiro CLI",
    verifiedWith: ["records v1", "conversations_v2"],
    roots,
    discover: (directories, narrow) => discover(directories, own, store, narrow?.changedSince),
    find,
    fromHook: async (payload) => fromHook(payload, await own(), find),
    open: async (file) => (conversationName(file.path) === undefined ? openInside(file.absolute, await roots()) : store.open(file)),
    records: kiroReader,
    view: kiroView,
    turnsOf: kiroTurns,
    placeOf: async (recorded) => {
      const root = conversationName(recorded) === undefined ? kiroHome(options) : (databaseFolders(options)[0] ?? options.home);
      return placeBelow((await realDirectory(root)) ?? root, placed(recorded));
    },
    puts: (recorded) => conversationName(recorded) !== undefined,
    async put(files, how) {
      mustWrite();
      const conversation = await conversationFrom(files, how);
      const standing = await store.standing(conversation.table, how);
      const action = actionFor(standing, conversation, how);
      if (action !== "same" && !how.dryRun) putConversation(standing, conversation, how);
      return { path: standing.file, action };
    },
  };
}

/** Those that lie as files first said where they are; a conversation of the database with the id of one is what an older version wrote. */
async function* discover(directories: readonly string[], roots: () => Promise<readonly string[]>, store: DatabaseStore, changedSince: number | undefined): AsyncIterable<SessionSource> {
  const wanted = await withRealPaths(directories);
  if (wanted.length === 0) return;
  const known = await roots();
  const files = new Map<string, string>();
  for (const root of known) for (const id of await idsIn(root)) files.set(id, root);
  const { sources, failure } = await store.near(wanted, changedSince);
  const rows = new Map(sources.filter(({ id }) => !files.has(id)).map((source) => [source.id, source]));
  for (const id of [...files.keys(), ...rows.keys()].sort()) {
    const root = files.get(id);
    const source = root === undefined ? rows.get(id) : await nearFile(root, id, known, wanted, changedSince);
    if (source !== undefined && source !== null) yield source;
  }
  // What lies as files does not wait for a database.
  if (failure !== undefined) throw failure;
}

async function nearFile(root: string, id: string, known: readonly string[], wanted: readonly string[], changedSince: number | undefined): Promise<SessionSource | null> {
  if (changedSince !== undefined && !(await changed(root, id, changedSince))) return null;
  const source = await sourceIn(root, id, known);
  const directory = source?.files[0]?.directory;
  return source !== null && wanted.some((wish) => directory === undefined || isInside(wish, directory)) ? source : null;
}

async function idsIn(root: string): Promise<readonly string[]> {
  const entries = await entriesOf(path.join(root, ...FOLDER));
  return entries.filter((entry) => entry.isFile() && entry.name.endsWith(".jsonl")).map(({ name }) => FILE.exec(name)?.[1] ?? "").filter((id) => ID.test(id));
}

async function changed(root: string, id: string, since: number): Promise<boolean> {
  const times = await Promise.all(["jsonl", "json"].map(async (end) => (await statOf(path.join(root, ...FOLDER, `${id}.${end}`)))?.mtimeMs ?? 0));
  return Math.max(...times) > since;
}

async function findFile(id: string, roots: readonly string[]): Promise<SessionSource | null> {
  if (!ID.test(id)) return null;
  for (const root of roots) {
    const source = await sourceIn(root, id, roots);
    if (source !== null) return source;
  }
  return null;
}

async function sourceIn(root: string, id: string, roots: readonly string[]): Promise<SessionSource | null> {
  const folder = path.join(root, ...FOLDER);
  const names = new Set((await entriesOf(folder)).filter((entry) => entry.isFile() && entry.name.startsWith(id)).map(({ name }) => name));
  if (!names.has(`${id}.jsonl`)) return null;
  const hasSidecar = names.has(`${id}.json`);
  const { directory, facts } = hasSidecar ? await sidecarAt(path.join(folder, `${id}.json`), roots) : { directory: undefined, facts: {} };
  const file = (end: "jsonl" | "json"): SourceFile => ({
    path: [...FOLDER, `${id}.${end}`].join("/"),
    absolute: path.join(folder, `${id}.${end}`),
    role: end === "jsonl" ? "transcript" : "sidecar",
    growth: end === "jsonl" ? "append" : "rewrite",
    ...(directory === undefined ? {} : { directory }),
  });
  return { agent: NAME, id, files: [file("jsonl"), ...(hasSidecar ? [file("json")] : [])], ...(Object.keys(facts).length === 0 ? {} : { beside: facts }) };
}

/** Kiro names a session and never a transcript; one that is named all the same must lie in the store. */
async function fromHook(payload: HookPayload, roots: readonly string[], find: (id: string) => Promise<SessionSource | null>): Promise<SessionSource | null> {
  const claim = claimOf(payload);
  if (claim.transcript === undefined) return claim.id === undefined ? null : find(claim.id);
  const place = await confine(claim.transcript, roots);
  if (place.at === "outside") return null;
  const id = place.at === "inside" ? FILE.exec(path.basename(place.real))?.[1] : claim.id;
  return id === undefined ? null : find(id);
}

function placed(recorded: string): readonly string[] {
  const components = safeComponents(recorded);
  const id = FILE.exec(components.at(-1) ?? "")?.[1] ?? "";
  const isFile = ID.test(id) && components.slice(0, -1).join("/") === FOLDER.join("/");
  if (!isFile && conversationName(recorded) === undefined) throw new HxError("refused", `not a path of this agent's store: '${recorded.slice(0, 80)}'`);
  return components;
}
