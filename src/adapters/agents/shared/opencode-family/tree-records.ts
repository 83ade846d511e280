import type { CapturedFile, FileRole, RecordReader } from "../../../../ports/agent.ts";
import { documentReader, type Interpret } from "../document.ts";
import { asBuffer } from "../json-scan.ts";
import type { Json } from "../record.ts";
import { isJson, numberOf, objectOf, textOf } from "../record.ts";
import { rowsPath } from "./export.ts";
import { absolute } from "./lines.ts";
import { isSessionId, isUnnamed } from "./sessions.ts";

// What the files of docs/agents/opencode.md, "Before the database", say.

interface TreePath {
  readonly kind: "session" | "message" | "part" | "beside";
  /** The folder that it lies in: project, session, message. */
  readonly of: string;
  readonly id: string;
}

const PATH = /(?:^|\/)storage\/(?:(session|message|part)\/([^/]+)|todo|session_diff)\/([^/]+)\.json$/;

/** undefined: no file of a session. */
export function treePath(recorded: string): TreePath | undefined {
  const [match, kind, of = "", id = ""] = PATH.exec(recorded) ?? [];
  if (match === undefined || !(kind === "session" || kind === undefined ? isSessionId(id) : kind !== "message" || isSessionId(of))) return undefined;
  return { kind: kind === "session" || kind === "message" || kind === "part" ? kind : "beside", of, id };
}

const interpret: Interpret = (content, listener, file) => {
  const record = parsed(content);
  if (record === null) return { isWhole: false };
  const time = objectOf(record, "time");
  for (const key of ["created", "updated", "completed", "start", "end"]) listener.seen(numberOf(time, key));
  switch (treePath(file.path)?.kind) {
    case "session": {
      const title = textOf(record, "title") ?? "";
      return { id: textOf(record, "id"), version: textOf(record, "version"), parent: textOf(record, "parentID"), ...(isUnnamed(title) ? {} : { title }), directories: placeIn(record, "directory"), isWhole: true };
    }
    case "message":
      if (record["role"] !== "user") listener.model(textOf(record, "modelID"));
      return { directories: placeIn(objectOf(record, "path"), "cwd"), isWhole: true };
    default:
      return { isWhole: true };
  }
};

function placeIn(record: Json, key: string): readonly string[] {
  const directory = absolute(textOf(record, key));
  return directory === undefined ? [] : [directory];
}

function parsed(content: Uint8Array): Json | null {
  try {
    const value: unknown = JSON.parse(asBuffer(content).toString("utf8").replace(/^\uFEFF/, ""));
    // The lists beside a session (todo, changed files) are lists.
    return isJson(value) ? value : Array.isArray(value) ? {} : null;
  } catch {
    return null;
  }
}

/** One file holds one record, so of the session's turns it knows nothing. */
export function treeReader(file: { readonly path: string; readonly role: FileRole }): RecordReader {
  const reader = documentReader(interpret)(file);
  return {
    ...reader,
    facts: () => {
      const { turns: _, ...facts } = reader.facts();
      return facts;
    },
  };
}

/** The files as the rows into which the agent itself moves them: docs/spec/rows.md. */
export async function rowsOfTree(agent: string, files: readonly CapturedFile[]): Promise<readonly CapturedFile[]> {
  const found = await Promise.all(files.flatMap((file) => {
    const place = treePath(file.path);
    return place === undefined || place.kind === "beside" ? [] : [textIn(file, place)];
  }));
  const own = found.find(({ place }) => place.kind === "session");
  const messages = found.filter(({ place }) => place.kind === "message").sort((a, b) => createdAt(a) - createdAt(b) || (a.place.id < b.place.id ? -1 : 1));
  const id = own?.place.id ?? messages[0]?.place.of ?? "";
  const info = own?.record ?? {};
  const title = textOf(info, "title") ?? "";
  const lines: object[] = [{ rows: 1, agent, session: id, directory: textOf(info, "directory"), parent: textOf(info, "parentID"), version: textOf(info, "version"), created: numberOf(objectOf(info, "time"), "created") }];
  if (title.trim() !== "" && !isUnnamed(title)) lines.push({ title });
  const parts = found.filter(({ place }) => place.kind === "part").sort((a, b) => (a.place.id < b.place.id ? -1 : 1));
  for (const message of messages) {
    const at = numberOf(objectOf(message.record ?? {}, "time"), "created");
    lines.push({ table: "message", directory: placeIn(objectOf(message.record ?? {}, "path"), "cwd")[0], row: { id: message.place.id, session_id: id, time_created: at, data: message.text } });
    for (const part of parts) if (part.place.of === message.place.id) lines.push({ table: "part", row: { id: part.place.id, message_id: part.place.of, time_created: at, data: part.text } });
  }
  if (own !== undefined && own.record === null) lines.push({ damaged: own.place.id });
  const state = isJson(info["revert"]) ? [{ table: "session", row: { revert: JSON.stringify(info["revert"]) } }] : [];
  return [fileOf(rowsPath(id, "messages"), "transcript", lines), fileOf(rowsPath(id, "state"), "sidecar", state)];
}

interface Found {
  readonly place: TreePath;
  readonly text: string;
  readonly record: Json | null;
}

async function textIn(file: CapturedFile, place: TreePath): Promise<Found> {
  const bytes = await file.bytes();
  return { place, text: asBuffer(bytes).toString("utf8"), record: parsed(bytes) };
}

function createdAt({ record }: Found): number {
  return numberOf(objectOf(record ?? {}, "time"), "created") ?? 0;
}

function fileOf(path: string, role: FileRole, lines: readonly object[]): CapturedFile {
  const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return { path, role, bytes: async () => bytes };
}
