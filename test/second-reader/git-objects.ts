import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { resolve } from "node:path";
import git from "isomorphic-git";
import { demand } from "./errors.ts";

/** A git object as it is stored. */
export interface GitObject {
  type: string;
  content: Uint8Array;
}

/** Reads objects and refs of one git repository. */
export class GitObjects {
  readonly #directory: string;
  readonly #sha256: boolean;
  readonly #objects = new Map<string, GitObject>();
  readonly #cache = {};

  /** `path` is a bare repository, a `.git` directory or the top of a checkout. */
  constructor(path: string) {
    const [common, format] = run(path, ["rev-parse", "--git-common-dir", "--show-object-format"]).toString().split("\n");
    this.#directory = resolve(path, common ?? "");
    this.#sha256 = format === "sha256";
  }

  /** Refs under a prefix: name without the prefix, and object id. */
  refs(prefix: string): Map<string, string> {
    const list = run(this.#directory, ["for-each-ref", "--format=%(objectname) %(refname)", prefix]).toString();
    const refs = new Map<string, string>();
    for (const line of list.split("\n").filter((text) => text !== "")) {
      const space = line.indexOf(" ");
      refs.set(line.slice(space + 1 + prefix.length), line.slice(0, space));
    }
    return refs;
  }

  /** One object. */
  async read(oid: string): Promise<GitObject> {
    const known = this.#objects.get(oid);
    if (known) return known;
    const object = this.#sha256 ? this.#readWithGit(oid) : await this.#readIsomorphic(oid);
    this.#objects.set(oid, object);
    return object;
  }

  async #readIsomorphic(oid: string): Promise<GitObject> {
    try {
      const found = await git.readObject({ fs, gitdir: this.#directory, oid, format: "content", cache: this.#cache });
      if (found.format === "content") return { type: found.type, content: new Uint8Array(found.object) };
    } catch (error) {
      if (!(error instanceof git.Errors.NotFoundError)) throw error;
    }
    return this.#readWithGit(oid);
  }

  /** Where isomorphic-git cannot: SHA-256, and objects in other stores. */
  #readWithGit(oid: string): GitObject {
    const output = run(this.#directory, ["cat-file", "--batch"], `${oid}\n`);
    const headEnd = output.indexOf("\n");
    const [, type, length] = output.subarray(0, headEnd).toString().split(" ");
    demand(type !== undefined && length !== undefined, "object-missing", `object ${oid} is not in the repository`);
    return { type, content: new Uint8Array(output.subarray(headEnd + 1, headEnd + 1 + Number(length))) };
  }
}

function run(directory: string, args: string[], input = ""): Buffer {
  return execFileSync("git", ["-C", directory, ...args], {
    input, env: { ...process.env, GIT_NO_LAZY_FETCH: "1", GIT_NO_REPLACE_OBJECTS: "1" },
    maxBuffer: 2 ** 28, stdio: ["pipe", "pipe", "ignore"],
  });
}
