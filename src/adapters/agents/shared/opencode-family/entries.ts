import type { Entry } from "../../../../domain/view.ts";
import type { Json } from "../record.ts";
import { defined, isJson, listOf, numberOf, objectOf, textOf } from "../record.ts";

interface Base {
  readonly at?: number;
  readonly model?: string;
}

/** Entries of a part of an answer; undefined when its type is not known. */
export function entriesOfPart(data: Json, base: Base): readonly Entry[] | undefined {
  const at = numberOf(objectOf(data, "time"), "start") ?? base.at;
  const own = defined({ at, model: base.model });
  const text = textOf(data, "text") ?? "";
  switch (data["type"]) {
    case "text":
      return text.trim() === "" || data["ignored"] === true ? [] : [{ ...own, kind: "message", text }];
    case "reasoning":
      return [{ ...own, kind: "reasoning", text, ...(text === "" ? { sealed: true } : {}) }];
    case "tool":
      return entriesOfTool(data, own);
    case "retry": {
      const error = objectOf(data, "error");
      return [{ ...own, kind: "error", text: textOf(objectOf(error, "data"), "message") ?? textOf(error, "name") ?? "retry" }];
    }
    case "subtask":
      return [{ ...own, kind: "note", text: `a task for '${textOf(data, "agent") ?? "a sub-agent"}': ${textOf(data, "description") ?? textOf(data, "prompt") ?? ""}` }];
    case "step-start":
    case "step-finish":
    case "snapshot":
    case "patch":
    case "agent":
    case "file":
    case "compaction":
      return [];
    default:
      return undefined;
  }
}

/** Call and result are one row. A tool that was killed stays `running`: it has no result. */
function entriesOfTool(data: Json, base: Base): readonly Entry[] {
  const call = textOf(data, "callID") ?? "";
  const tool = textOf(data, "tool") ?? "";
  const state = objectOf(data, "state");
  const time = objectOf(state, "time");
  const started: Entry = { ...base, ...defined({ at: numberOf(time, "start") ?? base.at }), kind: "tool-call", call, tool, input: state["input"] };
  const ended = { ...base, ...defined({ at: numberOf(time, "end") ?? base.at }) };
  const metadata = objectOf(state, "metadata");
  const exitCode = numberOf(metadata, "exit");
  if (state["status"] === "completed") {
    const failed = exitCode !== undefined && exitCode !== 0;
    const result: Entry = { ...ended, kind: "tool-result", call, text: textOf(state, "output") ?? "", ...(failed ? { failed } : {}), ...(exitCode === undefined ? {} : { exitCode }) };
    return [started, result, ...editsOf(tool, objectOf(state, "input")).map((edit): Entry => ({ ...ended, kind: "edit", call, ...edit }))];
  }
  if (state["status"] !== "error") return [started];
  const text = textOf(state, "error") ?? "";
  const failure: Entry = { ...ended, kind: "tool-result", call, text, failed: true, ...(exitCode === undefined ? {} : { exitCode }) };
  return /\buser (?:rejected|dismissed)\b/i.test(text) ? [started, failure, { ...ended, kind: "rejection", text }] : [started, failure];
}

interface Edit {
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
  readonly patch?: string;
}

function editsOf(tool: string, input: Json): readonly Edit[] {
  const path = textOf(input, "filePath");
  switch (tool) {
    case "write": {
      const after = textOf(input, "content");
      return path === undefined || after === undefined ? [] : [{ path, after }];
    }
    case "edit":
      return path === undefined ? [] : [replaced(path, input)];
    case "multiedit":
      return path === undefined ? [] : listOf(input, "edits").filter(isJson).map((edit) => replaced(textOf(edit, "filePath") ?? path, edit));
    case "patch":
    case "apply_patch":
      return patched(textOf(input, "patchText") ?? "");
    default:
      return [];
  }
}

function replaced(path: string, input: Json): Edit {
  return { path, ...defined({ before: textOf(input, "oldString"), after: textOf(input, "newString") }) };
}

/** One edit for each file that a patch names. */
function patched(patch: string): readonly Edit[] {
  const edits: Edit[] = [];
  for (const section of patch.split(/^(?=\*\*\* (?:Add|Update|Delete) File: )/m)) {
    const path = /^\*\*\* (?:Add|Update|Delete) File: (.+)$/m.exec(section)?.[1]?.trim();
    if (path !== undefined) edits.push({ path, patch: section });
  }
  return edits;
}

/** What ended an answer before its time. */
export function entryOfError(data: Json, base: Base): Entry | undefined {
  const error = objectOf(data, "error");
  const name = textOf(error, "name");
  if (name === undefined) return undefined;
  const text = textOf(objectOf(error, "data"), "message");
  if (name === "MessageAbortedError") return { ...base, kind: "interruption", ...defined({ text }) };
  return { ...base, kind: "error", text: text === undefined || text === "" ? name : `${name}: ${text}` };
}
