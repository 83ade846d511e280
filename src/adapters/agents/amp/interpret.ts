import type { TokenUsage } from "../../../domain/view.ts";
import { forEachRecord, type Interpret, type Listener, type Told } from "../shared/document.ts";
import { pathOfUri } from "../shared/file-uri.ts";
import { scanDocument, textAt, valueAt } from "../shared/json-scan.ts";
import { textOfContent } from "../shared/parsed.ts";
import type { Json } from "../shared/record.ts";
import { countOf, defined, isJson, listOf, numberOf, objectOf, textOf, timeOf } from "../shared/record.ts";
import { editOfCall, resultOf } from "./tools.ts";

const KEYS = ["id", "created", "title", "env", "messages", "originThreadID"];

interface Base {
  readonly at?: number;
  readonly model?: string;
}

/** A thread of Amp: one document with the messages, and the trees in which it began. */
export const interpretThread: Interpret = (content, listener) => {
  const { fields, isWhole } = scanDocument(content, KEYS);
  const created = valueAt(content, fields.get("created"));
  if (typeof created === "number") listener.seen(created);
  // Calls wait for their results: a refused or failed edit edits nothing.
  const calls = new Map<string, Json>();
  const areWhole = forEachRecord(content, fields.get("messages"), listener, (message) => takeMessage(message, calls, listener));
  return { ...toldOf(valueAt(content, fields.get("env"))), id: textAt(content, fields.get("id")), title: textAt(content, fields.get("title")), parent: textAt(content, fields.get("originThreadID")), isWhole: isWhole && areWhole };
};

function toldOf(env: unknown): Omit<Told, "isWhole"> {
  const initial = objectOf(isJson(env) ? env : {}, "initial");
  const trees = listOf(initial, "trees").filter(isJson);
  const directories = trees.map((tree) => pathOfUri(textOf(tree, "uri") ?? "")).filter((directory) => directory !== undefined);
  const branch = trees.map((tree) => textOf(objectOf(tree, "repository"), "ref")?.replace(/^refs\/heads\//, "")).find((ref) => ref !== undefined);
  return { directories, branch, version: textOf(objectOf(initial, "platform"), "clientVersion") };
}

function takeMessage(message: Json, calls: Map<string, Json>, listener: Listener): void {
  const usage = objectOf(message, "usage");
  const at = timeOf(textOf(usage, "timestamp")) ?? numberOf(objectOf(message, "meta"), "sentAt");
  listener.seen(at);
  const base = defined({ at, model: textOf(usage, "model") });
  switch (message["role"]) {
    case "user":
      return takeUser(message, base, calls, listener);
    case "assistant":
      listener.model(base.model);
      for (const block of blocksOf(message, listener)) takeBlock(block, base, calls, listener);
      if (message["usage"] !== undefined) listener.tokens(usageOf(usage));
      if (objectOf(message, "state")["type"] === "cancelled") listener.entry({ ...base, kind: "interruption" });
      if (objectOf(message, "state")["type"] === "error") listener.entry({ ...base, kind: "error", text: errorOf(objectOf(message, "state")) });
      return;
    case "info":
      for (const block of blocksOf(message, listener)) takeInfo(block, base, listener);
      return;
    default:
      listener.unknown(`message/${textOf(message, "role") ?? "no role"}`);
  }
}

function* blocksOf(message: Json, { damaged }: Listener): Generator<Json> {
  const { content } = message;
  if (typeof content === "string") return yield { type: "text", text: content };
  if (!Array.isArray(content)) return damaged();
  for (const block of content) {
    if (isJson(block)) yield block;
    else damaged();
  }
}

function takeUser(message: Json, base: Base, calls: Map<string, Json>, listener: Listener): void {
  const blocks = [...blocksOf(message, listener)];
  const asked = textOfContent(blocks.filter(({ type }) => type === "text" || type === "image"));
  if (asked.trim() !== "") listener.prompt(asked, base.at);
  for (const block of blocks) {
    if (block["type"] === "tool_result") for (const entry of resultOf(block, calls)) listener.entry({ ...base, ...entry });
    else if (block["type"] !== "text" && block["type"] !== "image") listener.unknown(`content/${textOf(block, "type") ?? "no type"}`);
  }
}

function takeBlock(block: Json, base: Base, calls: Map<string, Json>, listener: Listener): void {
  switch (block["type"]) {
    case "text": {
      const text = textOf(block, "text") ?? "";
      if (text.trim() !== "") listener.entry({ ...base, kind: "message", text });
      return;
    }
    case "thinking":
      return listener.entry({ ...base, kind: "reasoning", text: textOf(block, "thinking") ?? "" });
    case "redacted_thinking":
      return listener.entry({ ...base, kind: "reasoning", text: "", sealed: true });
    case "tool_use":
    case "server_tool_use": {
      const call = textOf(block, "id") ?? "";
      if (editOfCall(call, block).length > 0) calls.set(call, block);
      return listener.entry({ ...base, kind: "tool-call", call, tool: textOf(block, "name") ?? "", input: block["input"] });
    }
    default:
      listener.unknown(`content/${textOf(block, "type") ?? "no type"}`);
  }
}

function takeInfo(block: Json, base: Base, listener: Listener): void {
  const summary = block["summary"];
  if (block["type"] === "summary") {
    const text = typeof summary === "string" ? summary : isJson(summary) ? textOf(summary, "summary") : undefined;
    return listener.entry({ ...base, kind: "compaction", ...defined({ summary: text }) });
  }
  if (block["type"] === "text") return listener.entry({ ...base, kind: "note", text: textOf(block, "text") ?? "" });
  listener.unknown(`info/${textOf(block, "type") ?? "no type"}`);
}

function errorOf(state: Json): string {
  return textOf(objectOf(state, "error"), "message") ?? textOf(state, "message") ?? "error";
}

/** `inputTokens` is without what came from a cache. */
function usageOf(usage: Json): TokenUsage {
  return defined({
    input: countOf(usage, "inputTokens"),
    output: countOf(usage, "outputTokens"),
    cacheRead: countOf(usage, "cacheReadInputTokens"),
    cacheWrite: countOf(usage, "cacheCreationInputTokens"),
  });
}
