import { join } from "node:path";
import { HxError } from "../../domain/errors.ts";
import type { Oid } from "../../domain/ids.ts";
import type { RefUpdate, Store } from "../../ports/git.ts";
import { objectBatch } from "./object-batch.ts";
import { catFile } from "./cat-file.ts";
import type { CatFile } from "./cat-file.ts";
import { decodeTree, encodeCommit, encodeTree } from "./encode.ts";
import type { ObjectFormat, ObjectType } from "./encode.ts";
import { blobCache, treeCache } from "./object-cache.ts";
import { looseObjects } from "./loose.ts";
import type { LooseObjects } from "./loose.ts";
import { writePack } from "./pack.ts";
import type { WrittenPack } from "./pack.ts";
import { gitRefs } from "./refs.ts";
import type { GitProgram } from "./run.ts";

/** Objects and refs of one git directory. `program` carries the environment of local commands. */
export function gitStore(program: GitProgram, directory: string, objectFormat: ObjectFormat): Store {
  const loose = looseObjects(join(directory, "objects"), objectFormat);
  const batch = catFile(program, directory);
  const refs = gitRefs(program, directory);
  const unreferenced = new Set<Oid>();
  const packs = new Map<WrittenPack, readonly Oid[]>();

  const write = async (type: ObjectType, content: Uint8Array): Promise<Oid> => {
    const oid = await loose.write(type, content);
    unreferenced.add(oid);
    return oid;
  };
  const trees = treeCache();
  const blobs = blobCache();
  const read = (oid: Oid, type: ObjectType): Promise<Uint8Array> => readObject(loose, batch, oid, type);

  const isAnyGone = async (oids: readonly Oid[], written: readonly WrittenPack[]): Promise<boolean> => {
    const lost = written.filter((pack) => !pack.isThere());
    // Git joined it with others, or dropped it: a running git would answer from the one that it still has open.
    if (lost.length > 0) await batch.close();
    return anyGone(loose, batch, [...oids, ...lost.flatMap((pack) => packs.get(pack) ?? [])]);
  };

  const store: Store = {
    objectFormat,
    directory,
    batch: () =>
      objectBatch(store, objectFormat, {
        loose: write,
        async pack(objects) {
          packs.set(await writePack(program, directory, objectFormat, [...objects.values()]), [...objects.keys()]);
          for (const [oid, { type, content }] of objects) if (type === "blob") blobs.keep(oid, content);
        },
      }),
    async info(oid) {
      const there = await batch.info(oid);
      return there === null ? null : { type: there.type, size: there.size };
    },
    readBlob: (oid) => blobs.get(oid, () => read(oid, "blob")),
    readTree: (oid) => trees.get(oid, async () => decodeTree(objectFormat, await read(oid, "tree"))),
    readCommit: (oid) => read(oid, "commit"),
    close: () => batch.close(),
    writeBlob: (bytes) => write("blob", bytes),
    writeTree: async (entries) => write("tree", encodeTree(objectFormat, entries)),
    writeCommit: async (fields) => write("commit", encodeCommit(objectFormat, fields)),
    read: (ref) => refs.read(ref),
    list: (prefix) => refs.list(prefix),
    async update(updates) {
      const written = [...unreferenced];
      const packed = [...packs.keys()];
      if (await isAnyGone(written, packed)) throw pruned();
      if (!(await refs.update(updates))) return false;
      // `git gc --prune=now` drops what no ref reached when it looked, however new. It may have looked before
      // the ref moved and dropped after: then the ref goes back, and the caller writes everything once more.
      if (await isAnyGone(written, packed)) {
        await refs.update(updates.map(reversed));
        throw pruned();
      }
      for (const oid of written) unreferenced.delete(oid);
      for (const pack of packed) packs.delete(pack);
      return true;
    },
  };
  return store;
}

async function readObject(loose: LooseObjects, batch: CatFile, oid: Oid, type: ObjectType): Promise<Uint8Array> {
  // A loose object is read without starting git, which is what a hook mostly needs.
  const here = await loose.read(oid);
  const found = here ?? (await batch.contents(oid));
  if (found === null || found.content === null) throw new HxError("missing-object", `object '${oid}' is not present`);
  if (found.type !== type) throw new HxError("lane-invalid", `object '${oid}' is a ${found.type}, not a ${type}`);
  return found.content;
}

async function anyGone(loose: LooseObjects, batch: CatFile, oids: readonly Oid[]): Promise<boolean> {
  const there = await Promise.all(oids.map(async (oid) => (await loose.has(oid)) || (await batch.info(oid)) !== null));
  return there.includes(false);
}

function reversed({ ref, from, to }: RefUpdate): RefUpdate {
  return { ref, from: to, to: from };
}

function pruned(): HxError {
  return new HxError("busy", "'git gc' removed objects while they were written", { hints: ["hx capture"] });
}
