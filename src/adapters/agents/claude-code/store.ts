import path from "node:path";
import { asBuffer, scanObject, textAt } from "../shared/json-scan.ts";
import { linesOf } from "../shared/lines.ts";
import { headOf } from "../shared/open-file.ts";
import { entriesOf, isInside, realDirectory } from "../shared/store.ts";

/** What one folder below `projects/` holds. Names only: no transcript was read. */
export interface Folder {
  readonly root: string;
  /** Its own name, and names of links within the store that lead to it. */
  readonly names: readonly string[];
  readonly directory: string;
}

/** The files of one session in one folder. */
export interface Finding {
  readonly id: string;
  readonly folder: Folder;
  readonly transcripts: readonly string[];
  /** Whether a folder of its own lies beside the transcript. */
  readonly sidecar: boolean;
  /** The older sub-agent transcripts of this folder, by the session that they belong to. */
  readonly siblings: () => Promise<ReadonlyMap<string, readonly string[]>>;
}

const ID = "[A-Za-z0-9][A-Za-z0-9_-]{0,127}";
const IS_ID = new RegExp(`^${ID}$`);
const TRANSCRIPT = new RegExp(`^(${ID})\\.jsonl$`);
const SET_ASIDE = new RegExp(`^(${ID})(?:\\.orphaned-[A-Za-z0-9._-]+\\.jsonl|\\.jsonl\\.superseded-[A-Za-z0-9._-]+)$`);
/** A sub-agent's transcript beside the session's, as versions before 2.1 wrote it. */
const SIBLING = /^agent-[A-Za-z0-9_-]{1,64}\.jsonl$/;

export function isId(text: string): boolean {
  return IS_ID.test(text);
}

/** The session to which a file name directly in a project folder belongs; undefined when it says none. */
export function idOfName(name: string): string | undefined {
  if (SIBLING.test(name)) return undefined;
  return (TRANSCRIPT.exec(name) ?? SET_ASIDE.exec(name))?.[1];
}

/** The project folders of a store. A link is followed when it leads to a folder of the same store, as after a rename of a repository. */
export async function foldersOf(root: string): Promise<readonly Folder[]> {
  const projects = await realDirectory(path.join(root, "projects"));
  if (projects === null || !isInside(root, projects)) return [];
  const names = new Map<string, string[]>();
  for (const entry of await entriesOf(projects)) {
    if (!entry.isDirectory() && !entry.isSymbolicLink()) continue;
    const directory = entry.isDirectory() ? path.join(projects, entry.name) : await realDirectory(path.join(projects, entry.name));
    if (directory === null || path.dirname(directory) !== projects) continue;
    names.set(directory, [...(names.get(directory) ?? []), entry.name]);
  }
  return [...names].map(([directory, known]) => ({ root, directory, names: known }));
}

/** The sessions of a folder, by the names of its files. */
export async function sessionsIn(folder: Folder, roots: readonly string[]): Promise<readonly Finding[]> {
  const transcripts = new Map<string, string[]>();
  const sidecars = new Set<string>();
  const agents: string[] = [];
  for (const entry of await entriesOf(folder.directory)) {
    if (entry.isDirectory()) sidecars.add(entry.name);
    if (!entry.isFile()) continue;
    if (SIBLING.test(entry.name)) agents.push(entry.name);
    const id = idOfName(entry.name);
    if (id !== undefined) transcripts.set(id, [...(transcripts.get(id) ?? []), entry.name]);
  }
  let owners: Promise<ReadonlyMap<string, readonly string[]>> | undefined;
  const siblings = (): Promise<ReadonlyMap<string, readonly string[]>> => (owners ??= byOwner(folder, agents, roots));
  return [...transcripts].map(([id, names]) => ({ id, folder, transcripts: names, sidecar: sidecars.has(id), siblings }));
}

async function byOwner(folder: Folder, names: readonly string[], roots: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const owned = new Map<string, string[]>();
  for (const name of names) {
    const owner = await ownerOfSibling(path.join(folder.directory, name), roots);
    if (owner !== undefined) owned.set(owner, [...(owned.get(owner) ?? []), name]);
  }
  return owned;
}

const HEAD = 64 * 1024;
/** The session that an older sub-agent transcript belongs to: it says so in its records. */
export async function ownerOfSibling(absolute: string, roots: readonly string[]): Promise<string | undefined> {
  return headValue(absolute, roots, "sessionId");
}

/** The first value of a key in the first records of a transcript. */
export async function headValue(absolute: string, roots: readonly string[], key: string): Promise<string | undefined> {
  for (const { line } of linesOf(await headOf(absolute, roots, HEAD))) {
    const buffer = asBuffer(line);
    const value = textAt(buffer, scanObject(buffer, [key], { enough: true })?.get(key));
    if (value !== undefined) return value;
  }
  return undefined;
}
