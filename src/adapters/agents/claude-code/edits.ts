import type { Entry } from "../../../domain/view.ts";
import type { Json } from "../shared/record.ts";
import { defined, isJson, listOf, textOf } from "../shared/record.ts";

/** A tool call that waits for its result. */
export interface Call {
  readonly tool: string;
  readonly input: Json;
}

type Edit = Entry & { readonly kind: "edit" };

/** What a successful call changed: by its result where that says it, else by what it was asked to do. */
export function editsOf(id: string, call: Call | undefined, result: unknown): readonly Edit[] {
  const said = isJson(result) ? editOfResult(id, result) : [];
  if (said.length > 0 || call === undefined) return said;
  return editsOfInput(id, call);
}

function editOfResult(call: string, result: Json): readonly Edit[] {
  const path = textOf(result, "filePath");
  if (path === undefined) return [];
  const patch = patchOf(listOf(result, "structuredPatch"));
  const before = textOf(result, "oldString");
  const after = textOf(result, "newString");
  if (before !== undefined && after !== undefined) return [edit(call, path, before, after, patch)];
  const content = textOf(result, "content");
  const type = textOf(result, "type");
  if (content !== undefined && (type === "create" || type === "update")) return [edit(call, path, textOf(result, "originalFile"), content, patch)];
  return listOf(result, "edits").flatMap((each) => (isJson(each) ? [edit(call, path, textOf(each, "old_string"), textOf(each, "new_string"), undefined)] : []));
}

function editsOfInput(call: string, { tool, input }: Call): readonly Edit[] {
  const path = textOf(input, "file_path") ?? textOf(input, "notebook_path");
  if (path === undefined) return [];
  if (tool === "Edit") return [edit(call, path, textOf(input, "old_string"), textOf(input, "new_string"), undefined)];
  if (tool === "Write") return [edit(call, path, undefined, textOf(input, "content"), undefined)];
  if (tool === "NotebookEdit") return [edit(call, path, undefined, textOf(input, "new_source"), undefined)];
  if (tool !== "MultiEdit") return [];
  return listOf(input, "edits").flatMap((each) => (isJson(each) ? [edit(call, path, textOf(each, "old_string"), textOf(each, "new_string"), undefined)] : []));
}

function edit(call: string, path: string, before: string | undefined, after: string | undefined, patch: string | undefined): Edit {
  return { kind: "edit", call, path, ...defined({ before, after, patch }) };
}

function patchOf(hunks: readonly unknown[]): string | undefined {
  const lines: string[] = [];
  for (const hunk of hunks) {
    if (!isJson(hunk)) continue;
    lines.push(`@@ -${String(hunk["oldStart"])},${String(hunk["oldLines"])} +${String(hunk["newStart"])},${String(hunk["newLines"])} @@`);
    for (const line of listOf(hunk, "lines")) if (typeof line === "string") lines.push(line);
  }
  return lines.length === 0 ? undefined : lines.join("\n");
}
