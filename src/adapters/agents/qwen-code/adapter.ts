import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import type { Agent, HookPayload, SessionSource } from "../../../ports/agent.ts";
import { claimOf, sessionOfHook } from "../shared/hook-payload.ts";
import { openInside } from "../shared/open-file.ts";
import { placeBelow, safeComponents } from "../shared/place.ts";
import { realDirectory, realPathOf, withRealPaths } from "../shared/store.ts";
import { qwenReader } from "./reader.ts";
import type { QwenCodeOptions } from "./roots.ts";
import { filesOf, lastChange, PROJECT } from "./session-files.ts";
import { hashOf, slugMatcher, slugOf } from "./slug.ts";
import type { Finding } from "./store.ts";
import { beginningOf, foldersOf, idOfPlace, isId, sessionsIn, storeOf } from "./store.ts";
import { qwenTurns } from "./turns.ts";
import { qwenView } from "./view.ts";

const NAME = "qwen-code";

export function qwenCode(options: QwenCodeOptions): Agent {
  const roots = async (): Promise<readonly string[]> => {
    const root = await realDirectory(await storeOf(options));
    return root === null ? [] : [root];
  };
  return {
    name: NAME,
    title: "Qwen Code",
    verifiedWith: ["0.21.14", "0.24.4"],
    roots,
    discover: (directories, narrow) => discover(directories, options, roots, narrow?.changedSince),
    find: async (id) => find(id, options, await roots()),
    fromHook: async (payload) => fromHook(payload, options, await roots()),
    open: async (file) => openInside(file.absolute, await roots()),
    records: qwenReader,
    view: qwenView,
    turnsOf: qwenTurns,
    placeOf: async (recorded, { directory }) => placeBelow((await roots())[0] ?? (await storeOf(options)), placed(recorded, (await realPathOf(directory)) ?? directory, options)),
  };
}

async function* discover(
  directories: readonly string[],
  options: QwenCodeOptions,
  roots: () => Promise<readonly string[]>,
  changedSince: number | undefined,
): AsyncIterable<SessionSource> {
  const known = await roots();
  const matches = slugMatcher(await withRealPaths(directories));
  const found = new Map<string, Finding>();
  for (const root of known) {
    for (const folder of await foldersOf(root)) {
      if (!matches(path.basename(folder))) continue;
      for (const finding of await sessionsIn(root, folder)) if (!found.has(finding.id)) found.set(finding.id, finding);
    }
  }
  for (const id of [...found.keys()].sort()) {
    const finding = found.get(id);
    const source = finding === undefined ? null : await sourceOf(finding, options, known);
    if (source === null || (changedSince !== undefined && (await lastChange(source.files)) <= changedSince)) continue;
    yield source;
  }
}

async function find(id: string, options: QwenCodeOptions, roots: readonly string[]): Promise<SessionSource | null> {
  if (!isId(id)) return null;
  for (const root of roots) {
    for (const folder of await foldersOf(root)) {
      const finding = (await sessionsIn(root, folder)).find((session) => session.id === id);
      if (finding !== undefined) return sourceOf(finding, options, roots);
    }
  }
  return null;
}

async function sourceOf(finding: Finding, { platform }: QwenCodeOptions, roots: readonly string[]): Promise<SessionSource> {
  const { directory, parent } = await beginningOf(finding, roots);
  return { agent: NAME, id: finding.id, files: await filesOf(finding, directory, platform), ...(parent === undefined ? {} : { parent }) };
}

async function fromHook(payload: HookPayload, options: QwenCodeOptions, roots: readonly string[]): Promise<SessionSource | null> {
  // What is archived meanwhile is found by its id.
  return sessionOfHook(claimOf(payload), roots, ({ root, real }) => idOfPlace(root, real), (id) => find(id, options, roots));
}

function placed(recorded: string, directory: string, { platform }: QwenCodeOptions): readonly string[] {
  const [top, folder, kind, ...rest] = safeComponents(recorded);
  const known = top === "projects" ? (kind === "chats" && rest.length === 1) || (kind === "subagents" && rest.length > 1) : top === "tmp" && kind === "tool-results" && rest.length === 1;
  if (top === undefined || folder !== PROJECT || kind === undefined || !known) throw new HxError("refused", `not a path of this agent's store: '${recorded.slice(0, 80)}'`);
  return [top, top === "projects" ? slugOf(directory, platform) : hashOf(directory, platform), kind, ...rest];
}
