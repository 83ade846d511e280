import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";
import { reason } from "../../src/adapters/git/run.ts";
import { oid, refName } from "../../src/domain/ids.ts";
import {
  KEYS,
  LANE,
  QUARANTINE,
  QUARANTINE_KEYS,
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
    afterwards(() => foreign.close());
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
