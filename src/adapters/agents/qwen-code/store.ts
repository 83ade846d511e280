import path from "node:path";
import type { Span } from "../shared/json-scan.ts";
import { asBuffer, scanObject, textAt, valueAt } from "../shared/json-scan.ts";
import { linesOf } from "../shared/lines.ts";
import { headOf } from "../shared/open-file.ts";
import { isJson, objectOf, textOf } from "../shared/record.ts";
import { entriesOf, isInside, realDirectory } from "../shared/store.ts";
import type { QwenCodeOptions } from "./roots.ts";
import { qwenDirectory, resolved } from "./roots.ts";

/** The directory in which `projects/` and `tmp/` lie: the variable for it, else what the person's settings say, else that of the settings. */
export async function storeOf(options: QwenCodeOptions): Promise<string> {
  const own = qwenDirectory(options);
  return resolved(options.runtimeDir, options) ?? resolved(await runtimeInSettings(own), options) ?? own;
}

const LARGEST_SETTINGS = 1 << 20;

/** `advanced.runtimeOutputDir`. A relative one means another place in each project: it is not followed. */
async function runtimeInSettings(own: string): Promise<string | undefined> {
  const root = await realDirectory(own);
  if (root === null) return undefined;
  const text = asBuffer(await headOf(path.join(root, "settings.json"), [root], LARGEST_SETTINGS)).toString("utf8");
  if (!text.includes("runtimeOutputDir")) return undefined;
  const { parse } = await import("jsonc-parser");
  const settings: unknown = parse(text);
  const said = isJson(settings) ? textOf(objectOf(settings, "advanced"), "runtimeOutputDir") : undefined;
  return said !== undefined && (path.isAbsolute(said) || said.startsWith("~")) ? said : undefined;
}

const ID = "[A-Za-z0-9][A-Za-z0-9_-]{0,127}";
const IS_ID = new RegExp(`^${ID}$`);
const TRANSCRIPT = new RegExp(`^(${ID})\\.jsonl$`);

export function isId(text: string): boolean {
  return IS_ID.test(text);
}

/** The session whose transcript has this name; undefined for what lies beside transcripts. */
export function idOfName(name: string): string | undefined {
  return TRANSCRIPT.exec(name)?.[1];
}

/** The last component of a recorded path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A file's name without what follows its first dot. */
export function stemOf(name: string): string {
  const dot = name.indexOf(".", 1);
  return dot < 0 ? name : name.slice(0, dot);
}

/** The transcript of one session in one project folder. */
export interface Finding {
  readonly id: string;
  readonly root: string;
  /** The project folder, absolute. */
  readonly folder: string;
  /** Absolute. */
  readonly transcript: string;
}

/** The project folders of a store, absolute. Links are not followed: the agent makes none. */
export async function foldersOf(root: string): Promise<readonly string[]> {
  const projects = path.join(root, "projects");
  if ((await realDirectory(projects)) !== projects) return [];
  return (await entriesOf(projects)).filter((entry) => entry.isDirectory()).map(({ name }) => path.join(projects, name));
}

/** The sessions of a project folder, by the names of its files. Of one that is live and archived too the live one counts. */
export async function sessionsIn(root: string, folder: string): Promise<readonly Finding[]> {
  const found = new Map<string, Finding>();
  for (const below of ["chats", "chats/archive"]) {
    const directory = path.join(folder, ...below.split("/"));
    for (const entry of await entriesOf(directory)) {
      const id = entry.isFile() ? idOfName(entry.name) : undefined;
      if (id !== undefined && !found.has(id)) found.set(id, { id, root, folder, transcript: path.join(directory, entry.name) });
    }
  }
  return [...found.values()];
}

/** The session of a file of the store; a sub-agent's transcript belongs to the session that started it. */
export function idOfPlace(root: string, real: string): string | undefined {
  const [projects, folder, kind, ...below] = path.relative(root, real).split(path.sep);
  if (projects !== "projects" || folder === undefined || !isInside(root, real)) return undefined;
  if (kind === "subagents") return below.length > 1 ? below[0] : undefined;
  if (kind !== "chats") return undefined;
  const name = below[0] === "archive" ? below[1] : below[0];
  return name === undefined ? undefined : idOfName(name);
}

/** What the first records of a transcript say of the session. */
export interface Beginning {
  /** Absolute. */
  readonly directory?: string;
  /** The session that it was forked from, or that started it. */
  readonly parent?: string;
}

const HEAD = 64 * 1024;

export async function beginningOf({ transcript }: Finding, roots: readonly string[]): Promise<Beginning> {
  let directory: string | undefined;
  for (const { line } of linesOf(await headOf(transcript, roots, HEAD))) {
    const record = asBuffer(line);
    // Of a record that the head cuts off, what stands before the cut is read all the same.
    directory ??= textAt(record, valueIn(record, "cwd"));
    const forked = valueIn(record, "forkedFrom");
    const parent = forked === undefined ? startedBy(record) : textAt(record, scanObject(record, ["sessionId"], { range: forked })?.get("sessionId"));
    if (parent !== undefined) return { parent, ...(directory === undefined ? {} : { directory }) };
  }
  return directory === undefined ? {} : { directory };
}

function valueIn(record: Buffer, key: string): Span | undefined {
  return scanObject(record, [key], { enough: true })?.get(key);
}

function startedBy(record: Buffer): string | undefined {
  if (textAt(record, valueIn(record, "subtype")) !== "parent_session") return undefined;
  const payload = valueAt(record, valueIn(record, "systemPayload"));
  return isJson(payload) ? textOf(payload, "parentSessionId") : undefined;
}
