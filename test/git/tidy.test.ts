import { readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";
import { gitRemote } from "../../src/adapters/git/remote.ts";
import { refName, type Oid } from "../../src/domain/ids.ts";
import { makeSandbox } from "../support/sandbox.ts";

describe("tidying a store", () => {
  let sandbox: Awaited<ReturnType<typeof makeSandbox>>;
  beforeEach(async () => {
    sandbox = await makeSandbox();
  });
  afterEach(async () => sandbox.remove());

  it("drops what no ref names when it is old, keeps what is young or named", async () => {
    const repositories = gitRepositories({ env: sandbox.env });
    const store = await repositories.bareStore(join(sandbox.root, "store"), "sha1");
    const [old, young, named] = [await store.writeBlob(Uint8Array.of(1)), await store.writeBlob(Uint8Array.of(2)), await store.writeBlob(Uint8Array.of(3))];
    const tree = await store.writeTree([{ name: "a", mode: "100644", oid: named }]);
    const commit = await store.writeCommit({ tree, parents: [], day: 0 });
    await store.update([{ ref: refName("refs/hx/x"), from: null, to: commit }]);
    const day = new Date(Date.now() - 86_400_000);
    for (const oid of [old, named, tree, commit]) await utimes(join(store.directory, "objects", oid.slice(0, 2), oid.slice(2)), day, day);
    await repositories.tidy(store);
    expect(await store.info(old)).toBeNull();
    expect(await store.info(young)).not.toBeNull();
    expect(new TextDecoder().decode((await store.readCommit(commit)).subarray(0, 4))).toBe("tree");
    expect(await store.readBlob(named)).toEqual(Uint8Array.of(3));
  });

  it("joins the packs of a store that was fetched with a filter, and loses nothing", async () => {
    const repositories = gitRepositories({ env: sandbox.env });
    const remote = await repositories.bareStore(join(sandbox.root, "remote"), "sha1");
    await sandbox.git(remote.directory, "config", "uploadpack.allowFilter", "true");
    const store = await repositories.bareStore(join(sandbox.root, "store"), "sha1");
    const port = gitRemote({ env: sandbox.env });
    let parent: Oid | null = null;
    const ref = refName("refs/sessions/v1/root");
    for (let i = 0; i < 32; i++) {
      const large = await remote.writeBlob(new Uint8Array(9000).fill(i));
      const small = await remote.writeBlob(Uint8Array.of(i));
      const tree = await remote.writeTree([{ name: "large", mode: "100644", oid: large }, { name: "small", mode: "100644", oid: small }]);
      const commit: Oid = await remote.writeCommit({ tree, parents: parent === null ? [] : [parent], day: 0 });
      await remote.update([{ ref, from: parent, to: commit }]);
      parent = commit;
      await port.fetch(store, remote.directory, [{ from: ref, to: ref }]);
    }
    const packs = async (): Promise<number> => (await readdir(join(store.directory, "objects", "pack"))).filter((name) => name.endsWith(".pack")).length;
    expect(await packs()).toBeGreaterThanOrEqual(30);
    await repositories.tidy(store);
    expect(await packs()).toBeLessThan(4);
    await store.close();
    const again = await repositories.bareStore(store.directory, "sha1");
    const head = await again.read(ref);
    expect(head).toBe(parent);
    expect(head === null ? null : (await again.readCommit(head)).length).toBeGreaterThan(0);
    await again.close();
  });
});
