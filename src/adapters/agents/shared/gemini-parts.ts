import type { Entry, TokenUsage } from "../../../domain/view.ts";
import type { Json } from "./record.ts";
import { defined, isJson, listOf, objectOf, textOf } from "./record.ts";

/** Parts of a content, in the form of the Gemini API: a text, a part, or a list of both. Gemini CLI and Qwen Code record them so. */
export function partsOf(content: unknown): readonly Json[] {
  const list: readonly unknown[] = Array.isArray(content) ? content : [content];
  return list.flatMap((part) => (typeof part === "string" ? [{ text: part }] : isJson(part) ? [part] : []));
}

/** What is said in the parts, without thoughts and calls. */
export function textOfParts(parts: readonly Json[], between: string): string {
  const said = parts.flatMap((part) => {
    const text = textOf(part, "text");
    if (text !== undefined) return part["thought"] === true || text === "" ? [] : [text];
    if (isJson(part["inlineData"]) || isJson(part["fileData"])) return [mediaOf(part)];
    return [];
  });
  return said.join(between);
}

function mediaOf(part: Json): string {
  const type = textOf(objectOf(part, "inlineData"), "mimeType") ?? textOf(objectOf(part, "fileData"), "mimeType") ?? "";
  return type.startsWith("image/") ? "[image]" : "[document]";
}

/** The answer of a tool, as the model was given it. */
export interface ToolResponse {
  readonly call: string;
  readonly tool: string;
  readonly text: string;
  readonly failed: boolean;
}

/** The answers of tools among the parts. */
export function responsesOf(parts: readonly Json[]): readonly ToolResponse[] {
  return parts.flatMap((part) => {
    const said = part["functionResponse"];
    if (!isJson(said)) return [];
    const response = objectOf(said, "response");
    const error = textOf(response, "error");
    const nested = textOfParts(listOf(said, "parts").filter(isJson), "\n");
    const text = [textOf(response, "output") ?? error ?? textOf(response, "content") ?? "", nested].filter((some) => some !== "").join("\n");
    return [{ call: textOf(said, "id") ?? "", tool: textOf(said, "name") ?? "", text, failed: error !== undefined }];
  });
}

/** The exit code that the shell tool wrote below a command's output: of what the command itself printed, nothing can follow that line. */
export function exitCodeIn(text: string): number | undefined {
  const digits = /(?:^|\n)Exit Code: (-?\d{1,10})(?:\n(?:Signal|Error|Background PIDs|Process Group PGID): [^\n]*)*\s*(?:<\/untrusted_context>)?\s*$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Why a call did not run to its end: the person said no, or stopped it. */
export function stopOf(text: string): "rejection" | "interruption" {
  return /denied|did not allow|reject|declined/i.test(text) ? "rejection" : "interruption";
}

const EDITING = new Set(["edit", "replace", "smart_edit", "write_file"]);

/** What a call that went well changed: both sides by what was asked, else by the whole file before and after that the agent shows. */
export function editOf(call: string, tool: string, args: Json, display: unknown): (Entry & { readonly kind: "edit" }) | undefined {
  const shown = isJson(display) ? display : {};
  const patch = shown["fileDiffTruncated"] === true ? undefined : textOf(shown, "fileDiff");
  const path = textOf(shown, "filePath") ?? textOf(args, "file_path");
  if (path === undefined || (patch === undefined && !EDITING.has(tool))) return undefined;
  const before = textOf(args, "old_string") ?? (shown["originalContentTruncated"] === true ? undefined : textOf(shown, "originalContent"));
  const after = textOf(args, "new_string") ?? textOf(args, "content") ?? (shown["newContentTruncated"] === true ? undefined : textOf(shown, "newContent"));
  return { kind: "edit", call, path, ...defined({ before, after, patch }) };
}

/** Counts of one answer, as the agent recorded them. */
export interface Counts {
  readonly prompt: number | undefined;
  readonly answer: number | undefined;
  readonly thoughts: number | undefined;
  readonly cached: number | undefined;
  /** What tools added to the prompt. */
  readonly tool: number | undefined;
  readonly total: number | undefined;
}

/**
 * The tokens of one answer. What came from the cache is part of the prompt; thoughts stand beside the answer, but some
 * services count them in it: the total tells which.
 */
export function tokensOf({ prompt, answer, thoughts, cached, tool, total }: Counts): TokenUsage {
  const within = total !== undefined && (prompt ?? 0) + (answer ?? 0) + (tool ?? 0) === total;
  const output = answer === undefined && thoughts === undefined ? undefined : (answer ?? 0) + (within ? 0 : (thoughts ?? 0));
  return defined({
    input: prompt === undefined ? undefined : Math.max(0, prompt + (tool ?? 0) - (cached ?? 0)),
    output,
    reasoning: thoughts,
    cacheRead: cached,
  });
}
