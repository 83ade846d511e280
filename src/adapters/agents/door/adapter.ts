import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import type { Agent, HookPayload, OpenFile, SessionSource, SourceFile } from "../../../ports/agent.ts";
import { claimOf, confine } from "../shared/hook-payload.ts";
import { openInside } from "../shared/open-file.ts";
import { placeBelow, safeComponents } from "../shared/place.ts";
import { isInside, realDirectory, statOf, withRealPaths } from "../shared/store.ts";
import { DESCRIPTION, FORMAT, isAgentName, isDoorId, type Read } from "./description.ts";
import { doorFolder, type DoorOptions } from "./folder.ts";
import { DOOR } from "./names.ts";
import { doorReader } from "./reader.ts";
import { faulty, foldersIn, readFolder, sourceOf, type Folder } from "./store.ts";
import { doorTurns } from "./turns.ts";
import { doorView } from "./view.ts";

/** Sessions that a tool, or a script of its user, hands over: docs/spec/door.md. Each tool has a name of its own, `door:<name>`. */
export function door(options: DoorOptions): Agent {
  const store = doorFolder(options);
  const roots = async (): Promise<readonly string[]> => {
    const root = await realDirectory(store);
    return root === null ? [] : [root];
  };
  return {
    name: DOOR,
    title: "Open door",
    verifiedWith: [FORMAT],
    roots,
    discover: (directories, narrow) => discover(directories, roots, narrow?.changedSince),
    find: async (id) => find(id, undefined, await roots()),
    fromHook: async (payload) => fromHook(payload, await roots()),
    open: async (file) => openDescribed(file, await roots()),
    records: doorReader,
    view: doorView,
    turnsOf: doorTurns,
    placeOf: async (recorded) => placeBelow((await realDirectory(store)) ?? store, placed(recorded)),
  };
}

/**
 * A folder whose description is at fault is given too, where it says that it ran there, so that whoever collects hears of it. What
 * does not even say where it ran belongs nowhere.
 */
async function* discover(directories: readonly string[], roots: () => Promise<readonly string[]>, changedSince: number | undefined): AsyncIterable<SessionSource> {
  const known = await roots();
  const wanted = await withRealPaths(directories);
  for (const root of known) {
    for (const folder of await foldersIn(root)) {
      const read = await readFolder(folder, known);
      const directory = read === null ? undefined : directoryOf(read);
      if (read === null || directory === undefined || !wanted.some((wish) => isInside(wish, directory))) continue;
      const source = sourceOf(folder, read);
      if (changedSince === undefined || (await changed(source, changedSince))) yield source;
    }
  }
}

function directoryOf(read: Read): string | undefined {
  return "description" in read ? read.description.directory : read.directory;
}

async function changed(source: SessionSource, since: number): Promise<boolean> {
  for (const { absolute } of source.files) {
    if (((await statOf(absolute))?.mtimeMs ?? 0) > since) return true;
  }
  return false;
}

async function find(id: string, tool: string | undefined, roots: readonly string[]): Promise<SessionSource | null> {
  if (!isDoorId(id)) return null;
  for (const root of roots) {
    const folder = (await foldersIn(root)).find((each) => each.id === id && (tool === undefined || each.agent === tool));
    const read = folder === undefined ? null : await readFolder(folder, roots);
    if (folder !== undefined && read !== null) return sourceOf(folder, read);
  }
  return null;
}

/** By the folder of a file that is named, else by the id, with or without the tool's name as `agent`. */
async function fromHook(payload: HookPayload, roots: readonly string[]): Promise<SessionSource | null> {
  const claim = claimOf(payload);
  const named = Object.hasOwn(payload, "agent") ? payload["agent"] : undefined;
  const tool = typeof named === "string" && isAgentName(named) ? named : undefined;
  if (claim.transcript !== undefined) {
    const place = await confine(claim.transcript, roots);
    if (place.at === "outside") return null;
    if (place.at === "inside") {
      const [agent, id] = path.relative(place.root, place.real).split(path.sep);
      return agent === undefined || id === undefined ? null : find(id, agent, roots);
    }
  }
  return claim.id === undefined ? null : find(claim.id, tool, roots);
}

/** @throws HxError `refused` for what a faulty description names; as `openInside` */
async function openDescribed(file: SourceFile, roots: readonly string[]): Promise<OpenFile> {
  const opened = await openInside(file.absolute, roots);
  const root = roots.find((candidate) => isInside(candidate, file.absolute));
  if (path.basename(file.absolute) !== DESCRIPTION || root === undefined) return opened;
  const [agent = "", id = "", ...rest] = path.relative(root, file.absolute).split(path.sep);
  const folder: Folder = { agent, id, directory: path.join(root, agent, id) };
  const read = rest.length === 1 ? await readFolder(folder, roots) : null;
  if (read === null || "description" in read) return opened;
  await opened.close();
  throw faulty(folder, read);
}

function placed(recorded: string): readonly string[] {
  const components = safeComponents(recorded);
  const [agent = "", id = "", ...rest] = components;
  if (!isAgentName(agent) || !isDoorId(id) || rest.length === 0) throw new HxError("refused", `not a path of this agent's store: '${recorded.slice(0, 80)}'`);
  return components;
}
