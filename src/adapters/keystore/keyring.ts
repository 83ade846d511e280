import { HxError } from "../../domain/errors.ts";
import type { Keyring } from "../../ports/keystore.ts";

const SERVICE = "hx";

/** The part of `@napi-rs/keyring` that is used. The package is optional and native: it may be missing. */
interface KeyringModule {
  readonly Entry: new (service: string, account: string) => KeyringEntry;
}

interface KeyringEntry {
  getPassword(): string | null;
  setPassword(password: string): void;
  deletePassword(): boolean;
}

export type LoadKeyring = () => Promise<unknown>;

// Not a literal: neither the compiler nor the bundler must want a package that may be missing.
const PACKAGE = ["@napi-rs", "keyring"].join("/");

/** The keyring of the operating system. Keys are kept as hex, since keyrings hold text. */
export class SystemKeyring implements Keyring {
  readonly #load: LoadKeyring;
  #module: Promise<KeyringModule | null> | undefined;

  constructor(load: LoadKeyring = () => import(PACKAGE)) {
    this.#load = load;
  }

  /** Whether there is one that answers. Never throws. */
  async available(): Promise<boolean> {
    const module = await this.#reach();
    if (module === null) return false;
    try {
      new module.Entry(SERVICE, "probe").getPassword();
      return true;
    } catch {
      return false;
    }
  }

  async get(id: string): Promise<Uint8Array | null> {
    const module = await this.#reach();
    if (module === null) return null;
    try {
      const text = new module.Entry(SERVICE, id).getPassword();
      return text !== null && /^[0-9a-f]{64}$/.test(text) ? Uint8Array.from(Buffer.from(text, "hex")) : null;
    } catch {
      return null;
    }
  }

  /** @throws HxError `io-failed` */
  async set(id: string, key: Uint8Array): Promise<void> {
    const module = await this.#reach();
    if (module === null) throw new HxError("io-failed", "there is no keyring of the operating system");
    try {
      new module.Entry(SERVICE, id).setPassword(Buffer.from(key).toString("hex"));
    } catch (cause) {
      throw new HxError("io-failed", "the keyring of the operating system did not take the key", { cause });
    }
  }

  async remove(id: string): Promise<void> {
    const module = await this.#reach();
    try {
      if (module !== null) new module.Entry(SERVICE, id).deletePassword();
    } catch {
      // Gone already, or out of reach: the file that it locked does not name it any more.
    }
  }

  #reach(): Promise<KeyringModule | null> {
    return (this.#module ??= this.#load().then(
      (found) => (isKeyringModule(found) ? found : null),
      () => null,
    ));
  }
}

function isKeyringModule(value: unknown): value is KeyringModule {
  return typeof value === "object" && value !== null && "Entry" in value && typeof value.Entry === "function";
}
