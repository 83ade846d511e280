import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gitRemote } from "../../src/adapters/git/remote.ts";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";
import { oid, refName } from "../../src/domain/ids.ts";
import type { Oid } from "../../src/domain/ids.ts";
import type { Remote, Repository, Store } from "../../src/ports/git.ts";
import { startHttpRemote } from "../support/http-remote.ts";
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
  const segment = await store.writeBlob(new Uint8Array(SEGMENT_BYTES).map((_, i) => (i * 31 + seed * 97) % 251));
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
    const bad = await sandbox.gitWithInput(directory, "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor x\n\n", "hash-object", "-t", "commit", "--literally", "-w", "--stdin");
    await mkdir(join(directory, "refs", "sessions", "v1", "lane"), { recursive: true });
    await writeFile(join(directory, LANE), `${bad}\n`);
    const others = await otherStore();
    await expect(remote.fetch(others, url, [{ from: LANE, to: QUARANTINE }])).rejects.toMatchObject({ code: "remote-failed" });
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
