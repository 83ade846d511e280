import type { Entry, TokenUsage } from "../../../domain/view.ts";
import type { Json } from "../shared/record.ts";
import { defined, isAbsolutePath, numberOf, textOf, timeOf } from "../shared/record.ts";

/** Stands in the first line of a file that is understood: docs/spec/door.md. */
export const LINES_FORMAT = "hx-session-lines/1";

/** Whether a record is the first line of such a file. */
export function isHeader(record: Json | null): boolean {
  return record?.["type"] === "session" && record["format"] === LINES_FORMAT;
}

/** ms since 1970, of a number of them or an RFC 3339 text. */
export function momentOf(record: Json): number | undefined {
  return numberOf(record, "at") ?? timeOf(textOf(record, "at"));
}

export function directoryOf(record: Json): string | undefined {
  const directory = textOf(record, "directory");
  return directory !== undefined && isAbsolutePath(directory) ? directory : undefined;
}

export function usageOf(record: Json): TokenUsage {
  const count = (key: string): number | undefined => {
    const value = numberOf(record, key);
    return value !== undefined && value >= 0 ? value : undefined;
  };
  return defined({ input: count("input"), output: count("output"), reasoning: count("reasoning"), cacheRead: count("cacheRead"), cacheWrite: count("cacheWrite") });
}

/** The entry of a record; null when a field that it needs is missing; undefined when its type is no entry's. */
export function entryOf(record: Json): Entry | null | undefined {
  const base = defined({ at: momentOf(record), subagent: textOf(record, "subagent"), model: textOf(record, "model") });
  const text = textOf(record, "text");
  const call = textOf(record, "call");
  const flag = (key: string): boolean | undefined => (record[key] === true ? true : undefined);
  switch (record["type"]) {
    case "message":
    case "error":
    case "note":
      return text === undefined ? null : { ...base, kind: record["type"], text };
    case "interruption":
    case "rejection":
      return { ...base, kind: record["type"], ...defined({ text }) };
    case "reasoning":
      return text === undefined && record["sealed"] !== true ? null : { ...base, kind: "reasoning", text: text ?? "", ...defined({ sealed: flag("sealed") }) };
    case "compaction":
      return { ...base, kind: "compaction", ...defined({ summary: textOf(record, "summary") }) };
    case "tool-call": {
      const tool = textOf(record, "tool");
      return tool === undefined ? null : { ...base, kind: "tool-call", call: call ?? "", tool, input: record["input"] };
    }
    case "tool-result":
      return text === undefined ? null : { ...base, kind: "tool-result", call: call ?? "", text, ...defined({ failed: flag("failed"), exitCode: numberOf(record, "exitCode") }) };
    case "edit": {
      const path = textOf(record, "path");
      return path === undefined ? null : { ...base, kind: "edit", path, ...defined({ call, before: textOf(record, "before"), after: textOf(record, "after"), patch: textOf(record, "patch") }) };
    }
    default:
      return undefined;
  }
}
