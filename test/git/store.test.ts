import { execFile } from "node:child_process";
import { chmod, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as isomorphic from "isomorphic-git";
import * as fs from "node:fs";
import { inflateSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";
import { oid, refName } from "../../src/domain/ids.ts";
import type { Oid } from "../../src/domain/ids.ts";
import type { Store } from "../../src/ports/git.ts";
import { makeSandbox } from "../support/sandbox.ts";
import type { Sandbox } from "../support/sandbox.ts";

const DAY = 1_760_000_000 - (1_760_000_000 % 86_400);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const A = refName("refs/sessions/v1/lane/a");
const B = refName("refs/sessions/v1/keys/a");

let sandbox: Sandbox;
const stores: Store[] = [];

beforeEach(async () => {
  sandbox = await makeSandbox();
});
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await sandbox.remove();
});

type Place = "work repository" | "bare store" | "linked worktree";

async function open(place: Place, objectFormat: "sha1" | "sha256", git?: string): Promise<Store> {
  const repositories = gitRepositories({ env: sandbox.env, ...(git === undefined ? {} : { git }) });
  const store = await openStore();
  stores.push(store);
  return store;

  async function openStore(): Promise<Store> {
    if (place === "bare store") return repositories.bareStore(sandbox.path("store"), objectFormat);
    const repo = await sandbox.makeRepo({ objectFormat });
    let at = repo;
    if (place === "linked worktree") {
      await sandbox.git(repo, "commit", "-q", "--allow-empty", "-m", "first");
      at = sandbox.path("linked");
      await sandbox.git(repo, "worktree", "add", "-q", at);
    }
    const found = await repositories.find(at);
    if (found === null) throw new Error("no repository");
    return found.store;
  }
}

async function commit(store: Store, content: string, parents: readonly Oid[] = []): Promise<Oid> {
  const blob = await store.writeBlob(bytes(content));
  const inner = await store.writeTree([{ name: "m", mode: "100644", oid: blob }]);
  const tree = await store.writeTree([{ name: "s", mode: "40000", oid: inner }, { name: "h", mode: "100644", oid: blob }]);
  return store.writeCommit({ tree, parents, day: DAY });
}

const places: readonly Place[] = ["work repository", "bare store", "linked worktree"];
const cases = places.flatMap((place) => (["sha1", "sha256"] as const).map((format) => ({ place, format })));

describe.each(cases)("store of a $place, $format", ({ place, format }) => {
  it("writes objects that git reads, with the ids git computes", async () => {
    const store = await open(place, format);
    const content = new Uint8Array(200_000).map((_, i) => (i * 7919) >> 3);
    const blob = await store.writeBlob(content);
    expect(await sandbox.gitWithInput(store.directory, content, "hash-object", "-t", "blob", "--stdin")).toBe(blob);
    const child = await store.writeTree([{ name: "x", mode: "100755", oid: blob }]);
    const tree = await store.writeTree([
      { name: "b", mode: "40000", oid: child },
      { name: "b.c", mode: "100644", oid: blob },
      { name: "b0", mode: "100644", oid: blob },
      { name: "a-b", mode: "100644", oid: blob },
      { name: "a", mode: "120000", oid: blob },
      { name: "é", mode: "100644", oid: blob },
    ]);
    const listing = await sandbox.git(store.directory, "-c", "core.quotePath=false", "ls-tree", tree);
    expect(await sandbox.gitWithInput(store.directory, `${listing}\n`, "-c", "core.quotePath=false", "mktree")).toBe(tree);
    expect(listing.split("\n").map((line) => line.split("\t")[1])).toEqual(["a", "a-b", "b.c", "b", "b0", "é"]);
    const id = await store.writeCommit({ tree, parents: [], day: DAY });
    const raw = await sandbox.git(store.directory, "cat-file", "commit", id);
    expect(`${raw}`).toBe(`tree ${tree}\nauthor hx <hx@invalid> ${DAY} +0000\ncommitter hx <hx@invalid> ${DAY} +0000\n`);
    expect(await store.update([{ ref: A, from: null, to: id }])).toBe(true);
    const fsck = await sandbox.tryGit(store.directory, "fsck", "--strict", "--full", "--no-dangling");
    expect([fsck.code, fsck.stdout, fsck.stderr.replace(/notice:.*\n/g, "")]).toEqual([0, "", ""]);
  });

  it("reads what it wrote, loose and packed", async () => {
    const store = await open(place, format);
    const first = await commit(store, "one");
    const second = await commit(store, "two", [first]);
    await store.update([{ ref: A, from: null, to: second }]);
    const look = async (): Promise<unknown> => {
      const raw = new TextDecoder().decode(await store.readCommit(second));
      const tree = oid(/^tree (\S+)/.exec(raw)?.[1] ?? "");
      const entries = await store.readTree(tree);
      const blob = entries.find(({ name }) => name === "h")?.oid ?? second;
      return { raw, entries, content: await store.readBlob(blob), info: await store.info(blob), treeInfo: await store.info(tree) };
    };
    const loose = await look();
    expect(loose).toMatchObject({ content: bytes("two"), info: { type: "blob", size: 3 } });
    expect(loose).toMatchObject({ raw: expect.stringContaining(`\nparent ${first}\n`) });
    await sandbox.git(store.directory, "gc", "-q", "--prune=now");
    expect((await stat(join(store.directory, "packed-refs"))).isFile()).toBe(true);
    expect(await look()).toEqual(loose);
    expect(await store.read(A)).toBe(second);
    expect([...(await store.list("refs/sessions/v1/"))]).toEqual([[A, second]]);
  });

  it("says what is missing and what is of another type", async () => {
    const store = await open(place, format);
    const blob = await store.writeBlob(bytes("here"));
    const tree = await store.writeTree([]);
    const absent = oid("1".repeat(blob.length));
    expect(await store.info(absent)).toBeNull();
    await expect(store.readBlob(absent)).rejects.toMatchObject({ code: "missing-object" });
    await expect(store.readTree(absent)).rejects.toMatchObject({ code: "missing-object" });
    await expect(store.readCommit(blob)).rejects.toMatchObject({ code: "lane-invalid" });
    await expect(store.readBlob(tree)).rejects.toMatchObject({ code: "lane-invalid" });
    expect(await store.readTree(tree)).toEqual([]);
  });

  it("swaps refs all or none, and leaves no reflog", async () => {
    const store = await open(place, format);
    await sandbox.git(store.directory, "config", "core.logAllRefUpdates", "always");
    const one = await commit(store, "one");
    const two = await commit(store, "two", [one]);
    expect(await store.update([{ ref: A, from: null, to: one }, { ref: B, from: null, to: one }])).toBe(true);
    expect(await store.update([{ ref: A, from: one, to: two }, { ref: B, from: two, to: one }])).toBe(false);
    expect(await store.read(A)).toBe(one);
    expect(await store.update([{ ref: A, from: null, to: two }])).toBe(false);
    expect(await store.update([{ ref: A, from: one, to: two }, { ref: B, from: one, to: null }])).toBe(true);
    expect(await store.read(A)).toBe(two);
    expect(await store.read(B)).toBeNull();
    expect(await store.update([{ ref: B, from: one, to: two }])).toBe(false);
    expect(await store.update([{ ref: A, from: two, to: two }, { ref: B, from: null, to: null }])).toBe(true);
    expect(fs.existsSync(join(store.directory, "logs", A))).toBe(false);
  });

  it("does not swap while somebody holds the lock, and fails for other reasons aloud", async () => {
    const store = await open(place, format);
    const one = await commit(store, "one");
    await store.update([{ ref: A, from: null, to: one }]);
    const lock = join(store.directory, `${A}.lock`);
    await writeFile(lock, "");
    expect(await store.update([{ ref: A, from: one, to: null }])).toBe(false);
    expect([...(await store.list("refs/sessions/"))]).toEqual([[A, one]]);
    const absent = oid("2".repeat(one.length));
    await expect(store.update([{ ref: B, from: null, to: absent }])).rejects.toMatchObject({ code: "git-failed" });
    await expect(store.update([{ ref: refName(`${A}/b`), from: null, to: one }])).rejects.toMatchObject({ code: "git-failed" });
  });
});
