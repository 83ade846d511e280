import { createHash } from "node:crypto";
import { toHex, utf8 } from "../../src/domain/bytes.ts";
import { HxError } from "../../src/domain/errors.ts";
import { oid } from "../../src/domain/ids.ts";
import type { Oid } from "../../src/domain/ids.ts";
import type { ObjectInfo, ObjectReader, TreeEntry } from "../../src/ports/git.ts";

/** Objects in memory, made of files: enough of git for a verifier. */
export class MemoryStore implements ObjectReader {
  readonly #blobs = new Map<Oid, Uint8Array>();
  readonly #trees = new Map<Oid, readonly TreeEntry[]>();

  commit(files: ReadonlyMap<string, Uint8Array>, parent?: Oid, time = 86400): Oid {
    const who = `hx <hx@invalid> ${time} +0000`;
    const parents = parent === undefined ? "" : `parent ${parent}\n`;
    return this.#blob(utf8(`tree ${this.#tree(files)}\n${parents}author ${who}\ncommitter ${who}\n\n`), "commit");
  }

  #tree(files: ReadonlyMap<string, Uint8Array>): Oid {
    const below = new Map<string, Map<string, Uint8Array>>();
    const entries: TreeEntry[] = [];
    for (const [path, bytes] of files) {
      const slash = path.indexOf("/");
      if (slash < 0) entries.push({ name: path, mode: "100644", oid: this.#blob(bytes, "blob") });
      else below.set(path.slice(0, slash), (below.get(path.slice(0, slash)) ?? new Map<string, Uint8Array>()).set(path.slice(slash + 1), bytes));
    }
    for (const [name, inner] of below) entries.push({ name, mode: "40000", oid: this.#tree(inner) });
    const sorted = entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const id = idOf("tree", utf8(JSON.stringify(sorted)));
    this.#trees.set(id, sorted);
    return id;
  }

  #blob(bytes: Uint8Array, type: string): Oid {
    const id = idOf(type, bytes);
    this.#blobs.set(id, bytes);
    return id;
  }

  async info(id: Oid): Promise<ObjectInfo | null> {
    const bytes = this.#blobs.get(id);
    return bytes === undefined ? null : { type: "blob", size: bytes.length };
  }

  async readBlob(id: Oid): Promise<Uint8Array> {
    const bytes = this.#blobs.get(id);
    if (bytes === undefined) throw new HxError("missing-object", toHex(utf8(id)));
    return bytes;
  }

  async readTree(id: Oid): Promise<readonly TreeEntry[]> {
    return this.#trees.get(id) ?? [];
  }

  async readCommit(id: Oid): Promise<Uint8Array> {
    return this.readBlob(id);
  }

  async close(): Promise<void> {}
}

function idOf(type: string, bytes: Uint8Array): Oid {
  return oid(createHash("sha1").update(type).update(bytes).digest("hex"));
}
