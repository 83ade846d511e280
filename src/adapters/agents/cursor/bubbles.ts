import type { Entry } from "../../../domain/view.ts";
import { defined, isJson, listOf, objectOf, textOf, timeOf, type Json } from "../shared/record.ts";
import { parsed } from "./chat-lines.ts";

const [PROMPT, ANSWER] = [1, 2];

export function isPrompt(bubble: Json): boolean {
  return bubble["type"] === PROMPT;
}

export function isKnown(bubble: Json): boolean {
  return isPrompt(bubble) || bubble["type"] === ANSWER;
}

export function textIn(bubble: Json): string {
  const text = textOf(bubble, "text") ?? "";
  return text.trim() === "" && listOf(bubble, "images").length > 0 ? "[image]" : text;
}

/** ms since 1970. */
export function timeIn(bubble: Json): number | undefined {
  const created = bubble["createdAt"];
  return typeof created === "number" && Number.isFinite(created) ? created : timeOf(textOf(bubble, "createdAt"));
}

export function modelIn(bubble: Json): string | undefined {
  const name = textOf(objectOf(bubble, "modelInfo"), "modelName");
  return name === "" ? undefined : name;
}

/** What an answer's bubble shows: what was thought, said, and one call with its result. */
export function entriesOfBubble(bubble: Json): readonly Entry[] {
  const base = defined({ at: timeIn(bubble), model: modelIn(bubble) });
  const thought = textOf(objectOf(bubble, "thinking"), "text") ?? textOf(bubble, "thinking") ?? "";
  const text = textOf(bubble, "text") ?? "";
  const entries: Entry[] = [];
  if (thought.trim() !== "") entries.push({ ...base, kind: "reasoning", text: thought });
  if (text.trim() !== "") entries.push({ ...base, kind: "message", text });
  const tool = bubble["toolFormerData"];
  return isJson(tool) && textOf(tool, "name") !== undefined ? [...entries, ...entriesOfTool(tool, textOf(bubble, "bubbleId") ?? "", base)] : entries;
}

/** Arguments as the model gave them, else as Cursor understood them; each is JSON in a string. */
function entriesOfTool(tool: Json, bubble: string, base: { readonly at?: number; readonly model?: string }): readonly Entry[] {
  const call = (textOf(tool, "toolCallId") ?? bubble).split("\n", 1)[0] || bubble;
  const asked = textOf(tool, "rawArgs") || textOf(tool, "params") || "";
  const started: Entry = { ...base, kind: "tool-call", call, tool: textOf(tool, "name") ?? "", input: parsed(asked) ?? objectOf(tool, "params") };
  const status = textOf(tool, "status");
  const result = tool["result"];
  const said = textOf(tool, "result") ?? (result === undefined || result === null ? "" : JSON.stringify(result));
  const failed = status === "error" || status === "cancelled";
  const isOver = said !== "" || failed || status === "completed";
  const text = said === "" && failed ? (textOf(tool, "error") ?? "") : said;
  return isOver ? [started, { ...base, kind: "tool-result", call, text, ...(failed ? { failed } : {}) }] : [started];
}
