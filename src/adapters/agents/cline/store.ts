import path from "node:path";
import type { FileRole, SourceFile } from "../../../ports/agent.ts";
import { asBuffer, scanDocument, scanList, textAt } from "../shared/json-scan.ts";
import { headOf } from "../shared/open-file.ts";
import { defined, isAbsolutePath } from "../shared/record.ts";
import { entriesOf, filesBelow, isInside, realDirectory } from "../shared/store.ts";
import type { ClineStore } from "./roots.ts";

/** A folder of a session; only names were looked at. */
export interface Found {
  readonly id: string;
  /** `sessions`: of the CLI from version 3 on. `tasks`: of the extension, and of older CLIs. */
  readonly layout: "sessions" | "tasks";
  readonly folder: string;
  readonly base: string;
}

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;
const HEAD = 64 * 1024;
/** More is no index of tasks. */
const INDEX = 32 << 20;

export function isId(text: string): boolean {
  return ID.test(text);
}

/** The name of the transcript in the folder of a session. */
export function transcriptOf({ id, layout }: Pick<Found, "id" | "layout">): string {
  return layout === "sessions" ? `${id}.messages.json` : "ui_messages.json";
}

/** The sessions of a store that have a transcript. @param roots real paths: a link out of them is not followed */
export async function sessionsIn(store: ClineStore, roots: readonly string[]): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const [layout, top] of [["sessions", store.sessions], ["tasks", path.join(store.base, "tasks")]] as const) {
    const real = await realDirectory(top);
    if (real === null || !roots.some((root) => isInside(root, real))) continue;
    for (const entry of await entriesOf(real)) {
      if (!entry.isDirectory() || !isId(entry.name)) continue;
      found.push({ id: entry.name, layout, folder: path.join(real, entry.name), base: store.base });
    }
  }
  return found;
}

/** The files of a session, the transcript first; none while that is not written. */
export async function filesOf(found: Found, directory: string | undefined): Promise<readonly SourceFile[]> {
  const { layout, id, folder } = found;
  const main = transcriptOf(found);
  const names = await filesBelow(folder);
  if (!names.includes(main)) return [];
  return [main, ...names.filter((name) => name !== main)].map((name) => {
    const role = roleOf(name, main);
    return { path: `${layout}/${id}/${name}`, absolute: path.join(folder, ...name.split("/")), role, growth: "rewrite" as const, ...(role === "transcript" ? defined({ directory }) : {}) };
  });
}

function roleOf(name: string, main: string): FileRole {
  if (name === main) return "transcript";
  return /^agent[^/]*\.messages\.json$/.test(name) ? "subagent" : "sidecar";
}

/** Where a session of the layout `sessions` ran: its manifest says so. */
export async function directoryOfManifest({ folder, id }: Found, roots: readonly string[]): Promise<string | undefined> {
  const head = asBuffer(await headOf(path.join(folder, `${id}.json`), roots, HEAD));
  const { fields } = scanDocument(head, ["cwd", "workspace_root"]);
  return absolute(textAt(head, fields.get("cwd"))) ?? absolute(textAt(head, fields.get("workspace_root")));
}

/** Where the tasks of a store ran: the index of all of them says so. It is read, never taken: it tells of other sessions. */
export async function directoriesOfTasks(base: string, roots: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const index = asBuffer(await headOf(path.join(base, "state", "taskHistory.json"), roots, INDEX));
  const places = new Map<string, string>();
  for (const item of scanList(index)) {
    const { fields } = scanDocument(index.subarray(item.start, item.end), ["id", "cwdOnTaskInitialization"]);
    const at = index.subarray(item.start, item.end);
    const id = textAt(at, fields.get("id"));
    const directory = absolute(textAt(at, fields.get("cwdOnTaskInitialization")));
    if (id !== undefined && directory !== undefined) places.set(id, directory);
  }
  return places;
}

function absolute(text: string | undefined): string | undefined {
  return text !== undefined && isAbsolutePath(text) ? text : undefined;
}
