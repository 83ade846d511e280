import { createHash } from "node:crypto";
import path from "node:path";
import type { SourceFile } from "../../../ports/agent.ts";
import { entriesOf, filesBelow, realDirectory, statOf } from "../shared/store.ts";

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** Ids become parts of paths. */
export function isId(text: string): boolean {
  return ID.test(text);
}

/** Stands in recorded paths for folders named after the directory, so that a path stays the same in another checkout. */
export const PROJECT = "_";
export const TRANSCRIPTS = "agent-transcripts";

/** Where a session was found. */
export interface Finding {
  readonly id: string;
  /** The folder of the project in which its transcript lies, absolute. */
  readonly project?: string;
  /** The folder of its database, absolute. */
  readonly chat?: string;
}

/** All sessions of a store, by id. Links are not followed: Cursor makes none. Of one that lies in two projects the first counts. */
export async function sessionsIn(root: string): Promise<ReadonlyMap<string, Finding>> {
  const found = new Map<string, Finding>();
  const projects = path.join(root, "projects");
  // A window without a folder has no project.
  for (const project of [projects, ...(await foldersIn(projects))]) {
    for (const id of await transcriptsIn(project)) if (!found.has(id)) found.set(id, { id, project });
  }
  for (const workspace of await foldersIn(path.join(root, "chats"))) {
    for (const chat of await foldersIn(workspace)) {
      const id = path.basename(chat);
      const known = found.get(id);
      if (isId(id) && known?.chat === undefined && (await hasFile(chat, "store.db"))) found.set(id, { ...(known ?? { id }), chat });
    }
  }
  return found;
}

async function foldersIn(directory: string): Promise<readonly string[]> {
  if ((await realDirectory(directory)) !== directory) return [];
  return (await entriesOf(directory)).filter((entry) => entry.isDirectory()).map(({ name }) => path.join(directory, name));
}

async function hasFile(directory: string, name: string): Promise<boolean> {
  return (await entriesOf(directory)).some((entry) => entry.name === name && entry.isFile());
}

/** A transcript is `<id>.jsonl`, or lies as that in a folder of the id. */
async function transcriptsIn(project: string): Promise<ReadonlySet<string>> {
  const folder = path.join(project, TRANSCRIPTS);
  const ids = new Set<string>();
  if ((await realDirectory(folder)) !== folder) return ids;
  for (const entry of await entriesOf(folder)) {
    const id = entry.name.replace(/\.jsonl$/, "");
    const isFlat = entry.isFile() && entry.name !== id;
    if (isId(id) && (isFlat || (entry.isDirectory() && (await hasFile(path.join(folder, id), `${id}.jsonl`))))) ids.add(id);
  }
  return ids;
}

/** The files of a session that lie below a project's folder: transcripts first. @param directory where it ran */
export async function transcriptFiles({ id, project }: Finding, directory: string | undefined): Promise<readonly SourceFile[]> {
  if (project === undefined) return [];
  const folder = path.join(project, TRANSCRIPTS);
  const file = (below: string, role: SourceFile["role"]): SourceFile => ({
    path: `projects/${PROJECT}/${TRANSCRIPTS}/${below}`,
    absolute: path.join(folder, ...below.split("/")),
    role,
    growth: below.endsWith(".jsonl") ? "append" : "rewrite",
    ...(directory === undefined ? {} : { directory }),
  });
  const own = path.join(folder, id);
  const nested = (await realDirectory(own)) === own ? await filesBelow(own) : [];
  const roleOf = (below: string): SourceFile["role"] => (below === `${id}.jsonl` ? "transcript" : below.startsWith("subagents/") && below.endsWith(".jsonl") ? "subagent" : "sidecar");
  const flat = (await entriesOf(folder)).filter((entry) => entry.isFile() && (entry.name === `${id}.jsonl` || entry.name === `${id}.txt`));
  const all = [...nested.map((below) => file(`${id}/${below}`, roleOf(below))), ...flat.map(({ name }) => file(name, name.endsWith(".txt") ? "sidecar" : "transcript"))];
  return [...all.filter(({ role }) => role === "transcript"), ...all.filter(({ role }) => role !== "transcript")];
}

/** The session of a file below a project's folder; undefined for any other. */
export function idOfPlace(root: string, real: string): string | undefined {
  const components = path.relative(root, real).split(path.sep);
  const at = components.indexOf(TRANSCRIPTS);
  const [first = "", ...below] = components.slice(at + 1);
  if (components[0] !== "projects" || at < 1 || at > 2) return undefined;
  const id = below.length > 0 ? first : /^(.+)\.jsonl$/.exec(first)?.[1];
  return id !== undefined && isId(id) ? id : undefined;
}

/** When something of a session was written last, ms since 1970. */
export async function lastChange(files: readonly SourceFile[]): Promise<number> {
  const paths = new Set(files.flatMap(({ absolute }) => (/\.(?:db|vscdb)$/.test(absolute) ? [absolute, `${absolute}-wal`] : [absolute])));
  return Math.max(0, ...(await Promise.all([...paths].map(async (file) => (await statOf(file))?.mtimeMs ?? 0))));
}

/** How Cursor names the folder of a project. Different directories have one name: it is never taken back to a directory. */
export function slugOf(directory: string): string {
  return directory.replaceAll(/[^A-Za-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
}

/** How the CLI names the folder of a workspace's conversations. */
export function workspaceHash(directory: string): string {
  return createHash("md5").update(directory).digest("hex");
}

/** Whether a project's folder may be that of one of the directories, or of one below. A name without letters says nothing. */
export function mayBeOf(project: string, directories: readonly string[]): boolean {
  const name = plain(path.basename(project));
  return !/[a-z]/.test(name) || path.basename(project) === "projects" || directories.some((directory) => name.startsWith(plain(directory)));
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}
