import { createHash } from "node:crypto";
import type { SettingsHook } from "./settings-text.ts";

export interface HookTrust {
  readonly hash: string | null;
  readonly enabled: boolean;
}

export function snakeCase(event: string): string {
  return event.replaceAll(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}

/**
 * Codex' hash of a hook without a matcher: SHA-256 of the canonical JSON (sorted keys, no white space) of its event
 * and its normalised command. Learnt from what Codex 0.145 stores; a hash that differs is reported, never acted on.
 */
export function trustHash(hook: SettingsHook): string {
  const { command, timeout } = hook;
  const identity = { event_name: snakeCase(hook.event), hooks: [{ async: false, command, timeout, type: "command" }] };
  return `sha256:${createHash("sha256").update(JSON.stringify(identity)).digest("hex")}`;
}

function unquoted(key: string): string {
  if (key.startsWith("'")) return key.slice(1, -1);
  try {
    return String(JSON.parse(key));
  } catch {
    return key;
  }
}

const header = /^[ \t]*\[[ \t]*hooks[ \t]*\.[ \t]*state[ \t]*\.[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*')[ \t]*\][ \t]*(?:#.*)?$/;

/**
 * What `config.toml` of Codex says of reviewed hooks, by their key `<file>:<event>:<group>:<handler>`. Reads the
 * form that Codex writes (a table for each hook); other TOML is skipped.
 */
export function reviewedHooks(toml: string): ReadonlyMap<string, HookTrust> {
  const found = new Map<string, HookTrust>();
  let key: string | null = null;
  for (const line of toml.split(/\r?\n/)) {
    const table = header.exec(line)?.[1];
    if (table !== undefined) {
      key = unquoted(table);
      found.set(key, { hash: null, enabled: true });
      continue;
    }
    if (/^[ \t]*\[/.test(line)) key = null;
    if (key === null) continue;
    const before = found.get(key) ?? { hash: null, enabled: true };
    const hash = /^[ \t]*trusted_hash[ \t]*=[ \t]*["']([^"']+)["']/.exec(line)?.[1];
    if (hash !== undefined) found.set(key, { ...before, hash });
    if (/^[ \t]*enabled[ \t]*=[ \t]*false\b/.test(line)) found.set(key, { ...before, enabled: false });
  }
  return found;
}

/** `[features] hooks = false`. */
export function hooksSwitchedOff(toml: string): boolean {
  return /^[ \t]*\[features\][^[]*?^[ \t]*(?:codex_)?hooks[ \t]*=[ \t]*false\b/m.test(toml);
}
