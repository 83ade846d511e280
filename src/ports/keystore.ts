/** Files of the person under HX_CONFIG_DIR: docs/spec/keyfile.md. */
export interface KeyFiles {
  /** null when absent. @throws HxError `key-file-open` when others may read a secret file. */
  read(path: string, options: { readonly secret: boolean }): Promise<Uint8Array | null>;
  /** Atomic (temporary file, fsync, rename), 0600 in directories 0700. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  remove(path: string): Promise<void>;
  list(directory: string): Promise<readonly string[]>;
}

/** Keeps a key for a bounded time after `identity unlock`. */
export interface UnlockCache {
  get(name: string, now: number): Promise<Uint8Array | null>;
  /** `until` in ms since 1970. */
  put(name: string, key: Uint8Array, until: number): Promise<void>;
  clear(name: string): Promise<void>;
  /** Where it is kept, for `identity unlock` to say. */
  readonly place: string;
}

/** The keyring of the operating system, where there is one. */
export interface Keyring {
  available(): Promise<boolean>;
  get(id: string): Promise<Uint8Array | null>;
  set(id: string, key: Uint8Array): Promise<void>;
  remove(id: string): Promise<void>;
}

/** How a passphrase comes in: terminal, file, command or descriptor; never a flag. null: nobody can answer. */
export interface PassphraseSource {
  ask(prompt: string, options?: { readonly confirm?: boolean }): Promise<string | null>;
}
