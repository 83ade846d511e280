import path from "node:path";
import type { FileRole, SourceFile } from "../../../ports/agent.ts";
import { entriesOf, filesBelow, realDirectory, statOf } from "../shared/store.ts";
import type { Project } from "./projects.ts";
import type { Transcript } from "./store.ts";

/** Stands in recorded paths for the project folder, so that a path stays the same in another checkout and after a migration. No project folder has this name. */
export const PROJECT = "_";

/**
 * Every file of a session, the oldest transcript first: a session that was resumed has a stub beside it. Of copies that a
 * migration left in an older folder those of the newer folder count.
 */
export async function filesOf(id: string, transcripts: readonly Transcript[]): Promise<readonly SourceFile[]> {
  const projects = [...new Set(transcripts.map(({ project }) => project))];
  const directory = projects.find((project) => project.directory !== undefined)?.directory;
  const files = new Map<string, SourceFile>();
  const add = (below: string, absolute: string, role: FileRole): void => {
    const recorded = `tmp/${PROJECT}/${below}`;
    if (files.has(recorded)) return;
    const grows = below.includes(".jsonl");
    files.set(recorded, { path: recorded, absolute, role, growth: grows ? "append" : "rewrite", ...(directory === undefined ? {} : { directory }) });
  };
  for (const { name, project } of [...transcripts].sort(byRank)) add(`chats/${name}`, path.join(project.folder, "chats", name), "transcript");
  for (const project of projects) for (const [below, absolute, role] of await besideIn(project, id)) add(below, absolute, role);
  return [...files.values()];
}

/** Set-aside ones last, documents of older versions before them, and the newer folder first. */
function byRank(a: Transcript, b: Transcript): number {
  const rank = ({ name }: Transcript): number => (name.endsWith(".jsonl") ? 0 : name.endsWith(".json") ? 1 : 2);
  return rank(a) - rank(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : Number(a.project.isOld) - Number(b.project.isOld));
}

type Beside = readonly [below: string, absolute: string, role: FileRole];

async function besideIn({ folder }: Project, id: string): Promise<readonly Beside[]> {
  const found: Beside[] = [];
  const ids = new Set([id]);
  // A sub-agent has a folder of its own for those that it started: the set grows under the loop.
  for (const parent of ids) {
    for (const name of await namesIn(path.join(folder, "chats", parent))) {
      if (!/\.jsonl?$/.test(name)) continue;
      found.push([`chats/${parent}/${name}`, path.join(folder, "chats", parent, name), "subagent"]);
      ids.add(name.replace(/\.jsonl?$/, ""));
    }
  }
  for (const owner of ids) {
    const outputs = `tool-outputs/session-${owner}`;
    for (const name of await namesIn(path.join(folder, ...outputs.split("/")))) found.push([`${outputs}/${name}`, path.join(folder, ...outputs.split("/"), name), "tool-result"]);
  }
  const own = path.join(folder, id);
  if ((await realDirectory(own)) === own) for (const relative of await filesBelow(own)) found.push([`${id}/${relative}`, path.join(own, ...relative.split("/")), "sidecar"]);
  return found;
}

async function namesIn(directory: string): Promise<readonly string[]> {
  if ((await realDirectory(directory)) !== directory) return [];
  return (await entriesOf(directory)).filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** The latest time at which one of the files was modified, ms since 1970. */
export async function lastChange(files: readonly SourceFile[]): Promise<number> {
  const times = await Promise.all(files.map(async ({ absolute }) => (await statOf(absolute))?.mtimeMs ?? 0));
  return Math.max(0, ...times);
}
