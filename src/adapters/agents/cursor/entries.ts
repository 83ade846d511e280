import type { Entry } from "../../../domain/view.ts";
import type { Json } from "../shared/record.ts";
import { defined, objectOf, textOf } from "../shared/record.ts";
import type { CursorRecord } from "./records.ts";

type Message = CursorRecord & { readonly kind: "user" | "assistant" | "tool" };

/** Calls so far, by their id: a result of a database says what it is of. */
export interface Calls {
  readonly inputs: Map<string, { readonly tool: string; readonly input: Json }>;
  count: number;
}

export function noCalls(): Calls {
  return { inputs: new Map(), count: 0 };
}

export function modelsOf({ parts }: Message): readonly string[] {
  return parts.flatMap((part) => textOf(objectOf(objectOf(part, "providerOptions"), "cursor"), "modelName") ?? []);
}

/** What a transcript has in the place of reasoning. */
const REDACTED = /(?:^|\s+)\[REDACTED\]\s*$/;

/** Entries of an answer, or of results of tools. @param unknown is told of types of parts that are not known */
export function entriesOf(message: Message, calls: Calls, unknown: (type: string) => void): readonly Entry[] {
  const model = modelsOf(message)[0];
  const base = defined({ model });
  return message.parts.flatMap((part): readonly Entry[] => {
    const text = textOf(part, "text") ?? "";
    switch (part["type"]) {
      case "text": {
        const said = message.kind === "assistant" ? text.replace(REDACTED, "") : text;
        const hidden: readonly Entry[] = said === text ? [] : [{ ...base, kind: "reasoning", text: "", sealed: true }];
        return [...(said.trim() === "" ? [] : [{ ...base, kind: "message" as const, text: said }]), ...hidden];
      }
      case "reasoning":
        return [{ ...base, kind: "reasoning", text, ...(text === "" ? { sealed: true } : {}) }];
      case "redacted-reasoning":
        return [{ ...base, kind: "reasoning", text: "", sealed: true }];
      case "tool-call":
        return [callOf(textOf(part, "toolCallId"), textOf(part, "toolName") ?? "", objectOf(part, "args"), base, calls)];
      case "tool_use": {
        // A transcript has no results: what was asked for is all that it says of an edit.
        const call = callOf(textOf(part, "id"), textOf(part, "name") ?? "", objectOf(part, "input"), base, calls);
        return [call, ...(call.kind === "tool-call" ? editsOf(call.call, call.tool, objectOf(part, "input")) : [])];
      }
      case "tool-result":
        return resultOf(part, message.message, calls);
      case "image":
      case "file":
        return [];
      default:
        unknown(`part/${textOf(part, "type") ?? "no type"}`);
        return [];
    }
  });
}

/** The ids of a database have two lines, of which the first is unique. */
function shortId(id: string): string {
  return id.split("\n", 1)[0] ?? "";
}

function callOf(id: string | undefined, tool: string, input: Json, base: { readonly model?: string }, calls: Calls): Entry {
  calls.count++;
  const call = id === undefined || id === "" ? `call-${calls.count}` : shortId(id);
  calls.inputs.set(call, { tool, input });
  return { ...base, kind: "tool-call", call, tool, input };
}

const EXIT = /^Exit code: (-?\d{1,10})\b/;

function resultOf(part: Json, message: Json, calls: Calls): readonly Entry[] {
  const call = shortId(textOf(part, "toolCallId") ?? "");
  const asked = calls.inputs.get(call);
  const text = textOf(part, "result") ?? (part["result"] === undefined ? "" : JSON.stringify(part["result"]));
  const outcome = objectOf(objectOf(objectOf(objectOf(message, "providerOptions"), "cursor"), "highLevelToolCallResult"), "output");
  const code = textOf(part, "toolName") === "Shell" ? EXIT.exec(text)?.[1] : undefined;
  const exitCode = code === undefined ? undefined : Number(code);
  const failed = outcome["isError"] === true || part["isError"] === true || (exitCode !== undefined && exitCode !== 0);
  const result: Entry = { kind: "tool-result", call, text, ...(failed ? { failed } : {}), ...(exitCode === undefined ? {} : { exitCode }) };
  return [result, ...(failed || asked === undefined ? [] : editsOf(call, asked.tool, asked.input))];
}

function editsOf(call: string, tool: string, input: Json): readonly Entry[] {
  const path = textOf(input, "path") ?? textOf(input, "file_path");
  if (path === undefined) return [];
  if (tool === "Write") return [{ kind: "edit", call, path, ...defined({ after: textOf(input, "contents") }) }];
  if (tool === "StrReplace") return [{ kind: "edit", call, path, ...defined({ before: textOf(input, "old_string"), after: textOf(input, "new_string") }) }];
  return tool === "Delete" ? [{ kind: "edit", call, path }] : [];
}
