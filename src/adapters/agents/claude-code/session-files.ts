import path from "node:path";
import type { FileRole, SourceFile } from "../../../ports/agent.ts";
import { filesBelow, statOf } from "../shared/store.ts";
import type { Beside } from "./beside.ts";
import { KEPT } from "./beside.ts";
import type { Finding } from "./store.ts";

/**
 * Stands in recorded paths for the project folder, so that a path stays the same when the agent moves a
 * session to another folder. No folder made of a directory has this name.
 */
export const PROJECT = "_";

/** Every file of a session, the live transcript first. `findings` are of one store. */
export async function filesOf(findings: readonly Finding[], beside: Beside): Promise<readonly SourceFile[]> {
  const ranked = await newestFirst(findings);
  const home = ranked[0];
  if (home === undefined) return [];
  const { id } = home;
  const { root } = home.folder;
  const files: SourceFile[] = [];
  for (const finding of ranked) {
    const prefix = `projects/${finding === home ? PROJECT : path.basename(finding.folder.directory)}`;
    const names = [...finding.transcripts].sort((a, b) => Number(b === `${id}.jsonl`) - Number(a === `${id}.jsonl`) || (a < b ? -1 : 1));
    for (const name of names) files.push(file(`${prefix}/${name}`, path.join(finding.folder.directory, name), "transcript"));
    if (finding.sidecar) files.push(...(await sidecar(prefix, finding)));
    for (const name of (await finding.siblings()).get(id) ?? []) {
      files.push(file(`${prefix}/${name}`, path.join(finding.folder.directory, name), "subagent"));
    }
  }
  for (const [top, role] of KEPT) {
    if (beside.has(top, id)) files.push(...(await kept(root, `${top}/${id}`, role)));
  }
  for (const name of beside.todos(id)) files.push(file(`todos/${name}`, path.join(root, "todos", name), "sidecar"));
  return files;
}

/** The latest time at which one of the files was modified, ms since 1970. */
export async function lastChange(files: readonly SourceFile[]): Promise<number> {
  const times = await Promise.all(files.map(async ({ absolute }) => (await statOf(absolute))?.mtimeMs ?? 0));
  return Math.max(0, ...times);
}

async function newestFirst(findings: readonly Finding[]): Promise<readonly Finding[]> {
  if (findings.length < 2) return findings;
  const dated = await Promise.all(
    findings.map(async (finding) => {
      const live = finding.transcripts.includes(`${finding.id}.jsonl`);
      const stats = live ? await statOf(path.join(finding.folder.directory, `${finding.id}.jsonl`)) : null;
      return { finding, time: stats?.mtimeMs ?? 0 };
    }),
  );
  return dated.sort((a, b) => b.time - a.time || (a.finding.folder.directory < b.finding.folder.directory ? -1 : 1)).map(({ finding }) => finding);
}

function file(recorded: string, absolute: string, role: FileRole): SourceFile {
  return { path: recorded, absolute, role, growth: recorded.includes(".jsonl") ? "append" : "rewrite" };
}

function roleInSidecar(relative: string): FileRole {
  if (relative.startsWith("subagents/") && relative.endsWith(".jsonl")) return "subagent";
  if (relative.startsWith("tool-results/")) return "tool-result";
  return "sidecar";
}

async function sidecar(prefix: string, { folder, id }: Finding): Promise<readonly SourceFile[]> {
  const directory = path.join(folder.directory, id);
  const entries = await filesBelow(directory);
  return entries.map((relative) => file(`${prefix}/${id}/${relative}`, path.join(directory, ...relative.split("/")), roleInSidecar(relative)));
}

async function kept(root: string, relative: string, role: FileRole): Promise<readonly SourceFile[]> {
  const directory = path.join(root, ...relative.split("/"));
  const entries = await filesBelow(directory);
  return entries.map((below) => file(`${relative}/${below}`, path.join(directory, ...below.split("/")), role));
}
