import { HxError } from "../domain/errors.ts";
import { utf8 } from "../domain/bytes.ts";
import type { CborMap } from "./cbor.ts";
import { bad, intField, textField } from "./fields.ts";

export const ROLES = ["transcript", "subagent", "tool-result", "attachment", "sidecar"] as const;
export type FileRole = (typeof ROLES)[number];

/** The head of a record of a part stream, docs/spec/segment.md. `modified` in ms since 1970. */
export type StreamHead =
  | { readonly kind: "file"; readonly file: number; readonly path: string; readonly role: FileRole }
  | { readonly kind: "data"; readonly file: number; readonly generation: number; readonly offset: number; readonly length: number }
  | { readonly kind: "end"; readonly file: number; readonly generation: number; readonly length: number; readonly modified: number }
  | { readonly kind: "omit"; readonly file: number; readonly generation: number; readonly offset: number; readonly length: number }
  | { readonly kind: "gone"; readonly file: number };

const MAX_PATH = 1024;

/** @throws HxError `encoding-invalid`, or `too-new` for a record of an unknown type. */
export function decodeHead(map: CborMap): StreamHead {
  const kind = textField(map, "t");
  const file = intField(map, "f");
  if (kind === "file") return { kind, file, path: checkStorePath(textField(map, "p")), role: roleOf(textField(map, "r")) };
  if (kind === "gone") return { kind, file };
  if (kind !== "data" && kind !== "omit" && kind !== "end") throw new HxError("too-new", `a record of type '${kind.slice(0, 40)}' is not known`);
  const generation = intField(map, "g");
  const length = intField(map, "n");
  if (kind === "end") return { kind, file, generation, length, modified: intField(map, "m") };
  return { kind, file, generation, offset: intField(map, "o"), length };
}

function roleOf(text: string): FileRole {
  const role = ROLES.find((candidate) => candidate === text);
  if (role === undefined) throw bad("r", "a role of a file");
  return role;
}

/**
 * A path relative to the root of the agent's store, which `restore` may join to that root.
 * @throws HxError `encoding-invalid`
 */
export function checkStorePath(path: string): string {
  const wrong = utf8(path).length > MAX_PATH || path.includes("\0") || path.split("/").some((name) => name === "" || name === "." || name === "..");
  if (wrong) throw bad("p", "a path within the agent's store");
  return path;
}
