import type { Entry } from "../../../domain/view.ts";
import type { Json } from "../shared/record.ts";
import { defined, isJson, listOf, numberOf, objectOf, textOf } from "../shared/record.ts";

type Edit = Extract<Entry, { readonly kind: "edit" }>;

/** What a call of `edit_file` or `create_file` asks for; nothing for others. */
export function editOfCall(call: string, block: Json): readonly Edit[] {
  const input = objectOf(block, "input");
  const path = textOf(input, "path");
  if (path === undefined) return [];
  const before = textOf(input, "old_str");
  const after = textOf(input, "new_str");
  if (block["name"] === "edit_file") return [{ kind: "edit", call, path, ...defined({ before, after }) }];
  const content = textOf(input, "content");
  return block["name"] === "create_file" && content !== undefined ? [{ kind: "edit", call, path, after: content }] : [];
}

/** A result, with the edit that it made when it was done. */
export function resultOf(block: Json, calls: ReadonlyMap<string, Json>): readonly Entry[] {
  const call = textOf(block, "toolUseID") ?? "";
  const run = objectOf(block, "run");
  const { status, result } = run;
  const refused = status === "rejected-by-user";
  const exitCode = isJson(result) ? numberOf(result, "exitCode") : undefined;
  const failed = refused || status === "error" || status === "cancelled" || (exitCode !== undefined && exitCode !== 0);
  const text = textOfRun(run);
  const told: Entry = { kind: "tool-result", call, text, ...(failed ? { failed } : {}), ...defined({ exitCode }) };
  if (refused) return [told, { kind: "rejection", ...(text === "" ? {} : { text }) }];
  if (status === "cancelled") return [told, { kind: "interruption" }];
  const called = calls.get(call);
  return failed || status !== "done" || called === undefined ? [told] : [told, ...editOfCall(call, called)];
}

function textOfRun(run: Json): string {
  const { result, error } = run;
  if (typeof result === "string") return result;
  if (isJson(error)) return textOf(error, "message") ?? JSON.stringify(error);
  if (typeof error === "string") return error;
  if (!isJson(result)) return result === undefined ? (textOf(run, "reason") ?? "") : JSON.stringify(result);
  const told = textOf(result, "output") ?? textOf(result, "diff") ?? textOf(result, "content");
  return told ?? (result["isDirectory"] === true ? listOf(result, "directoryEntries").join("\n") : JSON.stringify(result));
}
