import { HxError } from "../../domain/errors.ts";
import type { Oid } from "../../domain/ids.ts";
import type { ObjectBatch, ObjectReader } from "../../ports/git.ts";
import { decodeTree, encodeCommit, encodeTree, objectHeader, objectId } from "./encode.ts";
import type { ObjectFormat, ObjectType } from "./encode.ts";
import type { PackedObject } from "./pack.ts";

/** Objects from which on they are one pack. Below, a pack would cost more than it saves, and every look-up goes through all packs. */
const PACK_FROM = 200;

/** How a store writes what a batch gathered; durable when a promise resolves. */
export interface BatchWriter {
  loose(type: ObjectType, content: Uint8Array): Promise<Oid>;
  pack(objects: ReadonlyMap<Oid, PackedObject>): Promise<void>;
}

export function objectBatch(store: ObjectReader, format: ObjectFormat, writer: BatchWriter): ObjectBatch {
  const objects = new Map<Oid, PackedObject>();
  const put = (type: ObjectType, content: Uint8Array): Oid => {
    const oid = objectId(format, objectHeader(type, content.length), content);
    objects.set(oid, { type, content });
    return oid;
  };
  const read = (oid: Oid, type: ObjectType, other: (oid: Oid) => Promise<Uint8Array>): Promise<Uint8Array> => {
    const here = objects.get(oid);
    if (here === undefined) return other(oid);
    if (here.type !== type) return Promise.reject(new HxError("lane-invalid", `object '${oid}' is a ${here.type}, not a ${type}`));
    return Promise.resolve(here.content);
  };
  return {
    async info(oid) {
      const here = objects.get(oid);
      return here === undefined ? store.info(oid) : { type: here.type, size: here.content.length };
    },
    readBlob: (oid) => read(oid, "blob", store.readBlob),
    readCommit: (oid) => read(oid, "commit", store.readCommit),
    readTree: async (oid) => (objects.has(oid) ? decodeTree(format, await read(oid, "tree", store.readCommit)) : store.readTree(oid)),
    close: () => store.close(),
    writeBlob: async (bytes) => put("blob", bytes),
    writeTree: async (entries) => put("tree", encodeTree(format, entries)),
    writeCommit: async (fields) => put("commit", encodeCommit(format, fields)),
    async flush() {
      if (objects.size >= PACK_FROM) await writer.pack(objects);
      else for (const { type, content } of objects.values()) await writer.loose(type, content);
      objects.clear();
    },
  };
}
