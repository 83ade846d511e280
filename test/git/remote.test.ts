import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gitRemote } from "../../src/adapters/git/remote.ts";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";
import { reason } from "../../src/adapters/git/run.ts";
import { oid, refName } from "../../src/domain/ids.ts";
import type { Oid } from "../../src/domain/ids.ts";
import type { Remote, Repository, Store } from "../../src/ports/git.ts";
import { basic, startHttpRemote } from "../support/http-remote.ts";
import type { HttpRemote, HttpRemoteOptions } from "../support/http-remote.ts";
import { makeSandbox } from "../support/sandbox.ts";
import type { Sandbox } from "../support/sandbox.ts";

const DAY = 1_760_000_000 - (1_760_000_000 % 86_400);
const LANE = refName("refs/sessions/v1/lane/a");
const KEYS = refName("refs/sessions/v1/keys/a");
const QUARANTINE = refName("refs/hx/quarantine/a");
const QUARANTINE_KEYS = refName("refs/hx/quarantine/keys");
const SEGMENT_BYTES = 20_000;

let sandbox: Sandbox;
let repository: Repository;
let remote: Remote;
let closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  sandbox = await makeSandbox();
  closing = [];
  await openWork("sha1");
});
afterEach(async () => {
  await Promise.all(closing.map((close) => close()));
  await sandbox.remove();
});

async function openWork(objectFormat: "sha1" | "sha256"): Promise<void> {
  const found = await gitRepositories({ env: sandbox.env }).find(await sandbox.makeRepo({ objectFormat }));
  if (found === null) throw new Error("no repository");
  repository = found;
  remote = gitRemote({ env: sandbox.env, checkout: found.checkout });
  closing.push(() => found.store.close());
}

async function otherStore(name = "others"): Promise<Store> {
  const store = await gitRepositories({ env: sandbox.env }).bareStore(sandbox.path(name), repository.checkout.objectFormat);
  closing.push(() => store.close());
  return store;
}

interface Lane {
  readonly head: Oid;
  readonly segment: Oid;
  readonly small: Oid;
}

async function lane(store: Store, seed: number, parents: readonly Oid[] = []): Promise<Lane> {
  const segment = await store.writeBlob(createHash("shake256", { outputLength: SEGMENT_BYTES }).update(String(seed)).digest());
  const small = await store.writeBlob(new TextEncoder().encode(`small ${seed}`));
  const tree = await store.writeTree([{ name: "h", mode: "100644", oid: small }, { name: "0", mode: "100644", oid: segment }]);
  return { head: await store.writeCommit({ tree, parents, day: DAY }), segment, small };
}

async function http(options: HttpRemoteOptions = {}): Promise<HttpRemote> {
  const server = await startHttpRemote(sandbox, options);
  closing.push(() => server.close());
  return server;
}

async function fileRemote(objectFormat: "sha1" | "sha256" = "sha1"): Promise<string> {
  const directory = await sandbox.makeRepo({ bare: true, objectFormat });
  await sandbox.git(directory, "config", "receive.fsckObjects", "true");
  await sandbox.git(directory, "config", "uploadpack.allowFilter", "true");
  return directory;
}

const kinds = (["file", "http"] as const).flatMap((kind) => (["sha1", "sha256"] as const).map((format) => ({ kind, format })));

describe.each(kinds)("remote over $kind, $format", ({ kind, format }) => {
  let url: string;
  let directory: string;

  beforeEach(async () => {
    if (format === "sha256") await openWork("sha256");
    if (kind === "file") {
      directory = await fileRemote(format);
      url = directory;
    } else ({ url, directory } = await http({ objectFormat: format }));
  });

  it("pushes, lists, fetches without segments, and segments later", async () => {
    const { store } = repository;
    const one = await lane(store, 1);
    const keys = await lane(store, 2);
    expect(await remote.list(url, "refs/sessions/v1/")).toEqual(new Map());
    const pushed = await remote.push(store, url, [{ local: one.head, ref: LANE }, { local: keys.head, ref: KEYS, lease: null }]);
    expect(pushed).toEqual({ kind: "done" });
    expect([...(await remote.list(url, "refs/sessions/v1/"))].sort()).toEqual([[KEYS, keys.head], [LANE, one.head]]);
    expect([...(await remote.list(url, "refs/sessions/v1/lane/"))]).toEqual([[LANE, one.head]]);

    const others = await otherStore();
    const refs = [{ from: LANE, to: QUARANTINE }, { from: KEYS, to: QUARANTINE_KEYS }];
    expect(await remote.fetch(others, url, refs)).toEqual({ filtered: true });
    expect(await others.read(QUARANTINE)).toBe(one.head);
    expect(await others.info(one.small)).toMatchObject({ type: "blob" });
    expect(await others.info(one.segment)).toBeNull();
    await expect(others.readBlob(one.segment)).rejects.toMatchObject({ code: "missing-object" });

    await remote.fetchObjects(others, url, [one.segment, keys.segment]);
    expect(await others.readBlob(one.segment)).toEqual(await store.readBlob(one.segment));
    expect(await others.info(keys.segment)).toMatchObject({ size: SEGMENT_BYTES });
    expect(existsSync(join(others.directory, "FETCH_HEAD"))).toBe(false);
    expect(existsSync(join(others.directory, "logs"))).toBe(false);

    const two = await lane(store, 3, [one.head]);
    expect(await remote.push(store, url, [{ local: two.head, ref: LANE }])).toEqual({ kind: "done" });
    await remote.fetch(others, url, [{ from: LANE, to: QUARANTINE }]);
    expect(await others.read(QUARANTINE)).toBe(two.head);
    await remote.fetch(others, url, refs, { whole: true });
    expect(await others.info(two.segment)).toMatchObject({ size: SEGMENT_BYTES });
    const fsck = await sandbox.tryGit(directory, "fsck", "--strict", "--no-dangling");
    expect([fsck.code, fsck.stdout]).toEqual([0, ""]);
  });

  it("tells a stale push from a refused one", async () => {
    const { store } = repository;
    const one = await lane(store, 1);
    const two = await lane(store, 2, [one.head]);
    const fork = await lane(store, 3, [one.head]);
    await remote.push(store, url, [{ local: two.head, ref: LANE }, { local: one.head, ref: KEYS }]);
    expect(await remote.push(store, url, [{ local: fork.head, ref: LANE }])).toEqual({ kind: "stale", refs: [LANE] });
    expect(await remote.push(store, url, [{ local: one.head, ref: LANE }])).toEqual({ kind: "stale", refs: [LANE] });
    // Unknown here: somebody else pushed it.
    const foreign = await gitRepositories({ env: sandbox.env }).bareStore(sandbox.path("foreign"), format);
    closing.push(() => foreign.close());
    const theirs = await lane(foreign, 9);
    await sandbox.git(foreign.directory, "push", "-q", "--force", directory, `${theirs.head}:${LANE}`);
    expect(await remote.push(store, url, [{ local: fork.head, ref: LANE }])).toEqual({ kind: "stale", refs: [LANE] });

    const lost = [{ local: fork.head, ref: LANE, lease: two.head }, { local: fork.head, ref: KEYS, lease: one.head }];
    expect(await remote.push(store, url, lost)).toEqual({ kind: "stale", refs: [LANE] });
    expect((await remote.list(url, KEYS)).get(KEYS)).toBe(one.head);
    expect(await remote.push(store, url, [{ local: fork.head, ref: KEYS, lease: null }])).toEqual({ kind: "stale", refs: [KEYS] });
    expect(await remote.push(store, url, [{ local: fork.head, ref: KEYS, lease: one.head }])).toEqual({ kind: "done" });
    // A lost acknowledgement: what is to be pushed is there already.
    expect(await remote.push(store, url, [{ local: fork.head, ref: KEYS, lease: one.head }])).toEqual({ kind: "done" });

    await writeFile(join(directory, "hooks", "pre-receive"), "#!/bin/sh\necho no sessions here >&2\nexit 1\n");
    await chmod(join(directory, "hooks", "pre-receive"), 0o755);
    const refused = await remote.push(store, url, [{ local: two.head, ref: KEYS, lease: fork.head }]);
    expect(refused).toMatchObject({ kind: "refused", reason: expect.stringContaining("hook declined") });
  });

  it("deletes, and does not mind what is deleted already", async () => {
    const { store } = repository;
    const one = await lane(store, 1);
    await remote.push(store, url, [{ local: one.head, ref: LANE }, { local: one.head, ref: KEYS }]);
    expect(await remote.push(store, url, [{ local: null, ref: LANE, lease: one.head }])).toEqual({ kind: "done" });
    expect(await remote.push(store, url, [{ local: null, ref: LANE }, { local: null, ref: KEYS }])).toEqual({ kind: "done" });
    expect(await remote.list(url, "refs/")).toEqual(new Map());
  });

  it("pushes keys first where the remote cannot push all or none", async () => {
    await sandbox.git(directory, "config", "receive.advertiseAtomic", "false");
    await writeFile(join(directory, "hooks", "update"), `#!/bin/sh\necho "$1" >> "$GIT_DIR/order"\ncase "$1" in */keys/bad) exit 1;; esac\n`);
    await chmod(join(directory, "hooks", "update"), 0o755);
    const { store } = repository;
    const one = await lane(store, 1);
    expect(await remote.push(store, url, [{ local: one.head, ref: LANE }, { local: one.head, ref: KEYS }])).toEqual({ kind: "done" });
    expect((await readFile(join(directory, "order"), "utf8")).split("\n")).toEqual([KEYS, LANE, ""]);
    const other = refName("refs/sessions/v1/lane/b");
    const bad = await remote.push(store, url, [{ local: one.head, ref: other }, { local: one.head, ref: refName("refs/sessions/v1/keys/bad") }]);
    expect(bad.kind).toBe("refused");
    expect(await remote.list(url, other)).toEqual(new Map());
  });

  it("names an object that the remote does not have", async () => {
    const others = await otherStore();
    const absent = oid("3".repeat(format === "sha1" ? 40 : 64));
    await expect(remote.fetchObjects(others, url, [absent])).rejects.toMatchObject({ code: "missing-object" });
    await expect(remote.fetch(others, url, [{ from: LANE, to: QUARANTINE }])).rejects.toMatchObject({ code: "remote-failed" });
  });

  it("refuses objects that do not pass fsck", async () => {
    const tree = await sandbox.gitWithInput(directory, "", "mktree");
    const bad = await sandbox.gitWithInput(directory, `tree ${tree}\nauthor x\n\n`, "hash-object", "-t", "commit", "--literally", "-w", "--stdin");
    await mkdir(join(directory, "refs", "sessions", "v1", "lane"), { recursive: true });
    await writeFile(join(directory, LANE), `${bad}\n`);
    const others = await otherStore();
    const fetched = remote.fetch(others, url, [{ from: LANE, to: QUARANTINE }]);
    await expect(fetched).rejects.toMatchObject({ code: "remote-failed", message: expect.stringContaining("missingEmail") });
    expect(await others.read(QUARANTINE)).toBeNull();
  });

  it("says when the remote does not filter", async () => {
    const { store } = repository;
    const one = await lane(store, 1);
    await remote.push(store, url, [{ local: one.head, ref: LANE }]);
    await sandbox.git(directory, "config", "uploadpack.allowFilter", "false");
    const others = await otherStore();
    expect(await remote.fetch(others, url, [{ from: LANE, to: QUARANTINE }])).toEqual({ filtered: false });
    expect(await others.info(one.segment)).toMatchObject({ size: SEGMENT_BYTES });
  });
});

describe("remote that fails", () => {
  it("is unreachable: no repository, no server, a password that nobody types", async () => {
    const { head } = await lane(repository.store, 1);
    const server = await http({ basicAuth: "ann:right" });
    for (const url of [sandbox.path("nowhere"), "http://127.0.0.1:1/x.git", server.url, "nosuchremote"]) {
      expect(await remote.push(repository.store, url, [{ local: head, ref: LANE }])).toMatchObject({ kind: "unreachable" });
      await expect(remote.list(url, "refs/")).rejects.toMatchObject({ code: "remote-failed" });
    }
  });

  it("does not repeat the password of a URL", async () => {
    const { head } = await lane(repository.store, 1);
    const server = await http({ basicAuth: "ann:right" });
    const url = server.url.replace("http://", "http://ann:wrong-secret@");
    const pushed = await remote.push(repository.store, url, [{ local: head, ref: LANE }]);
    expect(pushed).toMatchObject({ kind: "unreachable" });
    expect(JSON.stringify(pushed)).not.toContain("wrong-secret");
    const failure: unknown = await remote.list(url, "refs/").catch((error: unknown) => error);
    expect(String(failure)).toContain("cannot reach");
    expect(String(failure)).not.toContain("wrong-secret");
  });

  it("refuses pushes altogether", async () => {
    const { head } = await lane(repository.store, 1);
    const server = await http({ denyPushes: true });
    expect(await remote.push(repository.store, server.url, [{ local: head, ref: LANE }])).toMatchObject({ kind: "refused" });
  });

  it("loses the acknowledgement of a push, which the next push finds done", async () => {
    const { head } = await lane(repository.store, 1);
    const server = await http();
    server.faults.loseAcknowledgement = true;
    const refs = [{ local: head, ref: LANE }, { local: head, ref: KEYS, lease: null }];
    expect(await remote.push(repository.store, server.url, refs)).toMatchObject({ kind: "unreachable" });
    server.faults.loseAcknowledgement = false;
    expect((await remote.list(server.url, LANE)).get(LANE)).toBe(head);
    expect(await remote.push(repository.store, server.url, refs)).toEqual({ kind: "done" });
  });

  it("drops the connection in the middle of a pack", async () => {
    const { head } = await lane(repository.store, 1);
    const server = await http();
    await remote.push(repository.store, server.url, [{ local: head, ref: LANE }]);
    server.faults.dropAfterBytes = { service: "git-upload-pack", bytes: 9000 };
    const others = await otherStore();
    const fetched = remote.fetch(others, server.url, [{ from: LANE, to: QUARANTINE }], { whole: true });
    await expect(fetched).rejects.toMatchObject({ code: "remote-failed" });
    expect(await others.read(QUARANTINE)).toBeNull();
    server.faults.dropAfterBytes = undefined;
    await remote.fetch(others, server.url, [{ from: LANE, to: QUARANTINE }]);
    expect(await others.read(QUARANTINE)).toBe(head);
  });

  it("hangs: a timeout and a signal end git with all its helpers", async () => {
    const { head } = await lane(repository.store, 1);
    const server = await http();
    server.faults.hang = true;
    const refs = [{ local: head, ref: LANE }];
    expect(await remote.push(repository.store, server.url, refs, { timeoutMs: 300 })).toMatchObject({ kind: "unreachable" });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 200);
    await expect(remote.list(server.url, "refs/", { signal: abort.signal })).rejects.toMatchObject({ code: "interrupted" });
    await expect(remote.list(server.url, "refs/", { signal: abort.signal })).rejects.toMatchObject({ code: "interrupted" });
    const running = (await readdir("/proc").catch(() => [])).filter((pid) => /^[0-9]+$/.test(pid));
    const lines = await Promise.all(running.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
    expect(lines.filter((line) => line.includes(server.url) && !line.startsWith("node"))).toEqual([]);
  });

  it("is written by many at once: one wins, the others are stale", async () => {
    const directory = await fileRemote();
    const lanes = await Promise.all(Array.from({ length: 6 }, (_, i) => lane(repository.store, i)));
    const results = await Promise.all(lanes.map(({ head }) => remote.push(repository.store, directory, [{ local: head, ref: LANE, lease: null }])));
    expect(results.map(({ kind }) => kind).sort()).toEqual(["done", "stale", "stale", "stale", "stale", "stale"]);
    const winner = (await remote.list(directory, LANE)).get(LANE);
    expect(lanes.map(({ head }) => head)).toContain(winner);
  });

  it("is not blamed for objects that are missing here", async () => {
    const directory = await fileRemote();
    const { head } = await lane(repository.store, 1);
    await remote.push(repository.store, directory, [{ local: head, ref: LANE }]);
    const others = await otherStore();
    await remote.fetch(others, directory, [{ from: LANE, to: QUARANTINE }]);
    const empty = await fileRemote();
    const absent = oid("4".repeat(40));
    for (const local of [head, absent]) {
      await expect(remote.push(others, empty, [{ local, ref: LANE }])).rejects.toMatchObject({ code: "missing-object" });
    }
  });

  it("cannot write to the terminal of the reader", () => {
    const ran = { code: 128, stdout: new Uint8Array(), timedOut: false, stderr: "remote: x\nfatal: \u001b[31mred\u009b0m https://ann:pw@host/x.\n" };
    expect(reason(ran)).toBe("[31mred0m https://host/x");
  });

  it("is no option of git", async () => {
    await expect(remote.list("--upload-pack=touch x", "refs/")).rejects.toMatchObject({ code: "usage" });
  });
});

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
    closing.push(() => partial.store.close(), () => older.store.close());
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
