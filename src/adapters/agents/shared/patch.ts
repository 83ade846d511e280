import type { Entry } from "../../../domain/view.ts";
import type { Json } from "./record.ts";
import { defined, isJson, textOf } from "./record.ts";

type Edit = Entry & { readonly kind: "edit" };

/** Edits of an event that lists changes by path: `patch_apply_end`, `FileChange`. */
export function editsOfChanges(call: string, changes: Json): readonly Edit[] {
  return Object.entries(changes).flatMap(([path, change]) => (isJson(change) ? [editOfChange(call, path, change)] : []));
}

function editOfChange(call: string, path: string, change: Json): Edit {
  const content = textOf(change, "content");
  const type = textOf(change, "type");
  if (type === "add") return { kind: "edit", call, path, ...defined({ after: content }) };
  if (type === "delete") return { kind: "edit", call, path, ...defined({ before: content }), after: "" };
  const patch = textOf(change, "unified_diff");
  return { kind: "edit", call, path: textOf(change, "move_path") ?? path, ...(patch === undefined ? {} : { ...sides(patch), patch }) };
}

/** Edits of a patch in the form of `apply_patch`. */
export function editsOfPatch(call: string, text: string): readonly Edit[] {
  const edits: Edit[] = [];
  const sections = text.split(/^\*\*\* (?=(?:Add|Update|Delete) File: |End Patch)/m).slice(1);
  for (const section of sections) {
    const match = /^(Add|Update|Delete) File: (.+)\r?\n?/.exec(section);
    const path = match?.[2]?.trim();
    if (match === null || path === undefined) continue;
    const body = section.slice(match[0].length);
    if (match[1] === "Delete") edits.push({ kind: "edit", call, path, after: "" });
    else if (match[1] === "Add") edits.push({ kind: "edit", call, path, after: sides(body).after });
    else edits.push({ kind: "edit", call, path: /^\*\*\* Move to: (.+)$/m.exec(body)?.[1]?.trim() ?? path, ...sides(body), patch: body });
  }
  return edits;
}

/** The two sides of a diff, hunk headers left out. */
function sides(patch: string): { readonly before: string; readonly after: string } {
  const before: string[] = [];
  const after: string[] = [];
  for (const line of patch.split("\n")) {
    if (line.startsWith("-") || line.startsWith(" ")) before.push(line.slice(1));
    if (line.startsWith("+") || line.startsWith(" ")) after.push(line.slice(1));
  }
  return { before: before.join("\n"), after: after.join("\n") };
}
