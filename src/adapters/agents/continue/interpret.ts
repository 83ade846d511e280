import type { TokenUsage } from "../../../domain/view.ts";
import { forEachRecord, type Interpret, type Listener } from "../shared/document.ts";
import { pathOfUri } from "../shared/file-uri.ts";
import { scanDocument, textAt, valueAt } from "../shared/json-scan.ts";
import { textOfContent } from "../shared/parsed.ts";
import type { Json } from "../shared/record.ts";
import { countOf, defined, isJson, listOf, objectOf, textOf } from "../shared/record.ts";
import { entriesOfState, inputOf } from "./tools.ts";

const KEYS = ["sessionId", "title", "workspaceDirectory", "history", "usage"];
/** What Continue calls a session before it has a title. */
const UNTITLED = new Set(["New Session", "Untitled Session"]);

/** A session of Continue: one document with its history. It records no times. */
export const interpretSession: Interpret = (content, listener) => {
  const { fields, isWhole } = scanDocument(content, KEYS);
  const areWhole = forEachRecord(content, fields.get("history"), listener, (item) => takeItem(item, listener));
  const usage = valueAt(content, fields.get("usage"));
  if (isJson(usage)) listener.tokens(usageOf(usage));
  const title = textAt(content, fields.get("title"));
  const place = textAt(content, fields.get("workspaceDirectory")) ?? "";
  const directory = place.startsWith("file:") ? pathOfUri(place) : place;
  return {
    id: textAt(content, fields.get("sessionId")),
    title: title !== undefined && UNTITLED.has(title) ? undefined : title,
    directories: directory === undefined || directory === "" ? [] : [directory],
    isWhole: isWhole && areWhole,
  };
};

function takeItem(item: Json, listener: Listener): void {
  if (!isJson(item["message"])) return listener.damaged();
  const message = item["message"];
  const text = textOfContent(message["content"]);
  const thought = textOf(objectOf(item, "reasoning"), "text");
  if (thought !== undefined && thought !== "") listener.entry({ kind: "reasoning", text: thought });
  takeMessage(message, text, item, listener);
  const summary = textOf(item, "conversationSummary");
  if (summary !== undefined) listener.entry({ kind: "compaction", summary });
}

function takeMessage(message: Json, text: string, item: Json, listener: Listener): void {
  switch (message["role"]) {
    case "user":
      return text.trim() === "" ? undefined : listener.prompt(text, undefined);
    case "assistant":
      if (text.trim() !== "") listener.entry({ kind: "message", text });
      return takeCalls(message, item, listener);
    case "thinking":
      return listener.entry({ kind: "reasoning", text, ...(message["redactedThinking"] === undefined ? {} : { sealed: true }) });
    case "tool":
      return listener.entry({ kind: "tool-result", call: textOf(message, "toolCallId") ?? "", text });
    case "system":
      return;
    default:
      listener.unknown(`message/${textOf(message, "role") ?? "no role"}`);
  }
}

/** The states repeat the calls of the message, with what came of them. */
function takeCalls(message: Json, item: Json, listener: Listener): void {
  const states = listOf(item, "toolCallStates").filter(isJson);
  const told = new Set(states.map((state) => textOf(state, "toolCallId")));
  for (const state of states) for (const entry of entriesOfState(state)) listener.entry(entry);
  for (const call of listOf(message, "toolCalls").filter(isJson)) {
    const id = textOf(call, "id") ?? "";
    if (!told.has(id)) listener.entry({ kind: "tool-call", call: id, tool: textOf(objectOf(call, "function"), "name") ?? "", input: inputOf(call) });
  }
}

/** Of the whole session; `promptTokens` is without what came from a cache. */
function usageOf(usage: Json): TokenUsage {
  const details = objectOf(usage, "promptTokensDetails");
  return defined({
    input: countOf(usage, "promptTokens"),
    output: countOf(usage, "completionTokens"),
    cacheRead: countOf(details, "cachedTokens"),
    cacheWrite: countOf(details, "cacheWriteTokens"),
  });
}
