import path from "node:path";
import { forEachRecord, type Interpret, type Listener, type Told } from "../shared/document.ts";
import { asBuffer, scanDocument, textAt, valueAt } from "../shared/json-scan.ts";
import { recordsOf } from "../shared/parsed.ts";
import type { Json } from "../shared/record.ts";
import { numberOf, textOf } from "../shared/record.ts";
import { changeOf, Journal } from "./journal.ts";
import { filesNamedIn } from "./named-files.ts";
import { tellRequest, versionOf } from "./request.ts";
import { MULTI } from "./store.ts";

/** A session of Copilot Chat: a document, or the journal of its changes. */
export const interpretChat: Interpret = (content, listener, file) => {
  const isMulti = file.path.startsWith(`workspaceStorage/${MULTI}/`);
  const directories = new Set<string>();
  let version: string | undefined;
  const take = (request: Json, isLive: boolean): void => {
    version = versionOf(request) ?? version;
    tellRequest(request, isLive, listener);
    if (isMulti) for (const name of filesNamedIn(request)) directories.add(directoryOf(name));
  };
  const told = file.path.endsWith(".jsonl") ? interpretJournal(content, listener, take) : interpretDocument(content, listener, take);
  return { ...told, version, directories: [...directories] };
};

function directoryOf(name: string): string {
  return /^[A-Za-z]:|^\\\\/.test(name) ? path.win32.dirname(name) : path.posix.dirname(name);
}

type Take = (request: Json, isLive: boolean) => void;

function interpretDocument(content: Buffer, listener: Listener, take: Take): Told {
  const { fields, isWhole } = scanDocument(content, ["sessionId", "creationDate", "lastMessageDate", "customTitle", "requests"]);
  for (const key of ["creationDate", "lastMessageDate"]) {
    const time = valueAt(content, fields.get(key));
    if (typeof time === "number" && Number.isFinite(time)) listener.seen(time);
  }
  const areWhole = forEachRecord(content, fields.get("requests"), listener, (request) => take(request, true));
  return { id: textAt(content, fields.get("sessionId")), title: textAt(content, fields.get("customTitle")), isWhole: isWhole && areWhole };
}

/** A torn last line of a journal is none yet. */
function interpretJournal(content: Buffer, listener: Listener, take: Take): Told {
  const journal = new Journal();
  for (const { record } of recordsOf(asBuffer(content))) {
    const change = record === null ? undefined : changeOf(record);
    if (record === null) listener.damaged();
    else if (change === undefined) listener.unknown(`kind/${String(record["kind"]).slice(0, 20)}`);
    else journal.apply(change);
  }
  const { document } = journal;
  listener.seen(numberOf(document, "creationDate"));
  listener.seen(numberOf(document, "lastMessageDate"));
  for (const { request, isLive } of journal.requests) take(request, isLive);
  return { id: textOf(document, "sessionId"), title: textOf(document, "customTitle"), isWhole: true };
}
