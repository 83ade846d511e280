import path from "node:path";
import { asBuffer, scanDocument, scanObject, textAt } from "../shared/json-scan.ts";
import { linesOf } from "../shared/lines.ts";
import { headOf } from "../shared/open-file.ts";
import { entriesOf, realDirectory } from "../shared/store.ts";
import type { Project } from "./projects.ts";

/** A transcript in the folder of a project. */
export interface Transcript {
  readonly name: string;
  readonly project: Project;
  /** The session, as the file says it. Absent: it says none yet, or it is damaged. */
  readonly id?: string;
  /** The first characters of the id, as the name says them. */
  readonly short: string;
  /** Whether the file has a first line; a document: whether it is whole. */
  readonly begun: boolean;
}

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;
/** Folders of a project that belong to no session. */
const SHARED = new Set(["chats", "logs", "tool-outputs", "checkpoints", "memory", "plans", "tasks", "tracker"]);
/** What was set aside was damaged when the session was resumed. */
const NAME = /^session-\d{4}-\d\d-\d\dT[\d-]{5,8}-([A-Za-z0-9_-]{1,8})\.jsonl?(?:\.unreadable-\d+)?$/;

/** The last component of a recorded path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function isId(text: string): boolean {
  return ID.test(text) && !SHARED.has(text.toLowerCase());
}

export function isTranscript(name: string): boolean {
  return NAME.test(name);
}

/** The transcripts of a project. `short`: only those whose name has it; the others are not opened. */
export async function transcriptsIn(project: Project, roots: readonly string[], short?: string): Promise<readonly Transcript[]> {
  const chats = path.join(project.folder, "chats");
  if ((await realDirectory(chats)) !== chats) return [];
  const found: Transcript[] = [];
  for (const entry of await entriesOf(chats)) {
    const named = entry.isFile() ? NAME.exec(entry.name)?.[1] : undefined;
    if (named === undefined || (short !== undefined && named !== short)) continue;
    found.push({ name: entry.name, project, short: named, ...(await (entry.name.endsWith(".json") ? documentIn : beginningOf)(path.join(chats, entry.name), roots)) });
  }
  return found;
}

const HEAD = 64 * 1024;

/** The id stands in the header; where that is damaged, in a later record. */
async function beginningOf(absolute: string, roots: readonly string[]): Promise<{ readonly id?: string; readonly begun: boolean }> {
  const head = asBuffer(await headOf(absolute, roots, HEAD));
  const document = idIn(head);
  if (document !== undefined) return { id: document, begun: true };
  let begun = false;
  for (const { line, whole } of linesOf(head)) {
    begun ||= whole && line.length > 1;
    const id = idIn(asBuffer(line));
    if (id !== undefined) return { id, begun };
  }
  return { begun };
}

/** Of a larger document without an id up to there nothing is known. */
const DOCUMENT = 64 << 20;

/** The id may stand behind the messages. One that is torn, as while the agent writes it, says none yet, whatever its name is. */
async function documentIn(absolute: string, roots: readonly string[]): Promise<{ readonly id?: string; readonly begun: boolean }> {
  for (const length of [HEAD, DOCUMENT]) {
    const document = asBuffer(await headOf(absolute, roots, length));
    const { fields, isWhole } = scanDocument(document, ["sessionId"]);
    const span = fields.get("sessionId");
    // What cuts the document off may cut the id off too.
    const id = span !== undefined && document[span.end - 1] === 0x22 ? textAt(document, span, 256) : undefined;
    if (id !== undefined && isId(id)) return { id, begun: true };
    if (isWhole || document.length < length) return { begun: isWhole };
  }
  return { begun: false };
}

function idIn(record: Buffer): string | undefined {
  const own = textAt(record, scanObject(record, ["sessionId"], { enough: true })?.get("sessionId"), 256);
  const set = own === undefined ? scanObject(record, ["$set"], { enough: true })?.get("$set") : undefined;
  const id = set === undefined ? own : textAt(record, scanObject(record, ["sessionId"], { range: set, enough: true })?.get("sessionId"), 256);
  return id !== undefined && isId(id) ? id : undefined;
}

/** The session of a file of the store; a sub-agent's transcript belongs to the session that started it. */
export function ownerOfPlace(root: string, real: string): { readonly folder: string; readonly parent?: string; readonly name: string } | undefined {
  const [tmp, folder, chats, ...below] = path.relative(root, real).split(path.sep);
  if (tmp !== "tmp" || folder === undefined || chats !== "chats") return undefined;
  const [first, second, ...rest] = below;
  if (first === undefined || rest.length > 0) return undefined;
  return second === undefined ? { folder, name: first } : { folder, parent: first, name: second };
}
