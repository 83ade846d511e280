import { fromUtf8, toHex } from "./bytes.ts";
import { demand } from "./errors.ts";
import type { GitObjects } from "./git-objects.ts";
import type { Files } from "./lane-tree.ts";

const day = 86400;
const person = "hx <hx@invalid> ([0-9]+) \\+0000";
const grammar = new RegExp(
  `^tree ((?:[0-9a-f]{40}|[0-9a-f]{64}))\\n((?:parent (?:[0-9a-f]{40}|[0-9a-f]{64})\\n)*)author ${person}\\ncommitter ${person}\\n\\n$`,
);

/** A commit whose own grammar was checked. */
export interface GitCommit {
  tree: string;
  parents: string[];
  time: number;
}

/** A commit as git stores it; `now` and the time of the parent in seconds since 1970. */
export function readCommit(content: Uint8Array, code: string, now: number, parentTime: number): GitCommit {
  const match = content.length > 4096 ? null : grammar.exec(new TextDecoder("latin1").decode(content));
  demand(match !== null && match[3] === match[4], code, "a commit outside the grammar");
  const time = Number(match[3]);
  demand(String(time) === match[3] && time % day === 0, code, "a time that is not a midnight");
  demand(time <= now + day, code, "a time that lies ahead");
  demand(time >= parentTime, code, "a time before that of the parent");
  const parents = [...(match[2] ?? "").matchAll(/parent (\S+)\n/g)].map((found) => found[1] ?? "");
  return { tree: match[1] ?? "", parents, time };
}

/** A ref's history and trees; refusals have the code of that kind of ref. */
export class GitHistory {
  readonly #objects: GitObjects;
  readonly #code: string;
  constructor(objects: GitObjects, code: string) {
    this.#objects = objects;
    this.#code = code;
  }

  /** Commits from the first to `head`, each with exactly one parent, the first with none. */
  async commits(head: string): Promise<GitCommit[]> {
    const list: GitCommit[] = [];
    for (let oid: string | undefined = head; oid !== undefined;) {
      const commit: GitCommit = await this.commit(oid);
      demand(commit.parents.length <= 1, this.#code, "a commit with more than one parent");
      list.unshift(commit);
      [oid] = commit.parents;
    }
    const rises = list.every(({ time }, at) => time >= (list[at - 1]?.time ?? 0));
    demand(rises, this.#code, "a commit that is earlier than its parent");
    return list;
  }

  /** One commit. */
  async commit(oid: string): Promise<GitCommit> {
    const { type, content } = await this.#objects.read(oid);
    demand(type === "commit", this.#code, "not a commit");
    return readCommit(content, this.#code, Date.now() / 1000, 0);
  }

  /** All files of a tree. */
  async files(tree: string): Promise<Files> {
    const files: Files = new Map();
    await this.#addTree(files, tree, "");
    return files;
  }

  async #addTree(files: Files, oid: string, prefix: string): Promise<void> {
    const { type, content } = await this.#objects.read(oid);
    demand(type === "tree", this.#code, `${prefix} is not a tree`);
    demand(content.length > 0, this.#code, "an empty tree");
    for (const { mode, name, oid: inner } of this.#entries(content, oid.length / 2)) {
      const path = prefix + name;
      demand(!files.has(path), this.#code, `${path} twice`);
      if (mode === "40000") {
        await this.#addTree(files, inner, `${path}/`);
        continue;
      }
      demand(mode === "100644", this.#code, `mode ${mode} of ${path}`);
      const blob = await this.#objects.read(inner);
      demand(blob.type === "blob", this.#code, `${path} is not a blob`);
      files.set(path, blob.content);
    }
  }

  #entries(content: Uint8Array, oidLength: number): { mode: string; name: string; oid: string }[] {
    const entries: { mode: string; name: string; oid: string }[] = [];
    for (let at = 0; at < content.length;) {
      const space = content.indexOf(0x20, at);
      const zero = content.indexOf(0, space);
      demand(space > at && zero > space, this.#code, "a tree that cannot be read");
      entries.push({
        mode: fromUtf8(content.subarray(at, space)),
        name: new TextDecoder("latin1").decode(content.subarray(space + 1, zero)),
        oid: toHex(content.subarray(zero + 1, zero + 1 + oidLength)),
      });
      at = zero + 1 + oidLength;
    }
    return entries;
  }
}
