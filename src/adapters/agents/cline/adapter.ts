import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import type { Agent, CapturedFile, HookPayload, SessionSource } from "../../../ports/agent.ts";
import { documentReader, documentView, type Interpret } from "../shared/document.ts";
import { claimOf, confine } from "../shared/hook-payload.ts";
import { openInside } from "../shared/open-file.ts";
import { placeBelow, safeComponents } from "../shared/place.ts";
import { isJson } from "../shared/record.ts";
import { isInside, realDirectory, statOf, withRealPaths } from "../shared/store.ts";
import { manifestOf } from "./manifest.ts";
import { interpretMessages, taskOf } from "./messages.ts";
import { clineRoots, clineStores, type ClineOptions } from "./roots.ts";
import { directoriesOfTasks, directoryOfManifest, filesOf, isId, sessionsIn, transcriptOf, type Found } from "./store.ts";
import { interpretTask } from "./task.ts";

const NAME = "cline";

export function cline(options: ClineOptions): Agent {
  const roots = async (): Promise<readonly string[]> => {
    const found = await Promise.all(clineRoots(options).map(realDirectory));
    return [...new Set(found.filter((root) => root !== null))];
  };
  const find = (id: string): Promise<SessionSource | null> => findSession(options, id, roots);
  return {
    name: NAME,
    title: "Cline",
    verifiedWith: ["3.0.65"],
    roots,
    discover: (directories, narrow) => discover(options, directories, roots, narrow?.changedSince),
    find,
    fromHook: async (payload) => fromHook(payload, find, await roots()),
    open: async (file) => openInside(file.absolute, await roots()),
    records: documentReader(interpret),
    view,
    turnsOf: () => Promise.resolve(new Map()),
    placeOf: async (recorded) => {
      const [layout, ...rest] = placed(recorded);
      const [own] = clineStores(options);
      if (own === undefined || layout === undefined) throw new HxError("internal", "no store of Cline");
      return layout === "sessions" ? placeBelow(own.sessions, rest) : placeBelow(own.base, [layout, ...rest]);
    },
  };
}

const interpret: Interpret = (content, listener, file) => (file.path.endsWith("ui_messages.json") ? interpretTask(content, listener, file) : interpretMessages(content, listener, file));

async function view(files: readonly CapturedFile[]): ReturnType<Agent["view"]> {
  const startOf = (file: CapturedFile, content: Buffer): { readonly subagent: string; readonly fits?: (entry: { readonly kind: string }) => boolean } => {
    const task = taskOf(content);
    const subagent = path.posix.basename(file.path).replace(/\.messages\.json$/, "");
    return task === undefined ? { subagent } : { subagent, fits: (entry) => "tool" in entry && entry.tool === "spawn_agent" && "input" in entry && isJson(entry.input) && entry.input["task"] === task };
  };
  return documentView({ agent: NAME, interpret, idOf: (recorded) => recorded.split("/")[1], startOf }, files, await manifestOf(files));
}

interface Place {
  readonly directory: string | undefined;
}

/** Every session of all stores; of two that have the id the first counts. */
async function sessions(options: ClineOptions, roots: readonly string[]): Promise<ReadonlyMap<string, Found>> {
  const byId = new Map<string, Found>();
  for (const store of clineStores(options)) for (const found of await sessionsIn(store, roots)) if (!byId.has(found.id)) byId.set(found.id, found);
  return byId;
}

/** Of the tasks of a store, the index is read once. */
function placesOf(roots: readonly string[]): (found: Found) => Promise<Place> {
  const indexes = new Map<string, Promise<ReadonlyMap<string, string>>>();
  return async (found) => {
    if (found.layout === "sessions") return { directory: await directoryOfManifest(found, roots) };
    const index = indexes.get(found.base) ?? directoriesOfTasks(found.base, roots);
    indexes.set(found.base, index);
    return { directory: (await index).get(found.id) };
  };
}

async function* discover(options: ClineOptions, directories: readonly string[], roots: () => Promise<readonly string[]>, changedSince: number | undefined): AsyncIterable<SessionSource> {
  const known = await roots();
  const wanted = await withRealPaths(directories);
  if (wanted.length === 0) return;
  const byId = await sessions(options, known);
  const placeOf = placesOf(known);
  for (const id of [...byId.keys()].sort()) {
    const found = byId.get(id);
    if (found === undefined) continue;
    const { directory } = await placeOf(found);
    if (directory !== undefined && !wanted.some((wish) => isInside(wish, directory))) continue;
    const source = sourceOf(found, await filesOf(found, directory));
    if (source !== null && (changedSince === undefined || (await lastChange(source)) > changedSince)) yield source;
  }
}

async function lastChange({ files }: SessionSource): Promise<number> {
  const times = await Promise.all(files.map(async ({ absolute }) => (await statOf(absolute))?.mtimeMs ?? 0));
  return Math.max(0, ...times);
}

async function findSession(options: ClineOptions, id: string, roots: () => Promise<readonly string[]>): Promise<SessionSource | null> {
  if (!isId(id)) return null;
  const known = await roots();
  const found = (await sessions(options, known)).get(id);
  if (found === undefined) return null;
  const { directory } = await placesOf(known)(found);
  return sourceOf(found, await filesOf(found, directory));
}

function sourceOf({ id }: Found, files: SessionSource["files"]): SessionSource | null {
  return files.length === 0 ? null : { agent: NAME, id, files };
}

/** Its own hooks name the session of a task beside the task's id; the id of a conversation (`conv_…`) is no session's. */
async function fromHook(payload: HookPayload, find: (id: string) => Promise<SessionSource | null>, roots: readonly string[]): Promise<SessionSource | null> {
  const claim = claimOf(payload);
  if (claim.transcript !== undefined) {
    const place = await confine(claim.transcript, roots);
    if (place.at === "outside") return null;
    if (place.at === "inside") return find(path.basename(path.dirname(place.real)));
  }
  const context = Object.hasOwn(payload, "sessionContext") ? payload["sessionContext"] : undefined;
  const root = isJson(context) && Object.hasOwn(context, "rootSessionId") ? context["rootSessionId"] : undefined;
  const task = Object.hasOwn(payload, "taskId") ? payload["taskId"] : undefined;
  const id = [claim.id, root, task].find((each) => typeof each === "string");
  return typeof id === "string" ? find(id) : null;
}

function placed(recorded: string): readonly string[] {
  const components = safeComponents(recorded);
  const [layout, id, ...rest] = components;
  const known = (layout === "sessions" || layout === "tasks") && id !== undefined && isId(id) && rest.length > 0;
  const isWhole = known && (rest.at(-1)?.endsWith(".json") === true || rest.join("/") === transcriptOf({ id, layout }));
  if (!isWhole) throw new HxError("refused", `not a path of this agent's store: '${recorded.slice(0, 80)}'`);
  return components;
}
