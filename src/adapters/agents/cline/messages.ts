import type { TokenUsage } from "../../../domain/view.ts";
import { forEachRecord, type Interpret, type Listener } from "../shared/document.ts";
import { scanDocument, scanList, textAt, valueAt } from "../shared/json-scan.ts";
import { textOfContent } from "../shared/parsed.ts";
import type { Json } from "../shared/record.ts";
import { countOf, defined, isJson, numberOf, objectOf, textOf } from "../shared/record.ts";
import { resultOf } from "./results.ts";

interface Base {
  readonly at?: number;
  readonly model?: string;
}

/** `<sid>.messages.json` of the SDK and the CLI: one document with the messages of a session or of a sub-agent. */
export const interpretMessages: Interpret = (content, listener, { role }) => {
  const { fields, isWhole } = scanDocument(content, ["sessionId", "origin", "messages"]);
  const calls = new Map<string, Json>();
  const areWhole = forEachRecord(content, fields.get("messages"), listener, (message) => takeMessage(message, calls, listener));
  const origin = valueAt(content, fields.get("origin"));
  return {
    id: role === "transcript" ? textAt(content, fields.get("sessionId")) : undefined,
    version: isJson(origin) ? textOf(origin, "version") : undefined,
    isWhole: isWhole && areWhole,
  };
};

/** What a sub-agent was asked: the text of its first message. */
export function taskOf(content: Buffer): string | undefined {
  const messages = scanDocument(content, ["messages"]).fields.get("messages");
  const first = messages === undefined ? undefined : scanList(content, messages).next();
  const message = first === undefined || first.done === true ? undefined : valueAt(content, first.value);
  const text = isJson(message) ? textOfContent(message["content"]) : "";
  return text === "" ? undefined : text;
}

function takeMessage(message: Json, calls: Map<string, Json>, listener: Listener): void {
  const at = numberOf(message, "ts");
  listener.seen(at);
  const base = defined({ at, model: textOf(objectOf(message, "modelInfo"), "id") });
  switch (message["role"]) {
    case "user":
      return takeUser(message, base, calls, listener);
    case "assistant":
      listener.model(base.model);
      for (const block of blocksOf(message, listener)) takeBlock(block, base, calls, listener);
      if (isJson(message["metrics"])) listener.tokens(usageOf(message["metrics"]));
      return;
    default:
      listener.unknown(`message/${textOf(message, "role") ?? "no role"}`);
  }
}

function blocksOf({ content }: Json, { damaged }: Listener): readonly Json[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  const blocks = Array.isArray(content) ? content.filter(isJson) : [];
  if (!Array.isArray(content) || blocks.length < content.length) damaged();
  return blocks;
}

const WRAPPED = /^\s*<user_input(?:\s[^>]*)?>([\s\S]*)<\/user_input>\s*$/;

/** A prompt stands in a wrapper; what stands beside it in the message (files, the environment) was not typed. */
function takeUser(message: Json, base: Base, calls: ReadonlyMap<string, Json>, listener: Listener): void {
  const blocks = blocksOf(message, listener);
  const texts = blocks.filter(({ type }) => type === "text").map((block) => textOf(block, "text") ?? "");
  const typed = texts.flatMap((text) => WRAPPED.exec(text)?.slice(1, 2) ?? []);
  const images = blocks.filter(({ type }) => type === "image").map(() => "[image]");
  const asked = [...(typed.length > 0 ? typed : texts), ...images].join("\n");
  const results = blocks.filter(({ type }) => type === "tool_result");
  if (asked.trim() !== "" && (results.length === 0 || typed.length > 0)) listener.prompt(asked, base.at);
  for (const block of results) for (const entry of resultOf(block, calls)) listener.entry({ ...base, ...entry });
  for (const { type } of blocks) if (!KNOWN.has(type)) listener.unknown(`content/${typeof type === "string" ? type : "no type"}`);
}

const KNOWN: ReadonlySet<unknown> = new Set(["text", "image", "file", "document", "tool_result"]);

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
    case "tool_use": {
      const call = textOf(block, "id") ?? "";
      calls.set(call, block);
      return listener.entry({ ...base, kind: "tool-call", call, tool: textOf(block, "name") ?? "", input: block["input"] });
    }
    default:
      listener.unknown(`content/${textOf(block, "type") ?? "no type"}`);
  }
}

/** Cline counts what came from a cache as input. */
function usageOf(metrics: Json): TokenUsage {
  const input = countOf(metrics, "inputTokens");
  const cacheRead = countOf(metrics, "cacheReadTokens");
  const cacheWrite = countOf(metrics, "cacheWriteTokens");
  return defined({ input: input === undefined ? undefined : Math.max(0, input - (cacheRead ?? 0) - (cacheWrite ?? 0)), output: countOf(metrics, "outputTokens"), cacheRead, cacheWrite });
}
