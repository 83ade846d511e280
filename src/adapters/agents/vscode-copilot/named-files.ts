import { pathOfUri } from "../shared/file-uri.ts";
import type { Json } from "../shared/record.ts";
import { isJson, textOf } from "../shared/record.ts";

const PLACES = ["variableData", "contentReferences", "response", "editedFileEvents"] as const;

/** The files that a request names by a URI of its own, absolute; texts and arguments of tools are not searched. */
export function filesNamedIn(request: Json): ReadonlySet<string> {
  const files = new Set<string>();
  const left: unknown[] = PLACES.map((place) => request[place]);
  while (left.length > 0) {
    const value = left.pop();
    if (Array.isArray(value)) for (const each of value) left.push(each);
    if (!isJson(value)) continue;
    const file = fileOf(value);
    if (file !== undefined) files.add(file);
    for (const each of Object.values(value)) if (typeof each === "object") left.push(each);
  }
  return files;
}

function fileOf(value: Json): string | undefined {
  if (value["scheme"] !== "file") return undefined;
  const external = textOf(value, "external");
  const named = external === undefined ? undefined : pathOfUri(external);
  return named ?? textOf(value, "fsPath") ?? textOf(value, "path");
}
