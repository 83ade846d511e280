import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadPasswordHash } from "../../src/adapters/crypto/argon2.ts";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { DirectoryKeyFiles } from "../../src/adapters/keystore/key-files.ts";
import { DirectoryUnlockCache } from "../../src/adapters/keystore/unlock-cache.ts";
import type { IdentityPorts } from "../../src/app/identity/ports.ts";
import type { Keyring } from "../../src/ports/keystore.ts";
import type { PasswordHash } from "../../src/ports/crypto.ts";

export class MemoryKeyring implements Keyring {
  readonly keys = new Map<string, Uint8Array>();
  there = true;

  async available(): Promise<boolean> {
    return this.there;
  }

  async get(id: string): Promise<Uint8Array | null> {
    return this.keys.get(id) ?? null;
  }

  async set(id: string, key: Uint8Array): Promise<void> {
    this.keys.set(id, key);
  }

  async remove(id: string): Promise<void> {
    this.keys.delete(id);
  }
}

/** Real argon2id with the least that libsodium takes: the only place where it is cheap. */
export function testOnlyCheapHash(real: PasswordHash): PasswordHash & { runs: number } {
  return {
    runs: 0,
    argon2id(passphrase, salt) {
      this.runs += 1;
      return real.argon2id(passphrase, salt, 1, 8192);
    },
  };
}

/** One device: real files, real crypto, cheap argon2id. */
export class Device {
  readonly config: string;
  readonly keyring = new MemoryKeyring();
  readonly asked: string[] = [];
  readonly hash: PasswordHash & { runs: number };
  readonly ports: IdentityPorts;
  /** What the person types next; null: there is nobody. */
  typed: string | null = null;
  now = Date.UTC(2026, 10, 21);

  constructor(config: string, crypto: IdentityPorts["crypto"], hash: PasswordHash & { runs: number }) {
    this.config = config;
    this.hash = hash;
    this.ports = {
      files: new DirectoryKeyFiles(join(config, "hx")),
      unlocks: new DirectoryUnlockCache(join(config, "run")),
      keyring: this.keyring,
      crypto,
      passwords: async () => hash,
      passphrase: {
        ask: async (prompt) => {
          this.asked.push(prompt);
          return this.typed;
        },
      },
      clock: { now: () => this.now },
    };
  }

  path(name: string): string {
    return join(this.config, "hx", name);
  }
}

const made: string[] = [];

export async function newDevice(): Promise<Device> {
  const config = await mkdtemp(join(tmpdir(), "hx-identity-"));
  made.push(config);
  return new Device(config, await loadCrypto(), testOnlyCheapHash(await loadPasswordHash()));
}

export async function removeDevices(): Promise<void> {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true, force: true });
}

export const passphrase = (text: string) => ({ kind: "passphrase", passphrase: new TextEncoder().encode(text) }) as const;
