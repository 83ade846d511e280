import type { Protection } from "../../app/identity/protection.ts";
import { HxError } from "../../domain/errors.ts";
import type { Call, OptionSpec } from "../command.ts";

/** How a key file is to be locked: the same flags in every command that makes or locks one. */
export const PROTECTION_OPTIONS: readonly OptionSpec[] = [
  { flags: "--keyring", summary: "Lock the keys with the keyring of the operating system" },
  { flags: "--no-passphrase", summary: "Do not lock the keys: whoever reads the key file can read every session of yours, for machines only" },
];

/** @param ask how a passphrase is read, when it is one */
export async function protectionOf(call: Call, ask: () => Promise<Uint8Array>): Promise<Protection> {
  const none = call.options.refused("passphrase");
  if (call.options.flag("keyring") && none) throw new HxError("usage", "'--keyring' and '--no-passphrase' exclude each other");
  if (none) return { kind: "none" };
  return call.options.flag("keyring") ? { kind: "keyring" } : { kind: "passphrase", passphrase: await ask() };
}
