import { demand, refuse } from "./errors.ts";

const HASH = /^[0-9a-f]{64}$/;
const FIELDS = ["chain", "connection", "lanes", "repo", "version", "workspace"];

/** docs/spec/guard.md, "State file": refuses every text that is not exactly one. */
export function readGuardState(text: string): void {
  const state = mapOf(parsed(text));
  if (typeof state["version"] === "number" && state["version"] > 1) refuse("too-new", "a later version");
  check(JSON.stringify(Object.keys(state)) === JSON.stringify(FIELDS) && state["version"] === 1);
  check(`${JSON.stringify(state)}\n` === text);
  check(isHash(state["workspace"]) && isHash(state["repo"]) && typeof state["connection"] === "string");
  counted(mapOf(state["chain"]), "n", ["hash", "n"]);
  const lanes = mapOf(state["lanes"]);
  for (const [id, value] of ordered(lanes)) {
    check(/^[a-z2-7]{26}$/.test(id));
    const lane = mapOf(value);
    counted(lane, "seq", "keys" in lane ? ["hash", "keys", "seq"] : ["hash", "seq"]);
    if ("keys" in lane) readKeys(mapOf(lane["keys"]));
  }
}

function readKeys(keys: Record<string, unknown>): void {
  check(JSON.stringify(Object.keys(keys)) === JSON.stringify(["counter", "list", "wraps"]) && isCount(keys["counter"]) && isHash(keys["list"]));
  for (const [id, hash] of ordered(mapOf(keys["wraps"]))) check(/^[0-9a-f]{32}$/.test(id) && isHash(hash));
}

function counted(map: Record<string, unknown>, number: string, names: readonly string[]): void {
  check(JSON.stringify(Object.keys(map)) === JSON.stringify(names) && isCount(map[number]) && isHash(map["hash"]));
}

function ordered(map: Record<string, unknown>): readonly [string, unknown][] {
  const entries = Object.entries(map);
  entries.forEach(([name], i) => check(i === 0 || name > (entries[i - 1]?.[0] ?? "")));
  return entries;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse("encoding-invalid", "no JSON");
  }
}

function mapOf(value: unknown): Record<string, unknown> {
  check(typeof value === "object" && value !== null && !Array.isArray(value));
  return { ...(value as object) };
}

const isHash = (value: unknown): boolean => typeof value === "string" && HASH.test(value);
const isCount = (value: unknown): boolean => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

function check(holds: boolean): void {
  demand(holds, "encoding-invalid", "not a state file of guard");
}
