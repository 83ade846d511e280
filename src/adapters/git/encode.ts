import { createHash } from "node:crypto";
import { compare, concat, fromHex, fromUtf8, toHex, utf8 } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import { oid as parseOid } from "../../domain/ids.ts";
import type { Oid } from "../../domain/ids.ts";
import type { CommitFields, ObjectInfo, TreeEntry, TreeMode } from "../../ports/git.ts";

export type ObjectFormat = "sha1" | "sha256";
export type ObjectType = ObjectInfo["type"];

const DAY_SECONDS = 86_400;
const IDENTITY = "hx <hx@invalid>";
const TYPES: ReadonlySet<string> = new Set<ObjectType>(["blob", "tree", "commit", "tag"]);
const MODES: ReadonlySet<string> = new Set<TreeMode>(["100644", "40000", "100755", "120000", "160000"]);

/** `<type> <size>` and a zero byte: what git hashes and stores in front of the content. */
export function objectHeader(type: ObjectType, size: number): Uint8Array {
  return utf8(`${type} ${size}\0`);
}

export function objectId(format: ObjectFormat, header: Uint8Array, content: Uint8Array): Oid {
  return parseOid(createHash(format).update(header).update(content).digest("hex"));
}

export function isObjectType(text: string): text is ObjectType {
  return TYPES.has(text);
}

/**
 * The bytes of a tree, sorted as git does: bytewise by name, a directory as if its name ended in `/`.
 * @throws HxError `internal` for a name that git would refuse, a name twice, or an id of another object format
 */
export function encodeTree(format: ObjectFormat, entries: readonly TreeEntry[]): Uint8Array {
  const names = new Set<string>();
  const rows = entries.map((entry) => {
    if (!isTreeName(entry.name)) throw new HxError("internal", `not a name for a tree: '${entry.name}'`);
    if (names.has(entry.name)) throw new HxError("internal", `twice in a tree: '${entry.name}'`);
    names.add(entry.name);
    checkFormat(format, entry.oid);
    return {
      key: utf8(entry.mode === "40000" ? `${entry.name}/` : entry.name),
      row: concat(utf8(`${entry.mode} ${entry.name}\0`), fromHex(entry.oid)),
    };
  });
  rows.sort((a, b) => compare(a.key, b.key));
  return concat(...rows.map(({ row }) => row));
}

/**
 * Not every host lets git check what it takes, so the order of the entries is checked here too: one name twice would be two things to two readers.
 * @throws HxError `lane-invalid` for bytes that are not a tree, or not one in git's order with each name once
 */
export function decodeTree(format: ObjectFormat, bytes: Uint8Array): readonly TreeEntry[] {
  const idLength = format === "sha1" ? 20 : 32;
  const entries: TreeEntry[] = [];
  let at = 0;
  let before: Uint8Array | null = null;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const zero = bytes.indexOf(0, at);
    const end = zero + 1 + idLength;
    if (space < 0 || zero < space || end > bytes.length) throw treeInvalid();
    const mode = Buffer.from(bytes.subarray(at, space)).toString("latin1");
    if (!isTreeMode(mode)) throw treeInvalid();
    const name = bytes.subarray(space + 1, zero);
    const key = mode === "40000" ? concat(name, utf8("/")) : name;
    if (before !== null && compare(before, key) >= 0) throw treeInvalid();
    before = key;
    entries.push({ mode, name: decodeName(name), oid: parseOid(toHex(bytes.subarray(zero + 1, end))) });
    at = end;
  }
  return entries;
}

/**
 * hx's commit grammar: docs/spec/lane.md, Commits.
 * @throws HxError `internal` for a time that is not midnight UTC
 */
export function encodeCommit(format: ObjectFormat, fields: CommitFields): Uint8Array {
  if (!Number.isSafeInteger(fields.day) || fields.day < 0 || fields.day % DAY_SECONDS !== 0) {
    throw new HxError("internal", `not midnight UTC: '${fields.day}'`);
  }
  for (const id of [fields.tree, ...fields.parents]) checkFormat(format, id);
  const parents = fields.parents.map((parent) => `parent ${parent}\n`).join("");
  const who = `${IDENTITY} ${fields.day} +0000`;
  return utf8(`tree ${fields.tree}\n${parents}author ${who}\ncommitter ${who}\n\n`);
}

function isTreeName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && name.toLowerCase() !== ".git" && !/[/\0]/.test(name);
}

function isTreeMode(mode: string): mode is TreeMode {
  return MODES.has(mode);
}

function checkFormat(format: ObjectFormat, id: Oid): void {
  if (id.length !== (format === "sha1" ? 40 : 64)) throw new HxError("internal", `not a ${format} object id: '${id}'`);
}

function decodeName(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    throw new HxError("lane-invalid", "a tree has a name that is not UTF-8", { cause });
  }
}

function treeInvalid(): HxError {
  return new HxError("lane-invalid", "a tree cannot be decoded");
}
