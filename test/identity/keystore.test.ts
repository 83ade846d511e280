import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DirectoryKeyFiles } from "../../src/adapters/keystore/key-files.ts";
import { SystemKeyring } from "../../src/adapters/keystore/keyring.ts";
import { DirectoryUnlockCache } from "../../src/adapters/keystore/unlock-cache.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "hx-keystore-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const KEY = new Uint8Array(32).fill(5);

describe("key files", () => {
  it("are written as a whole, for the owner alone, and read back", async () => {
    const files = new DirectoryKeyFiles(join(root, "hx"));
    expect(await files.read("lanes/a/b.key", { secret: true })).toBeNull();
    expect(await files.list("lanes/a")).toEqual([]);
    await files.write("lanes/a/b.key", KEY);
    await files.write("lanes/a/b.key", KEY.map((byte) => byte + 1));
    expect(await files.read("lanes/a/b.key", { secret: true })).toEqual(KEY.map((byte) => byte + 1));
    expect(await readdir(join(root, "hx/lanes/a"))).toEqual(["b.key"]);
    for (const [path, mode] of [["hx", 0o700], ["hx/lanes", 0o700], ["hx/lanes/a", 0o700], ["hx/lanes/a/b.key", 0o600]] as const) expect((await stat(join(root, path))).mode & 0o777, path).toBe(mode);
    await files.remove("lanes/a/b.key");
    await files.remove("lanes/a/b.key");
    expect(await files.list("lanes/a")).toEqual([]);
  });

  it("are 0600 whatever the umask, and close a directory that was open", async () => {
    await mkdir(join(root, "hx"), { mode: 0o755 });
    const before = process.umask(0);
    try {
      await new DirectoryKeyFiles(join(root, "hx")).write("x", KEY);
    } finally {
      process.umask(before);
    }
    expect((await stat(join(root, "hx/x"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(root, "hx"))).mode & 0o777).toBe(0o700);
    expect((await stat(root)).mode & 0o777, "nothing above its own directory").toBe(0o700);
  });

  it("that are public may be open; secret ones may not", async () => {
    const files = new DirectoryKeyFiles(root);
    await files.write("card", KEY);
    await chmod(join(root, "card"), 0o644);
    expect(await files.read("card", { secret: false })).toEqual(KEY);
    await expect(files.read("card", { secret: true })).rejects.toMatchObject({ code: "key-file-open" });
  });

  it("behind a symlink are judged by the file itself", async () => {
    await writeFile(join(root, "open"), KEY, { mode: 0o644 });
    await chmod(join(root, "open"), 0o644);
    await symlink(join(root, "open"), join(root, "link"));
    await expect(new DirectoryKeyFiles(root).read("link", { secret: true })).rejects.toMatchObject({ code: "key-file-open" });
  });

  it("lie in their directory only", async () => {
    const files = new DirectoryKeyFiles(join(root, "hx"));
    for (const path of ["../x", "/etc/passwd", "a/../../x", ".."]) await expect(files.read(path, { secret: false })).rejects.toMatchObject({ code: "internal" });
  });

  it("that cannot be read or written fail with a word, not with a stack", async () => {
    const files = new DirectoryKeyFiles(join(root, "hx"));
    await files.write("a/b", KEY);
    await expect(files.read("a", { secret: false })).rejects.toMatchObject({ code: "io-failed" });
    await expect(files.write("a/b/c", KEY)).rejects.toMatchObject({ code: "io-failed" });
    expect(await files.read("a/b/c", { secret: false })).toBeNull();
  });
});

describe("a remembered key", () => {
  it("is there until its time, for the owner alone", async () => {
    const cache = new DirectoryUnlockCache(join(root, "run"), "memory");
    expect(cache.place).toBe("memory");
    expect(await cache.get("ab", 1)).toBeNull();
    await cache.put("ab", KEY, 1000);
    expect(await cache.get("ab", 999)).toEqual(KEY);
    expect(await cache.get("cd", 999)).toBeNull();
    expect((await stat(join(root, "run/unlock-ab"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(root, "run"))).mode & 0o777).toBe(0o700);
    expect(await cache.get("ab", 1000)).toBeNull();
    expect(await readdir(join(root, "run")), "what is over is wiped").toEqual([]);
  });

  it("is neither put into nor taken from a directory that others may touch", async () => {
    const cache = new DirectoryUnlockCache(join(root, "run"));
    await cache.put("ab", KEY, 1000);
    await chmod(join(root, "run"), 0o770);
    expect(await cache.get("ab", 1)).toBeNull();
    await expect(cache.put("ab", KEY, 1000)).rejects.toMatchObject({ code: "key-file-open" });
  });

  it("is not followed through a symlink that somebody put there first", async () => {
    await mkdir(join(root, "theirs"), { mode: 0o700 });
    await symlink(join(root, "theirs"), join(root, "run"));
    await expect(new DirectoryUnlockCache(join(root, "run")).put("ab", KEY, 1000)).rejects.toMatchObject({ code: "key-file-open" });
    expect(await readdir(join(root, "theirs"))).toEqual([]);
  });

  it("that is damaged counts for nothing", async () => {
    const cache = new DirectoryUnlockCache(root);
    await chmod(root, 0o700);
    await cache.put("ab", KEY, 1000);
    const bytes = await readFile(join(root, "unlock-ab"));
    for (const bad of [Buffer.alloc(0), bytes.subarray(1), Buffer.concat([bytes, bytes]), Buffer.from("hx-unlock-2")]) {
      await writeFile(join(root, "unlock-ab"), bad);
      expect(await cache.get("ab", 1)).toBeNull();
    }
    await expect(cache.put("../x", KEY, 1)).rejects.toMatchObject({ code: "internal" });
  });
});

describe("the keyring", () => {
  it("that is not installed is absent, and nothing throws", async () => {
    const keyring = new SystemKeyring(async () => Promise.reject(new Error("no such package")));
    expect(await keyring.available()).toBe(false);
    expect(await keyring.get("x")).toBeNull();
    await keyring.remove("x");
    await expect(keyring.set("x", KEY)).rejects.toMatchObject({ code: "io-failed" });
  });

  it("that does not answer is absent", async () => {
    class Entry {
      getPassword(): string {
        throw new Error("no bus");
      }
    }
    const keyring = new SystemKeyring(async () => ({ Entry }));
    expect(await keyring.available()).toBe(false);
    expect(await keyring.get("x")).toBeNull();
  });

  it("keeps keys under the name of the service", async () => {
    const kept = new Map<string, string>();
    class Entry {
      readonly name: string;
      constructor(service: string, account: string) {
        this.name = `${service}/${account}`;
      }
      getPassword(): string | null {
        return kept.get(this.name) ?? null;
      }
      setPassword(password: string): void {
        kept.set(this.name, password);
      }
      deletePassword(): boolean {
        return kept.delete(this.name);
      }
    }
    const keyring = new SystemKeyring(async () => ({ Entry }));
    expect(await keyring.available()).toBe(true);
    await keyring.set("d", KEY);
    expect(kept.has("hx/d")).toBe(true);
    expect(await keyring.get("d")).toEqual(KEY);
    kept.set("hx/d", "not hex");
    expect(await keyring.get("d")).toBeNull();
    await keyring.remove("d");
    expect(kept.size).toBe(0);
  });
});
