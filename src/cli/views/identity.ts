import { visibleLine } from "../io/control-characters.ts";
import type { IdentitySummary } from "../world.ts";

const PROTECTION: Readonly<Record<IdentitySummary["protection"], string>> = {
  argon2id: "passphrase",
  keyring: "keyring of the operating system",
  none: "none: whoever reads the key file has the keys",
};

export function identityView(identity: IdentitySummary): string {
  const rows: readonly (readonly [string, string])[] = [
    ["person", identity.person],
    ["device", identity.device ?? "locked"],
    ["devices", String(identity.devices)],
    ["person key", `epoch ${identity.epoch}`],
    ["protection", PROTECTION[identity.protection]],
    ["state", identity.open ? "open" : "locked"],
    ["directory", identity.directory],
  ];
  return rows.map(([label, value]) => `${label.padEnd(12)}${visibleLine(value)}\n`).join("");
}

/** Four columns of six words, numbered down. */
export function phraseView(words: readonly string[]): string {
  const rows = Math.ceil(words.length / 4);
  const cell = (i: number): string => `${String(i + 1).padStart(4)}. ${(words[i] ?? "").padEnd(10)}`;
  return Array.from({ length: rows }, (_, row) => `${[0, 1, 2, 3].map((column) => cell(column * rows + row)).join("").trimEnd()}\n`).join("");
}
