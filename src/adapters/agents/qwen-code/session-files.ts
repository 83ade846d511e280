import path from "node:path";
import type { FileRole, SourceFile } from "../../../ports/agent.ts";
import { asBuffer } from "../shared/json-scan.ts";
import { openInside } from "../shared/open-file.ts";
import { entriesOf, filesBelow, realDirectory, statOf } from "../shared/store.ts";
import { hashOf } from "./slug.ts";
import type { Finding } from "./store.ts";
import { stemOf } from "./store.ts";

/** Stands in recorded paths for folders named after the directory, so that a path stays the same in another checkout. */
export const PROJECT = "_";

/** Every file of a session, the transcript first. */
export async function filesOf(finding: Finding, directory: string | undefined, platform: NodeJS.Platform): Promise<readonly SourceFile[]> {
  const { id, folder, transcript } = finding;
  const files: SourceFile[] = [file(`projects/${PROJECT}/chats/${id}.jsonl`, transcript, "transcript")];
  const own = path.join(folder, "subagents", id);
  if ((await realDirectory(own)) === own) {
    for (const relative of await filesBelow(own)) {
      files.push(file(`projects/${PROJECT}/subagents/${id}/${relative}`, path.join(own, ...relative.split("/")), relative.endsWith(".jsonl") ? "subagent" : "sidecar"));
    }
  }
  if (directory !== undefined) files.push(...(await movedResults(finding, path.join(finding.root, "tmp", hashOf(directory, platform), "tool-results"))));
  return files;
}

/** The latest time at which one of the files was modified, ms since 1970. */
export async function lastChange(files: readonly SourceFile[]): Promise<number> {
  const times = await Promise.all(files.map(async ({ absolute }) => (await statOf(absolute))?.mtimeMs ?? 0));
  return Math.max(0, ...times);
}

function file(recorded: string, absolute: string, role: FileRole): SourceFile {
  return { path: recorded, absolute, role, growth: recorded.endsWith(".jsonl") ? "append" : "rewrite" };
}

/** Shorter names could stand in a transcript by chance. */
const SHORTEST = 8;

/** All sessions of a directory share one folder of large results: a session's are those that its transcripts name. */
async function movedResults(finding: Finding, directory: string): Promise<readonly SourceFile[]> {
  if ((await realDirectory(directory)) !== directory) return [];
  const names = (await entriesOf(directory)).filter((entry) => entry.isFile() && stemOf(entry.name).length >= SHORTEST).map(({ name }) => name);
  if (names.length === 0) return [];
  const named = await namedIn(finding.transcript, finding.root, new Set(names.map(stemOf)));
  return names.filter((name) => named.has(stemOf(name))).map((name) => file(`tmp/${PROJECT}/tool-results/${name}`, path.join(directory, name), "tool-result"));
}

const BLOCK = 1 << 20;

/** Which of the words stand in a file. Blocks overlap by the longest word. */
async function namedIn(absolute: string, root: string, words: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const open = await openInside(absolute, [root]).catch(() => null);
  if (open === null) return found;
  const longest = Math.max(...[...words].map((word) => Buffer.byteLength(word)));
  try {
    for (let at = 0; at < open.size; at += BLOCK) {
      const block = asBuffer(await open.read(at, BLOCK + longest));
      for (const word of words) if (!found.has(word) && block.includes(word)) found.add(word);
    }
    return found;
  } finally {
    await open.close();
  }
}
