import { randomBytes } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { access, mkdir, open, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { deflateSync, inflateSync } from "node:zlib";
import { HxError } from "../../domain/errors.ts";
import type { Oid } from "../../domain/ids.ts";
import { isObjectType, objectHeader, objectId } from "./encode.ts";
import type { ObjectFormat, ObjectType } from "./encode.ts";
import { plain } from "./run.ts";

/** Objects of hx stay far below this; a larger one is an attack or somebody's file, in bytes. */
export const MAX_OBJECT = 256 * 1024 * 1024;

/** How often a write is begun anew when `git gc` removes the directory or the temporary file under it. */
const ATTEMPTS = 8;

export interface LooseObject {
  readonly type: ObjectType;
  readonly content: Uint8Array;
}

/** Loose objects of one object directory, read and written in process. */
export interface LooseObjects {
  /** Null when it is not loose: it may be in a pack. @throws HxError `git-failed` when it is damaged */
  read(oid: Oid): Promise<LooseObject | null>;
  has(oid: Oid): Promise<boolean>;
  /** On disk, fsynced, when the promise resolves. @throws HxError `io-failed` */
  write(type: ObjectType, content: Uint8Array): Promise<Oid>;
}

export function looseObjects(objects: string, format: ObjectFormat): LooseObjects {
  const pathOf = (oid: Oid): string => join(objects, oid.slice(0, 2), oid.slice(2));
  return {
    async read(oid) {
      // Most reads are of packed objects: this is ten times cheaper than a failed readFile.
      if (!existsSync(pathOf(oid))) return null;
      const file = await readFile(pathOf(oid)).catch((cause: unknown) => {
        if (isCode(cause, "ENOENT") || isCode(cause, "ENOTDIR")) return null;
        throw new HxError("io-failed", `cannot read object '${oid}'`, { cause });
      });
      return file === null ? null : decode(format, oid, file);
    },
    async has(oid) {
      return access(pathOf(oid), constants.F_OK).then(() => true, () => false);
    },
    async write(type, content) {
      const header = objectHeader(type, content.length);
      const oid = objectId(format, header, content);
      // A packed object is written once more: the copy costs little, and a loose one with a new time is what
      // protects it from `git gc`, which may be about to drop an unreachable pack.
      if (await freshen(pathOf(oid))) return oid;
      const bytes = encode(header, content);
      try {
        await place(join(objects, oid.slice(0, 2)), pathOf(oid), bytes);
      } catch (cause) {
        throw new HxError("io-failed", `cannot write an object in '${objects}'`, { cause });
      }
      return oid;
    },
  };
}

/** A zlib stream of stored blocks: what is sealed does not compress, so trying would only cost time. */
function encode(header: Uint8Array, content: Uint8Array): Uint8Array {
  const whole = Buffer.concat([header, content]);
  return deflateSync(whole, { level: 0, chunkSize: Math.max(1024, whole.length + (whole.length >> 8) + 256) });
}

function decode(format: ObjectFormat, oid: Oid, file: Uint8Array): LooseObject {
  const damaged = (cause?: unknown): HxError =>
    new HxError("git-failed", `object '${oid}' is damaged`, { cause, hints: ["git fsck"] });
  let whole: Uint8Array;
  try {
    whole = inflateSync(file, { maxOutputLength: MAX_OBJECT });
  } catch (cause) {
    throw damaged(cause);
  }
  const zero = whole.indexOf(0);
  const [type = "", size = ""] = Buffer.from(whole.subarray(0, Math.max(0, zero))).toString("latin1").split(" ");
  const content = plain(whole.subarray(zero + 1));
  if (!isObjectType(type) || Number(size) !== content.length) throw damaged();
  if (objectId(format, objectHeader(type, content.length), content) !== oid) throw damaged();
  return { type, content };
}

/** True when the file is there; it then counts as new for `git gc --prune`. An empty one is what a crash of the machine left. */
async function freshen(path: string): Promise<boolean> {
  const size = await stat(path).then((found) => found.size, () => 0);
  if (size === 0) return false;
  const now = new Date();
  // Another user's object cannot be touched, but it is there.
  return utimes(path, now, now).then(() => true, (error: unknown) => !isCode(error, "ENOENT"));
}

async function place(directory: string, path: string, bytes: Uint8Array): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    // The name under which git itself writes, so that `git gc` removes what a crash leaves behind.
    const temporary = join(directory, `tmp_obj_${randomBytes(6).toString("hex")}`);
    try {
      await mkdir(directory, { recursive: true });
      await writeDurably(temporary, bytes);
      await rename(temporary, path);
      return;
    } catch (error) {
      await rm(temporary, { force: true });
      if (!isCode(error, "ENOENT") || attempt >= ATTEMPTS) throw error;
    }
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx", 0o444);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
