import { lstat, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { HxError } from "../../domain/errors.ts";
import type { UnlockCache } from "../../ports/keystore.ts";

const MAGIC = "hx-unlock-1";
const KEY_BYTES = 32;
const NAME = /^[0-9a-f]{1,64}$/;

/**
 * Remembered keys, one file each: `hx-unlock-1`, until (8 bytes, ms since 1970, big-endian), key (32). In memory-backed
 * storage where the caller found some; hx itself has no daemon that could hold them.
 */
export class DirectoryUnlockCache implements UnlockCache {
  readonly place: string;
  readonly #directory: string;

  /**
   * @param directory absolute, made with 0700 when absent
   * @param place what a person is told of it
   */
  constructor(directory: string, place: string = directory) {
    this.#directory = directory;
    this.place = place;
  }

  async get(name: string, now: number): Promise<Uint8Array | null> {
    if (!(await this.#isOurs())) return null;
    const bytes = await readFile(this.#file(name)).catch(() => null);
    if (bytes === null) return null;
    const entry = parse(bytes);
    if (entry !== null && now < entry.until) return entry.key;
    await this.clear(name);
    return null;
  }

  async put(name: string, key: Uint8Array, until: number): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    if (!(await this.#isOurs())) throw new HxError("key-file-open", `'${this.#directory}' is not a directory of this person alone`, { hints: [`ls -ld '${this.#directory}'`] });
    await this.#sweep();
    const temporary = `${this.#file(name)}.${randomBytes(6).toString("hex")}`;
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(encode(key, until));
    } finally {
      await file.close();
    }
    await rename(temporary, this.#file(name));
  }

  async clear(name: string): Promise<void> {
    await rm(this.#file(name), { force: true });
  }

  #file(name: string): string {
    if (!NAME.test(name)) throw new HxError("internal", "a name that no remembered key has");
    return join(this.#directory, `unlock-${name}`);
  }

  /** /dev/shm is open to all: a directory that somebody else made there is not used. */
  async #isOurs(): Promise<boolean> {
    const found = await lstat(this.#directory).catch(() => null);
    if (found === null || !found.isDirectory()) return false;
    if (process.getuid === undefined) return true;
    return found.uid === process.getuid() && (found.mode & 0o077) === 0;
  }

  /** Half-written files of processes that were killed. */
  async #sweep(): Promise<void> {
    for (const name of await readdir(this.#directory)) {
      if (/^unlock-[0-9a-f]+\.[0-9a-f]{12}$/.test(name)) await rm(join(this.#directory, name), { force: true });
    }
  }
}

function encode(key: Uint8Array, until: number): Uint8Array {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(until));
  return Buffer.concat([Buffer.from(MAGIC), time, key]);
}

function parse(bytes: Buffer): { readonly until: number; readonly key: Uint8Array } | null {
  if (bytes.length !== MAGIC.length + 8 + KEY_BYTES || bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) return null;
  const until = Number(bytes.readBigUInt64BE(MAGIC.length));
  return { until, key: Uint8Array.from(bytes.subarray(MAGIC.length + 8)) };
}
