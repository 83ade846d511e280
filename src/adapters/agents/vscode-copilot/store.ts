import path from "node:path";
import type { SourceFile } from "../../../ports/agent.ts";
import { pathOfUri } from "../shared/file-uri.ts";
import { asBuffer, scanDocument, textAt } from "../shared/json-scan.ts";
import { headOf } from "../shared/open-file.ts";
import { defined } from "../shared/record.ts";
import { entriesOf, isInside, realDirectory } from "../shared/store.ts";

/** Stands in recorded paths for the folder of a workspace, so that they are the same on every machine. */
export const FOLDER = "_";
/** The same of a workspace with several roots: which of them a session is about stands in its own records, if anywhere. */
export const MULTI = "_multi";

/** What a window was opened on. */
export interface Workspace {
  /** Its folder in the store, absolute. */
  readonly place: string;
  readonly isMulti: boolean;
  /** Where it lies on this machine; undefined with several roots, and where it lies on another one. */
  readonly directory: string | undefined;
}

/** One session; only names were looked at. */
export interface Found {
  readonly id: string;
  readonly workspace: Workspace;
  /** In `chatSessions/`, the one that is written first. */
  readonly names: readonly string[];
}

const SESSION = /^([0-9A-Za-z][0-9A-Za-z-]{0,127})\.jsonl?$/;
const HEAD = 64 * 1024;

export function sessionOf(name: string): string | undefined {
  return SESSION.exec(name)?.[1];
}

/** The workspaces of a `User` folder, by the names of their folders. */
export async function workspacesOf(root: string, roots: readonly string[]): Promise<readonly Workspace[]> {
  const storage = await realDirectory(path.join(root, "workspaceStorage"));
  if (storage === null || !roots.some((known) => isInside(known, storage))) return [];
  const folders = (await entriesOf(storage)).filter((entry) => entry.isDirectory());
  return Promise.all(folders.map(({ name }) => workspaceAt(path.join(storage, name), roots)));
}

async function workspaceAt(place: string, roots: readonly string[]): Promise<Workspace> {
  const head = asBuffer(await headOf(path.join(place, "workspace.json"), roots, HEAD));
  const { fields } = scanDocument(head, ["folder", "workspace"]);
  return { place, isMulti: fields.has("workspace"), directory: pathOfUri(textAt(head, fields.get("folder")) ?? "") };
}

export async function sessionsIn(workspace: Workspace): Promise<readonly Found[]> {
  const found = new Map<string, string[]>();
  for (const entry of await entriesOf(path.join(workspace.place, "chatSessions"))) {
    const id = entry.isFile() ? sessionOf(entry.name) : undefined;
    // The journal takes the place of the document that an older version wrote.
    if (id !== undefined) found.set(id, entry.name.endsWith(".jsonl") ? [entry.name, ...(found.get(id) ?? [])] : [...(found.get(id) ?? []), entry.name]);
  }
  return [...found].map(([id, names]) => ({ id, workspace, names }));
}

/** The files of a session, the transcript first. */
export async function filesOf({ id, workspace, names }: Found): Promise<readonly SourceFile[]> {
  const { place, isMulti, directory } = workspace;
  const top = `workspaceStorage/${isMulti ? MULTI : FOLDER}`;
  const files = names.map((name, index): SourceFile => {
    // Of several roots the session is judged as a whole: its records name no directory one by one.
    const growth = name.endsWith(".jsonl") && !isMulti ? "append" : "rewrite";
    const role = index === 0 ? "transcript" : "sidecar";
    return { path: `${top}/chatSessions/${name}`, absolute: path.join(place, "chatSessions", name), role, growth, ...(index === 0 ? defined({ directory }) : {}) };
  });
  const events = path.join(place, "GitHub.copilot-chat", "transcripts");
  const written = (await realDirectory(events)) === events ? await entriesOf(events) : [];
  const own = written.some((entry) => entry.isFile() && entry.name === `${id}.jsonl`);
  return own ? [...files, { path: `${top}/GitHub.copilot-chat/transcripts/${id}.jsonl`, absolute: path.join(events, `${id}.jsonl`), role: "sidecar", growth: "append" }] : files;
}
