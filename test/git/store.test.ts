import { chmod, mkdir, readFile, readdir, stat, utimes, writeFile } from "node:fs/promises";
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

describe("objects", () => {
  it("are read alike by isomorphic-git", async () => {
    const store = await open("work repository", "sha1");
    const first = await commit(store, "one");
    const second = await commit(store, "two", [first]);
    const at = { fs, gitdir: store.directory };
    const { commit: read } = await isomorphic.readCommit({ ...at, oid: second });
    expect(read).toMatchObject({
      // It ends every message with a line end, the empty one too.
      message: "\n",
      parent: [first],
      author: { name: "hx", email: "hx@invalid", timestamp: DAY, timezoneOffset: 0 },
      committer: { name: "hx", email: "hx@invalid", timestamp: DAY, timezoneOffset: 0 },
    });
    const { tree } = await isomorphic.readTree({ ...at, oid: read.tree });
    expect(tree.map(({ path, type, oid: id }) => ({ path, type, id }))).toEqual(
      (await store.readTree(oid(read.tree))).map(({ name, mode, oid: id }) => ({ path: name, type: mode === "40000" ? "tree" : "blob", id })),
    );
    const { blob } = await isomorphic.readBlob({ ...at, oid: first, filepath: "s/m" });
    expect(new TextDecoder().decode(blob)).toBe("one");
  });

  it("lie on disk uncompressed, not writable, and are not written again but made new", async () => {
    const store = await open("bare store", "sha1");
    const zeros = new Uint8Array(100_000);
    const id = await store.writeBlob(zeros);
    const path = join(store.directory, "objects", id.slice(0, 2), id.slice(2));
    const before = await stat(path);
    expect(before.mode & 0o777).toBe(0o444);
    expect(before.size).toBeGreaterThan(zeros.length);
    expect(inflateSync(await readFile(path)).subarray(0, 12).toString("latin1")).toBe("blob 100000\0");
    await utimes(path, 1, 1);
    expect(await store.writeBlob(zeros)).toBe(id);
    const after = await stat(path);
    expect(after.ino).toBe(before.ino);
    expect(after.mtimeMs).toBeGreaterThan(before.mtimeMs - 60_000);
    expect(await readdir(join(path, ".."))).toEqual([id.slice(2)]);
  });

  it("refuse names and times that git or the grammar would refuse", async () => {
    const store = await open("bare store", "sha1");
    const blob = await store.writeBlob(bytes("x"));
    for (const name of ["", ".", "..", ".git", ".GIT", "a/b", "a\0b"]) {
      await expect(store.writeTree([{ name, mode: "100644", oid: blob }])).rejects.toMatchObject({ code: "internal" });
    }
    const twice = [{ name: "a", mode: "100644", oid: blob }, { name: "a", mode: "40000", oid: blob }] as const;
    await expect(store.writeTree(twice)).rejects.toMatchObject({ code: "internal" });
    const other = oid("0".repeat(64));
    await expect(store.writeTree([{ name: "a", mode: "100644", oid: other }])).rejects.toMatchObject({ code: "internal" });
    const tree = await store.writeTree([]);
    for (const day of [DAY + 1, -86_400, 0.5]) {
      await expect(store.writeCommit({ tree, parents: [], day })).rejects.toMatchObject({ code: "internal" });
    }
  });

  it("that are damaged are named and never returned, and the others are still read", async () => {
    const store = await open("bare store", "sha1");
    const good = await store.writeBlob(bytes("good"));
    const large = new Uint8Array(50_000).fill(7);
    const bad = await store.writeBlob(large);
    const path = join(store.directory, "objects", bad.slice(0, 2), bad.slice(2));
    await chmod(path, 0o644);
    const another = await readFile(join(store.directory, "objects", good.slice(0, 2), good.slice(2)));
    const whole = await readFile(path);
    for (const content of [bytes(""), bytes("junk"), another, whole.subarray(0, 30_000)]) {
      await writeFile(path, content);
      await expect(store.readBlob(bad)).rejects.toMatchObject({ code: "git-failed", message: expect.stringContaining(bad) });
    }
    // The same through git, which dies of it.
    const borrower = await gitRepositories({ env: sandbox.env }).bareStore(sandbox.path("borrower"), "sha1");
    stores.push(borrower);
    await mkdir(join(borrower.directory, "objects", "info"), { recursive: true });
    await writeFile(join(borrower.directory, "objects", "info", "alternates"), `${join(store.directory, "objects")}\n`);
    const asked = await Promise.allSettled([borrower.readBlob(good), borrower.readBlob(bad), borrower.readBlob(good), borrower.info(good)]);
    expect(asked.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
    expect(asked[1]).toMatchObject({ reason: { code: "git-failed" } });
    // An empty file, as a crash of the machine leaves it, is written anew.
    await writeFile(path, "");
    expect(await store.writeBlob(large)).toBe(bad);
    expect(await store.readBlob(bad)).toEqual(large);
  });

  it("are found in alternates, and replacements are not believed", async () => {
    const store = await open("work repository", "sha1");
    const id = await commit(store, "one");
    await store.update([{ ref: A, from: null, to: id }]);
    const blob = await store.writeBlob(bytes("one"));
    const lie = await store.writeBlob(bytes("lie"));
    await sandbox.git(store.directory, "replace", blob, lie);
    await sandbox.git(sandbox.root, "clone", "-q", "--bare", "--shared", store.directory, "shared.git");
    const shared = (await gitRepositories({ env: sandbox.env }).find(sandbox.path("shared.git")))?.store;
    if (shared === undefined) throw new Error("no repository");
    stores.push(shared);
    expect(await shared.readBlob(blob)).toEqual(bytes("one"));
    await sandbox.git(store.directory, "gc", "-q");
    expect(await store.readBlob(blob)).toEqual(bytes("one"));
  });

  it("are read again after close, and ten thousand at a time", async () => {
    const store = await open("bare store", "sha1");
    const ids: Oid[] = [];
    for (let i = 0; i < 300; i++) ids.push(await store.writeBlob(bytes(`number ${i}`)));
    const tree = await store.writeTree(ids.map((id, i) => ({ name: `f${i}`, mode: "100644", oid: id })));
    await store.update([{ ref: A, from: null, to: await store.writeCommit({ tree, parents: [], day: DAY }) }]);
    await sandbox.git(store.directory, "gc", "-q", "--prune=now");
    const asked = Array.from({ length: 10_000 }, (_, i) => i % ids.length);
    const read = await Promise.all(asked.map(async (i) => store.readBlob(ids[i] ?? tree)));
    expect(read.map((content) => new TextDecoder().decode(content))).toEqual(asked.map((i) => `number ${i}`));
    const early = store.info(tree);
    const closed = store.close();
    const late = store.info(tree);
    await Promise.all([closed, store.close()]);
    expect(await early).toEqual(await late);
    await store.close();
    expect(await store.info(tree)).toMatchObject({ type: "tree" });
  });

  it("are read through a git that has no --batch-command", async () => {
    const old = sandbox.path("old-git");
    await writeFile(old, `#!/bin/sh\ncase "$*" in *batch-command*) echo "error: unknown option" >&2; exit 129;; esac\nexec git "$@"\n`, { mode: 0o755 });
    const store = await open("work repository", "sha1", old);
    const one = await commit(store, "one");
    await store.update([{ ref: A, from: null, to: one }]);
    await sandbox.git(store.directory, "gc", "-q", "--prune=now");
    const absent = oid("1".repeat(40));
    const answers = await Promise.all([store.info(one), store.readCommit(one), store.info(absent), store.readCommit(one)]);
    expect(answers[0]?.type).toBe("commit");
    expect(answers[1]).toEqual(answers[3]);
    expect(answers[2]).toBeNull();
    await expect(store.readBlob(absent)).rejects.toMatchObject({ code: "missing-object" });
  });
});

describe("refs", () => {
  it("are listed loose, packed and both, below the prefix only", async () => {
    const store = await open("work repository", "sha1");
    const one = await commit(store, "one");
    const two = await commit(store, "two", [one]);
    const lanes = ["a", "b", "c"].map((name) => refName(`refs/sessions/v1/lane/${name}`));
    await store.update(lanes.map((ref) => ({ ref, from: null, to: one })));
    await sandbox.git(store.directory, "pack-refs", "--all");
    await store.update([{ ref: lanes[0] ?? A, from: one, to: two }, { ref: lanes[1] ?? A, from: one, to: null }]);
    await sandbox.git(store.directory, "update-ref", "refs/sessions/v10/lane/x", one);
    await sandbox.git(store.directory, "tag", "-a", "-m", "tag", "v1", one);
    await sandbox.git(store.directory, "pack-refs", "--all", "--no-prune");
    const expected = [[lanes[0], two], [lanes[2], one]];
    expect([...(await store.list("refs/sessions/v1/"))]).toEqual(expected);
    expect([...(await store.list("refs/sessions/v1/lane/"))]).toEqual(expected);
    expect([...(await store.list("refs/sessions/v1/lane/c"))]).toEqual([[lanes[2], one]]);
    expect([...(await store.list("refs/nothing/"))]).toEqual([]);
    await sandbox.git(store.directory, "symbolic-ref", "refs/sessions/v1/lane/z", lanes[0] ?? A);
    expect(await store.read(refName("refs/sessions/v1/lane/z"))).toBe(two);
    expect((await store.list("refs/sessions/v1/")).size).toBe(3);
  });

  it("are asked of git where they are not files", async () => {
    const store = await open("work repository", "sha1");
    const one = await commit(store, "one");
    await store.update([{ ref: A, from: null, to: one }]);
    await mkdir(join(store.directory, "reftable"));
    expect(await store.read(A)).toBe(one);
    expect(await store.read(B)).toBeNull();
    expect([...(await store.list("refs/sessions/v1/"))]).toEqual([[A, one]]);
  });

  it("are won by exactly one of many processes", async () => {
    const store = await open("work repository", "sha1");
    const one = await commit(store, "one");
    await store.update([{ ref: A, from: null, to: one }]);
    const rivals = await Promise.all(
      Array.from({ length: 8 }, async (_, i) => {
        const found = await gitRepositories({ env: sandbox.env }).find(store.directory);
        if (found === null) throw new Error("no repository");
        stores.push(found.store);
        return { store: found.store, next: await commit(found.store, `rival ${i}`, [one]) };
      }),
    );
    const won = await Promise.all(rivals.map((rival) => rival.store.update([{ ref: A, from: one, to: rival.next }])));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await store.read(A)).toBe(rivals[won.indexOf(true)]?.next);
  });
});
