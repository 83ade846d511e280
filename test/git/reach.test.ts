import { existsSync } from "node:fs";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gitRemote } from "../../src/adapters/git/remote.ts";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";
import { refName } from "../../src/domain/ids.ts";
import { basic } from "../support/http-remote.ts";
import {
  KEYS,
  LANE,
  QUARANTINE,
  SEGMENT_BYTES,
  afterwards,
  fileRemote,
  http,
  lane,
  openWork,
  otherStore,
  remote,
  repository,
  sandbox,
  useRemoteWorld,
} from "../support/remote-world.ts";

useRemoteWorld();

describe("settings of the user", () => {
  it("reach the remote from a store beside the repository: headers once, credentials, URL rewriting", async () => {
    const server = await http({ basicAuth: "ann:right" });
    const work = repository.checkout.commonDirectory;
    const header = `Authorization: ${basic("ann:right")}`;
    await sandbox.git(work, "config", "http.extraHeader", header);
    await sandbox.git(work, "config", `url.${server.url}.insteadOf`, "hxtest:lanes");
    const { head, segment } = await lane(repository.store, 1);
    expect(await remote.push(repository.store, "hxtest:lanes", [{ local: head, ref: LANE }])).toEqual({ kind: "done" });
    const others = await otherStore();
    server.reset();
    expect(await remote.fetch(others, "hxtest:lanes", [{ from: LANE, to: QUARANTINE }])).toEqual({ filtered: true });
    await remote.fetchObjects(others, "hxtest:lanes", [segment]);
    expect(new Set(server.header("authorization"))).toEqual(new Set([basic("ann:right")]));
    // And from the store beside it.
    expect(await remote.push(others, "hxtest:lanes", [{ local: null, ref: LANE, lease: head }])).toEqual({ kind: "done" });

    await sandbox.git(work, "config", "--unset", "http.extraHeader");
    await sandbox.git(work, "config", "credential.helper", "!f() { echo username=ann; echo password=right; }; f");
    const again = gitRemote({ env: sandbox.env, checkout: repository.checkout });
    expect(await again.push(others, server.url, [{ local: head, ref: KEYS }])).toEqual({ kind: "done" });
  });

  it("are found by conditional includes, and a header of the global file is sent once", async () => {
    const server = await http({ basicAuth: "ann:right" });
    const included = sandbox.path("included");
    await writeFile(included, `[http]\n\textraHeader = Authorization: ${basic("ann:right")}\n`);
    const global = sandbox.path("gitconfig");
    await writeFile(global, `[http]\n\textraHeader = X-Global: one\n[includeIf "gitdir:${repository.checkout.gitDirectory}"]\n\tpath = ${included}\n`);
    const env = { ...sandbox.env, GIT_CONFIG_GLOBAL: global };
    const { head } = await lane(repository.store, 1);
    const theirs = gitRemote({ env, checkout: repository.checkout });
    expect(await theirs.push(repository.store, server.url, [{ local: head, ref: LANE }])).toEqual({ kind: "done" });
    server.reset();
    const others = await otherStore();
    expect(await theirs.fetch(others, server.url, [{ from: LANE, to: QUARANTINE }])).toEqual({ filtered: true });
    expect(new Set(server.header("x-global"))).toEqual(new Set(["one"]));
  });

  it("do not lead a push or a fetch astray", async () => {
    const server = await http();
    const work = repository.checkout.commonDirectory;
    const { head } = await lane(repository.store, 1);
    const trap = sandbox.path("trapped");
    for (const hook of ["pre-push", "reference-transaction", "post-checkout"]) {
      await writeFile(join(work, "hooks", hook), `#!/bin/sh\ntouch '${trap}'\nexit 1\n`, { mode: 0o755 });
    }
    await sandbox.git(work, "update-ref", "refs/heads/mine", head).catch(() => undefined);
    await sandbox.git(work, "-c", "core.hooksPath=/dev/null", "tag", "-a", "-m", "followed", "v1", head);
    await rm(trap, { force: true });
    const hostile = [
      ["remote.origin.url", server.url],
      ["remote.origin.mirror", "true"],
      ["remote.origin.push", "refs/tags/*:refs/tags/*"],
      ["remote.origin.fetch", "+refs/sessions/*:refs/sessions/*"],
      ["push.followTags", "true"],
      ["push.gpgSign", "true"],
      ["push.pushOption", "ci.skip"],
      ["push.recurseSubmodules", "only"],
      ["fetch.prune", "true"],
      ["fetch.pruneTags", "true"],
      ["core.logAllRefUpdates", "always"],
    ] as const;
    for (const [key, value] of hostile) await sandbox.git(work, "config", key, value);
    // As in a hook that git runs for `git -c push.followTags=true push`.
    const env = { ...sandbox.env, GIT_DIR: sandbox.path("astray"), GIT_INDEX_FILE: "x", GIT_CONFIG_PARAMETERS: "'push.followTags'='true'" };
    const theirs = gitRemote({ env, checkout: repository.checkout });
    expect(await theirs.push(repository.store, "origin", [{ local: head, ref: LANE }])).toEqual({ kind: "done" });
    expect([...(await theirs.list("origin", "refs/"))]).toEqual([[LANE, head]]);
    const others = await otherStore();
    await others.update([{ ref: KEYS, from: null, to: null }]);
    await theirs.fetch(others, "origin", [{ from: LANE, to: QUARANTINE }]);
    expect([...(await others.list("refs/"))]).toEqual([[QUARANTINE, head]]);
    expect(await repository.store.update([{ ref: LANE, from: null, to: head }])).toBe(true);
    expect(existsSync(trap)).toBe(false);
  });

  it("do not make reading fetch: neither in a store of hx nor in a partial clone", async () => {
    const server = await http();
    const { head, segment } = await lane(repository.store, 1);
    await remote.push(repository.store, server.url, [{ local: head, ref: LANE }, { local: head, ref: refName("refs/heads/main") }]);
    await sandbox.git(server.directory, "symbolic-ref", "HEAD", "refs/heads/main");
    const clone = sandbox.path("partial");
    await sandbox.git(sandbox.root, "clone", "-q", "--no-checkout", "--filter=blob:limit=4096", server.url, clone);
    const others = await otherStore();
    await remote.fetch(others, server.url, [{ from: LANE, to: QUARANTINE }]);
    const partial = await gitRepositories({ env: sandbox.env }).find(clone);
    // A git that is older than GIT_NO_LAZY_FETCH.
    const git = sandbox.path("old-git");
    await writeFile(git, '#!/bin/sh\nunset GIT_NO_LAZY_FETCH\nexec git "$@"\n', { mode: 0o755 });
    const older = await gitRepositories({ env: sandbox.env, git }).find(clone);
    if (partial === null || older === null) throw new Error("no repository");
    afterwards(() => partial.store.close());
    afterwards(() => older.store.close());
    server.reset();
    for (const store of [others, partial.store, older.store]) {
      expect(await store.info(segment)).toBeNull();
      const reads = await Promise.allSettled([store.readBlob(segment), store.readCommit(head), store.readBlob(segment)]);
      expect(reads.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "rejected"]);
      expect(reads[0]).toMatchObject({ reason: { code: "missing-object" } });
    }
    expect(new TextDecoder().decode((await partial.fileAt("HEAD", "h")) ?? new Uint8Array())).toBe("small 1");
    for (const found of [partial, older]) {
      await expect(found.fileAt("HEAD", "0")).rejects.toMatchObject({ code: "missing-object" });
    }
    expect(server.requests).toEqual([]);
  });

  it("keep the user's repository whole and its configuration untouched", async () => {
    const server = await http();
    const { head, segment } = await lane(repository.store, 1);
    await remote.push(repository.store, server.url, [{ local: head, ref: LANE }]);
    await openWork("sha1");
    const work = repository.checkout.commonDirectory;
    const config = await readFile(join(work, "config"), "utf8");
    await writeFile(join(work, "hooks", "reference-transaction"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    expect(await remote.fetch(repository.store, server.url, [{ from: LANE, to: LANE }])).toEqual({ filtered: false });
    expect(await repository.store.info(segment)).toMatchObject({ size: SEGMENT_BYTES });
    const loner = await lane(await otherStore("loner"), 5);
    await sandbox.git(sandbox.path("loner"), "push", "-q", server.directory, `${loner.head}:${KEYS}`);
    await remote.fetchObjects(repository.store, server.url, [loner.segment]);
    expect(await repository.store.info(loner.segment)).toMatchObject({ size: SEGMENT_BYTES });
    expect(await readFile(join(work, "config"), "utf8")).toBe(config);
    expect((await readdir(join(work, "objects", "pack"))).filter((name) => name.endsWith(".promisor"))).toEqual([]);
    expect((await sandbox.tryGit(work, "fsck", "--strict")).code).toBe(0);
  });

  it("are left alone in a store of hx", async () => {
    const server = await http();
    const { head, segment } = await lane(repository.store, 1);
    await remote.push(repository.store, server.url, [{ local: head, ref: LANE }]);
    const others = await otherStore();
    const config = await readFile(join(others.directory, "config"), "utf8");
    await remote.fetch(others, server.url, [{ from: LANE, to: QUARANTINE }]);
    await remote.fetchObjects(others, server.url, [segment]);
    expect(await readFile(join(others.directory, "config"), "utf8")).toBe(config);
  });

  it("relative paths count from the top of the working tree", async () => {
    const directory = await fileRemote();
    const { head } = await lane(repository.store, 1);
    const relative = `../${directory.split("/").at(-1) ?? ""}`;
    await sandbox.git(repository.checkout.commonDirectory, "config", "remote.near.url", relative);
    expect(await remote.push(repository.store, relative, [{ local: head, ref: LANE }])).toEqual({ kind: "done" });
    const others = await otherStore();
    expect(await remote.fetch(others, "near", [{ from: LANE, to: QUARANTINE }])).toEqual({ filtered: true });
  });
});
