import { existsSync } from "node:fs";
import { mkdir, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";
import { refName } from "../../src/domain/ids.ts";
import type { Oid } from "../../src/domain/ids.ts";
import type { Store } from "../../src/ports/git.ts";
import { makeSandbox } from "../support/sandbox.ts";
import type { Sandbox } from "../support/sandbox.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const A = refName("refs/sessions/v1/lane/a");

let sandbox: Sandbox;
const stores: Store[] = [];

beforeEach(async () => {
  sandbox = await makeSandbox();
});
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await sandbox.remove();
});

async function open(): Promise<Store> {
  const found = await gitRepositories({ env: sandbox.env }).find(await sandbox.makeRepo());
  if (found === null) throw new Error("no repository");
  stores.push(found.store);
  return found.store;
}

async function commit(store: Store, content: string, parents: readonly Oid[] = []): Promise<Oid> {
  const tree = await store.writeTree([{ name: "m", mode: "100644", oid: await store.writeBlob(bytes(content)) }]);
  return store.writeCommit({ tree, parents, day: 0 });
}

describe("beside other commands", () => {
  it("never moves a ref to what gc has removed", async () => {
    const store = await open();
    const one = await commit(store, "one");
    await sandbox.git(store.directory, "gc", "-q", "--prune=now");
    await expect(store.update([{ ref: A, from: null, to: one }])).rejects.toMatchObject({ code: "busy" });
    expect(await store.read(A)).toBeNull();
    expect(await commit(store, "one")).toBe(one);
    expect(await store.update([{ ref: A, from: null, to: one }])).toBe(true);
    expect((await sandbox.tryGit(store.directory, "fsck", "--connectivity-only")).code).toBe(0);
  });

  it("takes the ref back when gc removes objects while it moves", async () => {
    // A git that prunes between the moving of the ref and its own end.
    const racing = sandbox.path("racing-git");
    const script = `#!/bin/sh
case "$*" in *update-ref*) git "$@"; code=$?; find "$HX_RACE" -type f -path '*/objects/??/*' -delete; exit $code;; esac
exec git "$@"
`;
    await writeFile(racing, script, { mode: 0o755 });
    const repo = await sandbox.makeRepo();
    const env = { ...sandbox.env, HX_RACE: repo };
    const found = await gitRepositories({ env, git: racing }).find(repo);
    if (found === null) throw new Error("no repository");
    stores.push(found.store);
    const one = await commit(found.store, "one");
    await expect(found.store.update([{ ref: A, from: null, to: one }])).rejects.toMatchObject({ code: "busy" });
    expect(await found.store.read(A)).toBeNull();
  });

  it("keeps its refs through push --mirror and fetch --prune", async () => {
    const store = await open();
    const one = await commit(store, "one");
    await store.update([{ ref: A, from: null, to: one }]);
    const mirror = await sandbox.makeRepo({ bare: true });
    await sandbox.git(store.directory, "remote", "add", "origin", mirror);
    await sandbox.git(store.directory, "fetch", "-q", "--prune", "origin");
    expect(await store.read(A)).toBe(one);
    await sandbox.git(store.directory, "push", "-q", "--mirror", "origin");
    await sandbox.git(store.directory, "gc", "-q", "--prune=now");
    const two = await commit(store, "two", [one]);
    expect(await store.update([{ ref: A, from: one, to: two }])).toBe(true);
    expect((await sandbox.tryGit(store.directory, "fsck", "--strict")).code).toBe(0);
  });

  it("says what is wrong when objects cannot be written", async () => {
    const store = await open();
    await rm(join(store.directory, "objects"), { recursive: true });
    await writeFile(join(store.directory, "objects"), "");
    await expect(store.writeBlob(bytes("x"))).rejects.toMatchObject({ code: "io-failed" });
  });
});

describe("bare store", () => {
  it("is private, has no hooks, no automatic gc, and is made once", async () => {
    const hostile = sandbox.path("template");
    await mkdir(join(hostile, "hooks"), { recursive: true });
    await writeFile(join(hostile, "hooks", "reference-transaction"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    const repositories = gitRepositories({ env: { ...sandbox.env, GIT_TEMPLATE_DIR: hostile } });
    const made = await Promise.all([1, 2, 3].map(() => repositories.bareStore(sandbox.path("deep", "store"), "sha256")));
    stores.push(...made);
    const [store] = made;
    if (store === undefined) throw new Error("no store");
    expect((await stat(store.directory)).mode & 0o777).toBe(0o700);
    expect(await sandbox.git(store.directory, "config", "gc.auto")).toBe("0");
    expect(existsSync(join(store.directory, "hooks"))).toBe(false);
    expect(await readdir(sandbox.path("deep"))).toEqual(["store"]);
    expect(await sandbox.git(store.directory, "rev-parse", "--show-object-format")).toBe("sha256");
    await expect(repositories.bareStore(store.directory, "sha1")).rejects.toMatchObject({ code: "git-failed" });
  });

  it("is found through a symbolic link", async () => {
    await mkdir(sandbox.path("real"));
    await symlink(sandbox.path("real"), sandbox.path("link"));
    const store = await gitRepositories({ env: sandbox.env }).bareStore(sandbox.path("link", "store"), "sha1");
    stores.push(store);
    expect(store.directory).toBe(sandbox.path("real", "store"));
    expect(await store.readBlob(await store.writeBlob(bytes("x")))).toEqual(bytes("x"));
  });
});
