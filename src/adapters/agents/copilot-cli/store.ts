import path from "node:path";
import type { FileRole, SourceFile } from "../../../ports/agent.ts";
import type { Listed } from "../shared/listed.ts";
import { firstRecord } from "../shared/listed.ts";
import { headOf } from "../shared/open-file.ts";
import { defined, headline, objectOf, textOf } from "../shared/record.ts";
import { entriesOf, filesBelow, isInside, realDirectory } from "../shared/store.ts";
import { workspaceOf } from "./workspace.ts";

export const STATE = "session-state";
export const EVENTS = "events.jsonl";
const WORKSPACE = "workspace.yaml";
const IS_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;
const FLAT = /^(.+)\.jsonl$/;

export function isId(text: string): boolean {
  return IS_ID.test(text);
}

/**
 * Databases of the agent, its locks and its hidden files are no part of a session: they are changed in place while
 * it runs, and nothing of the conversation stands in them alone.
 */
export function isPart(relative: string): boolean {
  return relative.split("/").every((name) => name !== "" && !name.startsWith(".") && !/\.(?:lock|db|db-wal|db-shm|db-journal)$/.test(name));
}

/** Every session of a store, by the names in it. A folder counts before a file of the same id: older versions wrote a file only. */
export async function sessionsOf(root: string): Promise<readonly Listed[]> {
  const state = await realDirectory(path.join(root, STATE));
  if (state === null || !isInside(root, state)) return [];
  const sessions = new Map<string, Listed>();
  for (const entry of await entriesOf(state)) {
    const flat = entry.isFile() ? FLAT.exec(entry.name)?.[1] : undefined;
    if (flat !== undefined && isId(flat)) sessions.set(flat, flatSession(root, flat, path.join(state, entry.name), sessions.get(flat)));
    if (entry.isDirectory() && isId(entry.name)) sessions.set(entry.name, folderSession(root, entry.name, path.join(state, entry.name), sessions.get(entry.name)));
  }
  return [...sessions.values()];
}

function folderSession(root: string, id: string, directory: string, flat: Listed | undefined): Listed {
  const files = async (): Promise<readonly SourceFile[]> => {
    const names = await filesBelow(directory);
    if (!names.includes(EVENTS)) return (await flat?.files()) ?? [];
    return [EVENTS, ...names.filter((name) => name !== EVENTS && isPart(name))].map((name) => ({
      path: `${STATE}/${id}/${name}`,
      absolute: path.join(directory, ...name.split("/")),
      role: roleOf(name),
      growth: name === EVENTS ? "append" : "rewrite",
    }));
  };
  return {
    id,
    files,
    beginning: async () => {
      const beside = workspaceOf(await headOf(path.join(directory, WORKSPACE), [root], 64 << 10));
      // The two were written at different times, and either may have none.
      const directories = [...new Set([...(await directoriesOf(root, path.join(directory, EVENTS))), ...(beside.cwd === undefined ? [] : [beside.cwd])])];
      return { directories, ...defined({ title: headline(beside.name ?? "") }) };
    },
  };
}

function flatSession(root: string, id: string, absolute: string, folder: Listed | undefined): Listed {
  const own: SourceFile = { path: `${STATE}/${id}.jsonl`, absolute, role: "transcript", growth: "append" };
  return {
    id,
    files: async () => {
      const newer = (await folder?.files()) ?? [];
      return newer.length > 0 ? newer : [own];
    },
    beginning: async () => ({ directories: await directoriesOf(root, absolute) }),
  };
}

async function directoriesOf(root: string, absolute: string): Promise<readonly string[]> {
  const first = await firstRecord(absolute, [root]);
  const cwd = first === undefined ? undefined : textOf(objectOf(objectOf(first, "data"), "context"), "cwd");
  return cwd === undefined ? [] : [cwd];
}

function roleOf(name: string): FileRole {
  if (name === EVENTS) return "transcript";
  return /^(?:files|rewind-file-snapshots|rewind-snapshots)\//.test(name) ? "attachment" : "sidecar";
}
