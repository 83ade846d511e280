import type { FileRole } from "../../../ports/agent.ts";
import { defined, isAbsolutePath, isJson } from "../shared/record.ts";

export const FORMAT = "hx-session/1";
export const DESCRIPTION = "session.json";
/** Bytes. */
export const LONGEST_DESCRIPTION = 1 << 20;
const MOST_FILES = 1000;
const LONGEST_TEXT = 4096;

/** A file of a session, as its description names it. */
export interface DoorFile {
  /** Relative to the session's folder, with `/`. */
  readonly path: string;
  readonly role: FileRole;
  readonly growth: "append" | "rewrite";
}

/** What a tool says of a session that it hands over: docs/spec/door.md. */
export interface Description {
  readonly agent: string;
  readonly id: string;
  /** Absolute. */
  readonly directory: string;
  readonly title?: string;
  readonly parent?: string;
  readonly version?: string;
  /** At least one; transcripts first. */
  readonly files: readonly DoorFile[];
}

/** Why a description is none. `problem` names the field. */
export interface Faulty {
  readonly problem: string;
  /** Where it claims to have run, when that can be read all the same. */
  readonly directory?: string;
}

export type Read = { readonly description: Description } | Faulty;

const AGENT = /^[a-z0-9][a-z0-9-]{0,39}$/;
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const ROLES: readonly string[] = ["transcript", "subagent", "tool-result", "attachment", "sidecar"] satisfies readonly FileRole[];

export function isAgentName(text: string): boolean {
  return AGENT.test(text);
}

export function isDoorId(text: string): boolean {
  return ID.test(text) && !text.endsWith(".");
}

class Problem extends Error {}

/** Reads a description. Fields that are not known are passed over. */
export function readDescription(bytes: Uint8Array): Read {
  if (bytes.length > LONGEST_DESCRIPTION) return { problem: `it is larger than ${LONGEST_DESCRIPTION} bytes` };
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return { problem: "it is not JSON in UTF-8" };
  }
  return toDescription(value);
}

export function toDescription(value: unknown): Read {
  const claimed = isJson(value) && typeof value["directory"] === "string" && isDirectory(value["directory"]) ? value["directory"] : undefined;
  try {
    return { description: descriptionOf(value) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { problem: error.message, ...(claimed === undefined ? {} : { directory: claimed }) };
  }
}

function descriptionOf(value: unknown): Description {
  if (!isJson(value)) throw new Problem("it is not an object");
  const format = value["format"];
  if (format !== FORMAT) throw new Problem(`'format' is not '${FORMAT}'`);
  return { ...headOf(value), files: filesOf(value["files"]) };
}

/** The fields that a description and a payload have in common. @throws Problem */
function headOf(value: Readonly<Record<string, unknown>>): Omit<Description, "files"> {
  const agent = text(value, "agent");
  if (!isAgentName(agent)) throw new Problem("'agent' is not of a-z, 0-9 and '-', at most 40, and does not begin with '-'");
  const id = text(value, "id");
  if (!isDoorId(id)) throw new Problem("'id' is not of letters, digits, '.', '_' and '-', at most 128, begins with another sign than a letter or digit, or ends with '.'");
  const directory = text(value, "directory");
  if (!isDirectory(directory)) throw new Problem("'directory' is not an absolute path");
  const parent = optional(value, "parent");
  if (parent !== undefined && !isDoorId(parent)) throw new Problem("'parent' is not an id");
  return { agent, id, directory, ...defined({ title: optional(value, "title"), parent, version: optional(value, "version") }) };
}

/** As {@link headOf}; the problem as text. */
export function readHead(value: Readonly<Record<string, unknown>>): { readonly head: Omit<Description, "files"> } | Faulty {
  try {
    return { head: headOf(value) };
  } catch (error) {
    if (error instanceof Problem) return { problem: error.message };
    throw error;
  }
}

function isDirectory(path: string): boolean {
  return isAbsolutePath(path) && !path.includes("\0") && path.length <= LONGEST_TEXT;
}

function text(value: Readonly<Record<string, unknown>>, key: string): string {
  const found = optional(value, key);
  if (found === undefined) throw new Problem(`'${key}' is missing`);
  return found;
}

function optional(value: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const found = Object.hasOwn(value, key) ? value[key] : undefined;
  if (found === undefined || found === null) return undefined;
  if (typeof found !== "string") throw new Problem(`'${key}' is not a text`);
  if (found.length > LONGEST_TEXT) throw new Problem(`'${key}' is longer than ${LONGEST_TEXT} characters`);
  return found;
}

function filesOf(value: unknown): readonly DoorFile[] {
  if (!Array.isArray(value)) throw new Problem("'files' is not a list");
  if (value.length > MOST_FILES) throw new Problem(`'files' has more than ${MOST_FILES} entries`);
  const files = value.map((file: unknown, index) => fileOf(file, `files[${index}]`));
  if (!files.some(({ role }) => role === "transcript")) throw new Problem("'files' names no transcript");
  const paths = new Set<string>();
  for (const { path } of files) {
    // Some file systems do not tell large letters from small ones.
    const folded = path.toLowerCase();
    if (paths.has(folded)) throw new Problem(`'files' names '${path.slice(0, 80)}' twice`);
    paths.add(folded);
  }
  return [...files.filter(({ role }) => role === "transcript"), ...files.filter(({ role }) => role !== "transcript")];
}

function fileOf(value: unknown, at: string): DoorFile {
  if (!isJson(value)) throw new Problem(`'${at}' is not an object`);
  const { path, role = "transcript", growth } = value;
  if (typeof path !== "string" || path === "") throw new Problem(`'${at}.path' is missing, or not a text`);
  if (!isBelow(path)) throw new Problem(`'${at}.path' leads out of the folder, or is no plain path`);
  if (path.toLowerCase() === DESCRIPTION) throw new Problem(`'${at}.path' is the description itself`);
  if (typeof role !== "string" || !ROLES.includes(role)) throw new Problem(`'${at}.role' is none of ${ROLES.join(", ")}`);
  if (growth !== undefined && growth !== "append" && growth !== "rewrite") throw new Problem(`'${at}.growth' is neither 'append' nor 'rewrite'`);
  return { path, role: role as FileRole, growth: growth ?? (path.endsWith(".jsonl") ? "append" : "rewrite") };
}

function isBelow(path: string): boolean {
  return path.length <= 512 && path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && !/[\0-\x1f\\:]/.test(part));
}
