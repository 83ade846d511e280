import path from "node:path";
import type { SourceFile } from "../../../ports/agent.ts";
import type { Listed } from "../shared/listed.ts";
import { firstRecord } from "../shared/listed.ts";
import type { Json } from "../shared/record.ts";
import { textOf } from "../shared/record.ts";
import { entriesOf, isInside, realDirectory } from "../shared/store.ts";

/** Stands in recorded paths for the folder that Droid makes of a directory, so that they stay the same in another one. */
export const FOLDER = "_";
export const SESSIONS = "sessions";
const ID = "[A-Za-z0-9][A-Za-z0-9_-]{0,127}";
const IS_ID = new RegExp(`^${ID}$`);
const PART = new RegExp(`^(${ID})(\\.jsonl|\\.settings\\.json)$`);

export function isId(text: string): boolean {
  return IS_ID.test(text);
}

/** The session of a file by its name, and whether it is its transcript; undefined for a file that is no part of one. */
export function partOf(name: string): { readonly id: string; readonly isTranscript: boolean } | undefined {
  const match = PART.exec(name);
  return match?.[1] === undefined ? undefined : { id: match[1], isTranscript: match[2] === ".jsonl" };
}

/** The name of the folder in which Droid keeps the sessions of a directory. Lossy, so it never says what the directory was. */
export function folderOf(directory: string): string {
  return directory.replace(/[/\\:]/g, "-");
}

/** Every session of a store, by the names of its files; those of older versions lie in no folder. */
export async function sessionsOf(root: string): Promise<readonly Listed[]> {
  const top = await realDirectory(path.join(root, SESSIONS));
  if (top === null || !isInside(root, top)) return [];
  const sessions = new Map<string, Listed>();
  const entries = await entriesOf(top);
  const folders = [top, ...entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(top, name))];
  for (const folder of folders) {
    const names = (folder === top ? entries : await entriesOf(folder)).filter((entry) => entry.isFile()).map(({ name }) => name);
    for (const name of names) {
      const part = partOf(name);
      if (part?.isTranscript === true) sessions.set(part.id, listed(root, folder, part.id, names.includes(`${part.id}.settings.json`)));
    }
  }
  return [...sessions.values()];
}

function listed(root: string, folder: string, id: string, hasSettings: boolean): Listed {
  const file = (name: string): Pick<SourceFile, "path" | "absolute"> => ({ path: `${SESSIONS}/${FOLDER}/${name}`, absolute: path.join(folder, name) });
  const transcript: SourceFile = { ...file(`${id}.jsonl`), role: "transcript", growth: "append" };
  const settings: SourceFile = { ...file(`${id}.settings.json`), role: "sidecar", growth: "rewrite" };
  return {
    id,
    files: async () => (hasSettings ? [transcript, settings] : [transcript]),
    beginning: async () => {
      const start = (await firstRecord(transcript.absolute, [root])) ?? {};
      const cwd = textOf(start, "cwd");
      const parent = parentOf(start);
      return { directories: cwd === undefined ? [] : [cwd], ...(parent === undefined ? {} : { parent }) };
    },
  };
}

/** The session that a `session_start` names as its origin: what it was forked from or compressed, or what called it. */
export function parentOf(start: Json): string | undefined {
  return textOf(start, "parent") ?? textOf(start, "callingSessionId");
}
