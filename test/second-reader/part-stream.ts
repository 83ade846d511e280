import { readUint32, utf8 } from "./bytes.ts";
import { demand, refuse } from "./errors.ts";
import { Fields } from "./fields.ts";

const bad = "encoding-invalid";
const roles = ["transcript", "subagent", "tool-result", "attachment", "sidecar"];

/** One record of a part stream. */
export type StreamRecord =
  | { kind: "file"; file: number; path: string; role: string }
  | { kind: "data"; file: number; generation: number; offset: number; data: Uint8Array }
  | { kind: "omit"; file: number; generation: number; offset: number; length: number }
  | { kind: "end"; file: number; generation: number; length: number; modified: number }
  | { kind: "gone"; file: number };

/** All records of a part stream. */
export function readPartStream(stream: Uint8Array): StreamRecord[] {
  const records: StreamRecord[] = [];
  let at = 0;
  const take = (length: number): Uint8Array => {
    demand(length <= stream.length - at, bad, "the stream is cut off");
    at += length;
    return stream.subarray(at - length, at);
  };
  while (at < stream.length) {
    const length = readUint32(take(4), 0);
    demand(length >= 1 && length <= 65536, bad, "a head of another length");
    records.push(readRecord(Fields.decode(take(length)), take));
  }
  return records;
}

function readRecord(head: Fields, take: (length: number) => Uint8Array): StreamRecord {
  const type = head.text("t");
  if (!["file", "data", "end", "omit", "gone"].includes(type)) refuse("too-new", `a record ${type}`);
  const file = head.uint("f");
  if (type === "file") return { kind: "file", file, path: checkFilePath(head.text("p")), role: checkRole(head.text("r")) };
  if (type === "gone") return { kind: "gone", file };
  const generation = head.uint("g");
  const length = head.uint("n");
  if (type === "end") return { kind: "end", file, generation, length, modified: head.uint("m") };
  const offset = head.uint("o");
  if (type === "omit") return { kind: "omit", file, generation, offset, length };
  return { kind: "data", file, generation, offset, data: take(length) };
}

function checkRole(role: string): string {
  demand(roles.includes(role), bad, `a role ${role}`);
  return role;
}

function checkFilePath(path: string): string {
  demand(utf8(path).length <= 1024 && !path.includes("\0"), bad, "a path that is too long or holds NUL");
  demand(path.split("/").every((part) => !["", ".", ".."].includes(part)), bad, "a path that leads elsewhere");
  return path;
}
