import type { Entry } from "../../../domain/view.ts";
import { editOf, exitCodeIn, partsOf, responsesOf, stopOf, textOfParts } from "../shared/gemini-parts.ts";
import type { Json } from "../shared/record.ts";
import { defined, isJson, listOf, objectOf, textOf, timeOf } from "../shared/record.ts";

/** What the entries of a message need of the others. */
export interface Context {
  /** Calls whose result stands with them: the message that hands it to the model repeats it. */
  readonly answered: ReadonlySet<string>;
  /** The full text of a large result, by the name of the file that the agent moved it to. */
  readonly moved: (name: string) => string | undefined;
  /** The sub-agent whose file it is. */
  readonly subagent?: string;
}

type Base = { readonly at?: number; readonly subagent?: string; readonly model?: string };

export function baseOf(message: Json, context: Context): Base {
  return defined({ at: timeOf(textOf(message, "timestamp")), subagent: context.subagent, model: textOf(message, "model") });
}

/** The calls of all messages that have their result. */
export function answeredIn(messages: Iterable<Json>): ReadonlySet<string> {
  const answered = new Set<string>();
  for (const message of messages) {
    for (const call of listOf(message, "toolCalls")) if (isJson(call) && isEnded(call)) answered.add(textOf(call, "id") ?? "");
  }
  return answered;
}

function isEnded(call: Json): boolean {
  return call["status"] === "success" || call["status"] === "error" || call["status"] === "cancelled";
}

/** Entries of a message of the model. */
export function* answerEntries(message: Json, context: Context): Generator<Entry> {
  const base = baseOf(message, context);
  const parts = partsOf(message["content"]);
  const thoughts = listOf(message, "thoughts").filter(isJson);
  for (const thought of thoughts) yield { ...base, kind: "reasoning", text: [textOf(thought, "subject"), textOf(thought, "description")].filter((text) => text !== undefined && text !== "").join("\n") };
  for (const part of parts) {
    const text = textOf(part, "text") ?? "";
    // A content that was rewritten repeats the thoughts.
    if (part["thought"] === true && thoughts.length === 0 && text !== "") yield { ...base, kind: "reasoning", text };
  }
  const said = textOfParts(parts, "");
  if (said.trim() !== "") yield { ...base, kind: "message", text: said };
  const calls = listOf(message, "toolCalls").filter(isJson);
  for (const call of calls) yield* callEntries(call, base, context);
  const known = new Set(calls.map((call) => textOf(call, "id")));
  for (const part of parts) {
    const called = part["functionCall"];
    if (!isJson(called) || known.has(textOf(called, "id"))) continue;
    yield { ...base, kind: "tool-call", call: textOf(called, "id") ?? "", tool: textOf(called, "name") ?? "", input: called["args"] };
  }
}

function* callEntries(called: Json, base: Base, context: Context): Generator<Entry> {
  const call = textOf(called, "id") ?? "";
  const tool = textOf(called, "name") ?? "";
  yield { ...base, kind: "tool-call", call, tool, input: called["args"] };
  if (!isEnded(called)) return;
  const ended = defined({ ...base, at: timeOf(textOf(called, "timestamp")) ?? base.at });
  const responses = responsesOf(partsOf(called["result"]));
  const response = responses.find((each) => each.call === call) ?? responses[0];
  const display = called["resultDisplay"];
  const text = response?.text ?? (typeof display === "string" ? display : textOfParts(partsOf(called["result"]), "\n"));
  const failed = called["status"] !== "success";
  yield resultEntry(call, tool, text, failed, ended, context);
  if (called["status"] === "cancelled") yield { ...ended, kind: stopOf(text), text };
  const edit = failed ? undefined : editOf(call, tool, objectOf(called, "args"), display);
  if (edit !== undefined) yield { ...ended, ...edit };
}

function resultEntry(call: string, tool: string, text: string, failed: boolean, base: Base, context: Context): Entry {
  const exitCode = tool === "run_shell_command" ? exitCodeIn(text) : undefined;
  return { ...base, kind: "tool-result", call, text: context.moved(movedName(call, tool)) ?? text, ...(failed ? { failed } : {}), ...defined({ exitCode }) };
}

/** The file in which the agent keeps a result that was too long. */
export function movedName(call: string, tool: string): string {
  const safe = (text: string): string => text.replace(/[^A-Za-z0-9_-]/g, "_").toLowerCase();
  return safe(call).startsWith(safe(tool)) ? `${safe(call)}.txt` : `${safe(tool)}_${safe(call)}.txt`;
}

/** Entries of a user message that is no prompt: answers of tools that stand nowhere else. */
export function* handedEntries(message: Json, context: Context): Generator<Entry> {
  for (const { call, tool, text, failed } of responsesOf(partsOf(message["content"]))) {
    if (!context.answered.has(call)) yield resultEntry(call, tool, text, failed, baseOf(message, context), context);
  }
}

/** What the agent told the person, where it says something. */
export function toldEntry(message: Json, context: Context): Entry | undefined {
  const text = textOfParts(partsOf(message["content"]), "\n").trim();
  if (text === "") return undefined;
  const kind = message["type"] === "error" ? "error" : text === "Request cancelled." ? "interruption" : "note";
  return { ...baseOf(message, context), kind, text };
}
