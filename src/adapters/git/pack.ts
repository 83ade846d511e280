import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { HxError } from "../../domain/errors.ts";
import { configArguments } from "./environment.ts";
import type { ObjectFormat, ObjectType } from "./encode.ts";
import { runOrFail, text } from "./run.ts";
import type { GitProgram } from "./run.ts";

const TYPES: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };

export interface PackedObject {
  readonly type: ObjectType;
  readonly content: Uint8Array;
}

/** A pack that was written: whether it is still there says whether all its objects are. */
export interface WrittenPack {
  isThere(): boolean;
}

/**
 * Writes objects as one pack, with git's own check of it, on disk and fsynced when the promise resolves: two fsyncs instead of
 * one for each object, and no thousand loose files that make `git gc --auto` start.
 * @throws HxError `io-failed`
 */
export async function writePack(program: GitProgram, directory: string, format: ObjectFormat, objects: readonly PackedObject[]): Promise<WrittenPack> {
  // Whatever the user configured: what a ref will name is on disk before.
  const args = [...configArguments([["core.fsync", "committed"]]), `--git-dir=${directory}`, "index-pack", "--stdin"];
  try {
    const name = /[0-9a-f]{40,64}/.exec(text(await runOrFail(program, args, { input: encodePack(format, objects) })))?.[0];
    if (name === undefined) throw new HxError("git-failed", "'git index-pack' did not name the pack");
    const path = join(directory, "objects", "pack", `pack-${name}.pack`);
    return { isThere: () => existsSync(path) };
  } catch (cause) {
    throw new HxError("io-failed", `cannot write objects in '${directory}'`, { cause });
  }
}

/** Git's pack format, version 2: no deltas, and zlib streams of stored blocks, because what is sealed does not compress. */
function encodePack(format: ObjectFormat, objects: readonly PackedObject[]): Uint8Array {
  const head = Buffer.alloc(12);
  head.write("PACK", "latin1");
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(objects.length, 8);
  const chunks: Uint8Array[] = [head];
  for (const { type, content } of objects) chunks.push(entryHead(TYPES[type], content.length), deflateSync(content, { level: 0, chunkSize: Math.max(1024, content.length + 256) }));
  const body = Buffer.concat(chunks);
  return Buffer.concat([body, createHash(format).update(body).digest()]);
}

/** Three bits of type and the size, four bits first, then seven at a time, the lowest first. */
function entryHead(type: number, size: number): Uint8Array {
  const bytes: number[] = [];
  let byte = (type << 4) | (size & 15);
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(byte | 128);
    byte = rest & 127;
  }
  return Uint8Array.from([...bytes, byte]);
}
