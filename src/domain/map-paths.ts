import { fromUtf8, utf8 } from "./bytes.ts";

/** Tops of two checkouts of one repository, absolute, each in the form of its own system. */
export interface PathMove {
  readonly from: string;
  readonly to: string;
}

/** Longer records stay as they are. Bytes. */
export const LONGEST_MAPPED = 64 << 20;
/** JSON in a string of JSON in a string: deeper no agent goes. */
const DEEPEST = 4;
/** What a model signed, or sealed for itself, stays as it is with all that stands in the same object: one byte more and it is refused. */
const SEALING_KEY = /(?:signature|opaque)$|^encrypted/i;
const SEALED_TYPE = /^(?:redacted_)?(?:thinking|reasoning)$/;

/**
 * Turns the paths of one checkout into those of another, in records of JSON. All other bytes stay: only the strings in which a path
 * changes are written anew. The path counts where it is the whole string or its beginning, and in longer texts where it stands by itself.
 * A record that is no JSON, or too long, stays as it is.
 * @returns null when nothing can be mapped: the same place, no absolute path, the root of a file system
 */
export function pathMapper(move: PathMove): ((record: Uint8Array) => Uint8Array) | null {
  const change = changer(move);
  if (change === null) return null;
  const needle = lastComponent(move.from);
  const isWindows = isWindowsPath(move.from);
  return (record) => {
    if (record.length > LONGEST_MAPPED) return record;
    const text = textOf(record);
    if (text === null || !(isWindows ? text.toLowerCase().includes(needle.toLowerCase()) : text.includes(needle) || text.includes("\\u"))) return record;
    const mark = text.startsWith("\uFEFF") ? "\uFEFF" : "";
    const json = text.slice(mark.length);
    const mapped = isJson(json) ? mapJson(json, change, 0) : json;
    return mapped === json ? record : utf8(mark + mapped);
  };
}

function textOf(record: Uint8Array): string | null {
  try {
    return fromUtf8(record);
  } catch {
    return null;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

type Change = (text: string) => string;

/** An object or list that is being read. */
interface Open {
  /** How many strings were changed before it. */
  readonly before: number;
  readonly isObject: boolean;
  key: string;
  sealed: boolean;
}

/** @param json valid */
function mapJson(json: string, change: Change, depth: number): string {
  const changed: { readonly from: number; readonly to: number; readonly text: string }[] = [];
  const open: Open[] = [];
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    const around = open.at(-1);
    if (character === "{" || character === "[") {
      if (around !== undefined && SEALING_KEY.test(around.key)) around.sealed = true;
      open.push({ before: changed.length, isObject: character === "{", key: "", sealed: false });
    } else if (character === "}" || character === "]") {
      open.pop();
      if (around?.sealed === true) changed.length = around.before;
      const outer = open.at(-1);
      if (outer !== undefined) outer.key = "";
    } else if (character === '"') {
      const end = endOfString(json, at);
      const raw = json.slice(at + 1, end - 1);
      const text = raw.includes("\\") ? unquoted(json.slice(at, end)) : raw;
      const isKey = around?.isObject === true && /^\s*:/.test(json.slice(end, end + 32));
      if (around !== undefined) seal(around, text, isKey);
      const fresh = isKey ? change(text) : changedText(text, change, depth);
      if (fresh !== text) changed.push({ from: at + 1, to: end - 1, text: JSON.stringify(fresh).slice(1, -1) });
      at = end - 1;
    }
  }
  let result = "";
  let done = 0;
  for (const { from, to, text } of changed) {
    result += json.slice(done, from) + text;
    done = to;
  }
  return result + json.slice(done);
}

function seal(around: Open, text: string, isKey: boolean): void {
  if (isKey) {
    around.key = text;
    return;
  }
  if (text !== "" && (SEALING_KEY.test(around.key) || (around.key === "type" && SEALED_TYPE.test(text)))) around.sealed = true;
  if (around.isObject) around.key = "";
}

/** Arguments of tools, and rows of databases, are JSON in a string. */
function changedText(text: string, change: Change, depth: number): string {
  const isNested = depth < DEEPEST && /^\s*[[{]/.test(text) && isJson(text);
  return isNested ? mapJson(text, change, depth + 1) : change(text);
}

function unquoted(token: string): string {
  return String(JSON.parse(token));
}

function endOfString(json: string, open: number): number {
  for (let at = open + 1; ; ) {
    const quote = json.indexOf('"', at);
    let slashes = 0;
    while (json[quote - slashes - 1] === "\\") slashes++;
    if (slashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

/** A letter, a digit or a sign of a name stands before or behind: then it is the path of something else. */
const BEFORE = String.raw`(?:(?<=file:\/\/\/?)|(?<![\p{L}\p{N}_.~@+%$\-/\\]))`;
const BEHIND = String.raw`(?![\p{L}\p{N}_~@+%$\-])(?!\.[\p{L}\p{N}_\-])`;
const LONGEST_PATH = 4096;

function changer({ from, to }: PathMove): Change | null {
  const old = trimmed(from);
  const fresh = trimmed(to);
  if (old === fresh || old.length > LONGEST_PATH || componentsOf(old).length === 0 || !isAbsolute(old) || !isAbsolute(fresh)) return null;
  const isWindows = isWindowsPath(old);
  const separator = isWindows ? String.raw`[\\/]` : "/";
  const flags = isWindows ? "iu" : "u";
  const whole = new RegExp(`^${spelled(old)}((?:${separator}[^\\n]*)?)$`, flags);
  const within = new RegExp(`${BEFORE}${spelled(old)}((?:${separator}[^\\s"'\`<>|*?:\\\\/]*)*)${BEHIND}`, `g${flags}`);
  const isInText = inTextOf(old, fresh);
  const native = isWindowsPath(fresh) ? "\\" : "/";
  const moved = (rest: string, used: string): string => (native === "/" ? fresh : fresh.replaceAll(/[\\/]/g, used)) + (isWindows || used !== "/" ? rest.replaceAll(/[\\/]+/g, used) : rest);
  return (text) => {
    const rest = text.length <= LONGEST_PATH ? whole.exec(text)?.[1] : undefined;
    if (rest !== undefined && !(/\s/.test(rest) && rest.includes(old))) return climbs(rest) ? text : moved(rest, native);
    if (!isInText) return text;
    return text.replace(within, (found: string, rest: string) => {
      const used = native === "/" ? "/" : (/\\+|\//.exec(found)?.[0] ?? native);
      return climbs(rest) ? found : moved(rest, used);
    });
  };
}

/**
 * In a text, a path of one component could be anything (`/app`, `/src`). What a shell or a JSON text would read in another way is not
 * written into one either.
 */
function inTextOf(old: string, fresh: string): boolean {
  return componentsOf(old).length > 1 && !/["'`$\s\p{Cc}]/u.test(fresh) && (isWindowsPath(fresh) || !fresh.includes("\\"));
}

/** A path that leads out of the checkout is none of it. */
function climbs(rest: string | undefined): boolean {
  return (rest ?? "").split(/[\\/]/).includes("..");
}

/** For a regular expression. On Windows either separator counts, doubled too. */
function spelled(path: string): string {
  const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  return isWindowsPath(path) ? path.split(/[\\/]/).map(literal).join(String.raw`[\\/]{1,4}`) : literal(path);
}

function trimmed(path: string): string {
  return path.length > 1 ? path.replace(/[\\/]+$/, "") : path;
}

function componentsOf(path: string): readonly string[] {
  return path.split(isWindowsPath(path) ? /[\\/]/ : "/").filter((part) => part !== "" && !/^[A-Za-z]:$/.test(part));
}

function lastComponent(path: string): string {
  return componentsOf(path).at(-1) ?? "";
}

function isWindowsPath(path: string): boolean {
  return /^[A-Za-z]:(?:[\\/]|$)/.test(path) || path.startsWith("\\\\");
}

function isAbsolute(path: string): boolean {
  return path.startsWith("/") || isWindowsPath(path);
}
