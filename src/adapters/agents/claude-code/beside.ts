import path from "node:path";
import type { FileRole } from "../../../ports/agent.ts";
import { entriesOf, realDirectory } from "../shared/store.ts";

/** Folders of the store, beside `projects/`, that keep something per session id. Everything else there is no part of a session. */
export const KEPT: readonly (readonly [string, FileRole])[] = [
  ["file-history", "attachment"],
  ["image-cache", "attachment"],
  ["tasks", "sidecar"],
];

/** Which of them, and of `todos/`, has an entry for which session: read once for many sessions. */
export interface Beside {
  has(top: string, id: string): boolean;
  todos(id: string): readonly string[];
}

const LIST_NAME = /^([A-Za-z0-9][A-Za-z0-9_-]*?)(?:-agent-[A-Za-z0-9_-]+)?\.json$/;

export async function besideIn(root: string): Promise<Beside> {
  const kept = new Map<string, ReadonlySet<string>>();
  for (const [top] of KEPT) {
    const entries = await ownEntries(root, top);
    kept.set(top, new Set(entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)));
  }
  const todos = new Map<string, string[]>();
  for (const entry of await ownEntries(root, "todos")) {
    const id = entry.isFile() ? LIST_NAME.exec(entry.name)?.[1] : undefined;
    if (id !== undefined) todos.set(id, [...(todos.get(id) ?? []), entry.name]);
  }
  return {
    has: (top, id) => kept.get(top)?.has(id) === true,
    todos: (id) => todos.get(id) ?? [],
  };
}

async function ownEntries(root: string, top: string): ReturnType<typeof entriesOf> {
  const directory = path.join(root, top);
  return (await realDirectory(directory)) === directory ? entriesOf(directory) : [];
}
