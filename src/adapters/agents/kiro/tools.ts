import type { Entry } from "../../../domain/view.ts";
import type { Json } from "../shared/record.ts";
import { defined, isJson, objectOf, textOf } from "../shared/record.ts";
import { partsOf } from "./records.ts";

type Result = Pick<Entry & { readonly kind: "tool-result" }, "text" | "failed" | "exitCode">;
type Edit = Pick<Entry & { readonly kind: "edit" }, "path" | "before" | "after">;

/** What a tool gave back. */
export function resultOf(data: Json): Result {
  const texts: string[] = [];
  let exitCode: number | undefined;
  for (const part of partsOf(data)) {
    if (typeof part.data === "string") texts.push(part.data);
    else if (isJson(part.data)) {
      const code = exitCodeOf(textOf(part.data, "exit_status"));
      exitCode ??= code;
      texts.push(code === undefined ? JSON.stringify(part.data) : `${textOf(part.data, "stdout") ?? ""}${textOf(part.data, "stderr") ?? ""}`);
    }
  }
  const failed = typeof data["status"] === "string" && data["status"] !== "success";
  return { text: texts.join("\n"), ...defined({ failed: failed ? true : undefined, exitCode }) };
}

function exitCodeOf(status: string | undefined): number | undefined {
  const digits = status === undefined ? undefined : /^exit (?:status|code): (\d{1,3})$/.exec(status)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** What a call of the tool that writes files changed. */
export function editOf(tool: Json): Edit | undefined {
  const write = objectOf(objectOf(objectOf(tool, "kind"), "BuiltIn"), "FileWrite");
  const path = textOf(write, "path");
  if (path === undefined) return undefined;
  const before = textOf(write, "old_str") ?? textOf(write, "oldStr");
  return { path, ...defined({ before, after: textOf(write, "content") ?? textOf(write, "new_str") ?? textOf(write, "newStr") }) };
}
