import { HxError } from "../../domain/errors.ts";
import type { Oid } from "../../domain/ids.ts";
import type { ObjectBatch, ObjectReader } from "../../ports/git.ts";
import { decodeTree, encodeCommit, encodeTree, objectHeader, objectId } from "./encode.ts";
import type { ObjectFormat, ObjectType } from "./encode.ts";
import type { PackedObject } from "./pack.ts";

/** Objects from which on they are one pack. Below, a pack would cost more than it saves, and every look-up goes through all packs. */
const PACK_FROM = 200;

/** Bytes from which on what was gathered is written, so that memory stays bounded whatever is published. */
const SPILL_FROM = 16 << 20;

/** How a store writes what a batch gathered; durable when a promise resolves. */
export interface BatchWriter {
  loose(type: ObjectType, content: Uint8Array): Promise<Oid>;
  pack(objects: ReadonlyMap<Oid, PackedObject>): Promise<void>;
}

export function objectBatch(store: ObjectReader, format: ObjectFormat, writer: BatchWriter): ObjectBatch {
  const objects = new Map<Oid, PackedObject>();
  let gathered = 0;
  const flush = async (): Promise<void> => {
    const some = new Map(objects);
    gathered = 0;
    if (some.size >= PACK_FROM) await writer.pack(some);
    else for (const { type, content } of some.values()) await writer.loose(type, content);
    for (const oid of some.keys()) objects.delete(oid);
  };
  const put = async (type: ObjectType, content: Uint8Array): Promise<Oid> => {
    const oid = objectId(format, objectHeader(type, content.length), content);
    if (!objects.has(oid)) gathered += content.length;
    objects.set(oid, { type, content });
    if (gathered >= SPILL_FROM) await flush();
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
    writeBlob: (bytes) => put("blob", bytes),
    writeTree: (entries) => put("tree", encodeTree(format, entries)),
    writeCommit: (fields) => put("commit", encodeCommit(format, fields)),
    flush,
  };
}
