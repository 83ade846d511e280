import { HxError } from "../../domain/errors.ts";

export type Sodium = (typeof import("libsodium-wrappers"))["default"];

/**
 * The WebAssembly module behind libsodium-wrappers. Its own secretstream functions allocate a state
 * that is never freed and copy each chunk twice more than needed, so the stream goes to the module.
 */
export interface SodiumModule {
  readonly HEAPU8: Uint8Array;
  _malloc(length: number): number;
  _free(address: number): void;
  _crypto_secretstream_xchacha20poly1305_statebytes(): number;
  _crypto_secretstream_xchacha20poly1305_init_push(state: number, header: number, key: number): number;
  _crypto_secretstream_xchacha20poly1305_init_pull(state: number, header: number, key: number): number;
  _crypto_secretstream_xchacha20poly1305_push(state: number, out: number, outLength: number, message: number, length: number, lengthHigh: number, ad: number, adLength: number, adLengthHigh: number, tag: number): number;
  _crypto_secretstream_xchacha20poly1305_pull(state: number, out: number, outLength: number, tag: number, sealed: number, length: number, lengthHigh: number, ad: number, adLength: number, adLengthHigh: number): number;
}

const NEEDED = [
  "_malloc",
  "_free",
  "_crypto_secretstream_xchacha20poly1305_statebytes",
  "_crypto_secretstream_xchacha20poly1305_init_push",
  "_crypto_secretstream_xchacha20poly1305_init_pull",
  "_crypto_secretstream_xchacha20poly1305_push",
  "_crypto_secretstream_xchacha20poly1305_pull",
];

/** Loads libsodium on first use. */
export async function loadSodium(): Promise<Sodium> {
  const { default: sodium } = await import("libsodium-wrappers");
  await sodium.ready;
  return sodium;
}

/** @throws HxError `internal` when the installed libsodium-wrappers is laid out differently. */
export function sodiumModule(sodium: object): SodiumModule {
  const module: unknown = "libsodium" in sodium ? sodium.libsodium : undefined;
  if (!isSodiumModule(module)) throw new HxError("internal", "libsodium-wrappers does not give the module that is expected");
  return module;
}

function isSodiumModule(value: unknown): value is SodiumModule {
  if (typeof value !== "object" || value === null || !("HEAPU8" in value)) return false;
  const functions = new Map<string, unknown>(Object.entries(value));
  return value.HEAPU8 instanceof Uint8Array && NEEDED.every((name) => typeof functions.get(name) === "function");
}
