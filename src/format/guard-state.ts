import { fromUtf8, utf8 } from "../domain/bytes.ts";
import { HxError } from "../domain/errors.ts";
import { laneId, repoId, workspaceId, type LaneId, type RepoId, type WorkspaceId } from "../domain/ids.ts";

/** docs/spec/guard.md, "State file": what was good the last time. All hashes are hex. */
export interface GuardState {
  readonly workspace: WorkspaceId;
  readonly repo: RepoId;
  /** Text of the connection file of the default branch. */
  readonly connection: string;
  /** Newest statement of the workspace chain. */
  readonly chain: { readonly n: number; readonly hash: string };
  readonly lanes: ReadonlyMap<LaneId, GuardLane>;
}

export interface GuardLane {
  readonly seq: number;
  /** `H` of the newest header's envelope. */
  readonly hash: string;
  readonly keys?: GuardKeys;
}

export interface GuardKeys {
  readonly counter: number;
  readonly list: string;
  /** `H` of each wrap, by its id. */
  readonly wraps: Readonly<Record<string, string>>;
}

/** Bytes. Some 600000 wraps; a repository of a hundred people has that after years. */
const MOST = 1 << 26;
const VERSION = 1;
const HASH = /^[0-9a-f]{64}$/;
const WRAP = /^[0-9a-f]{32}$/;

/** Canonical: keys in the order of their bytes, no space, one line end. @throws HxError `io-failed` for more than a state may hold */
export function encodeGuardState(state: GuardState): Uint8Array {
  const lanes = [...state.lanes].map(([lane, { seq, hash, keys }]): [string, unknown] => [lane, { hash, ...(keys === undefined ? {} : { keys: keysValue(keys) }), seq }]);
  const { n, hash } = state.chain;
  const value = { chain: { hash, n }, connection: state.connection, lanes: sorted(lanes), repo: state.repo, version: VERSION, workspace: state.workspace };
  const bytes = utf8(`${JSON.stringify(value)}\n`);
  if (bytes.length > MOST) throw new HxError("io-failed", `the state of guard would have ${bytes.length} bytes, and may have ${MOST}`);
  return bytes;
}

function keysValue({ counter, list, wraps }: GuardKeys): unknown {
  return { counter, list, wraps: sorted(Object.entries(wraps)) };
}

/** Names are ASCII, so this is the order of their bytes. `Object.fromEntries` keeps it: none of them is an index of an array. */
function sorted(entries: readonly (readonly [string, unknown])[]): unknown {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** @throws HxError `encoding-invalid` for bytes that `encodeGuardState` does not write; `too-new` */
export function decodeGuardState(bytes: Uint8Array): GuardState {
  if (bytes.length > MOST) throw wrong("it is too long");
  const map = object(parse(bytes), "it");
  if (typeof map["version"] === "number" && map["version"] > VERSION) throw new HxError("too-new", `the state of guard has version ${map["version"]}, this program knows ${VERSION}`, { hints: ["npm install -g hx"] });
  const chain = object(map["chain"], "'chain'");
  const state: GuardState = {
    workspace: workspaceId(text(map, "workspace")),
    repo: repoId(text(map, "repo")),
    connection: text(map, "connection"),
    chain: { n: count(chain, "n"), hash: hash(chain["hash"]) },
    lanes: new Map(Object.entries(object(map["lanes"], "'lanes'")).map(([lane, value]) => [laneId(lane), laneOf(object(value, "a lane"))])),
  };
  const again = encodeGuardState(state);
  if (again.length !== bytes.length || !again.every((byte, i) => byte === bytes[i])) throw wrong("it is not written as it should be");
  return state;
}

function laneOf(map: Record<string, unknown>): GuardLane {
  const lane = { seq: count(map, "seq"), hash: hash(map["hash"]) };
  if (map["keys"] === undefined) return lane;
  const keys = object(map["keys"], "'keys'");
  const wraps = Object.entries(object(keys["wraps"], "'wraps'")).map(([id, value]): [string, string] => {
    if (!WRAP.test(id)) throw wrong(`'${id.slice(0, 40)}' is not the id of a wrap`);
    return [id, hash(value)];
  });
  return { ...lane, keys: { counter: count(keys, "counter"), list: hash(keys["list"]), wraps: Object.fromEntries(wraps) } };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes));
  } catch (cause) {
    throw new HxError("encoding-invalid", "the state of guard is not JSON", { cause });
  }
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(`${what} is not a map`);
  return { ...value };
}

function text(map: Record<string, unknown>, key: string): string {
  const value = map[key];
  if (typeof value !== "string") throw wrong(`'${key}' is not text`);
  return value;
}

function count(map: Record<string, unknown>, key: string): number {
  const value = map[key];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw wrong(`'${key}' is not a number`);
  return value;
}

function hash(value: unknown): string {
  if (typeof value !== "string" || !HASH.test(value)) throw wrong("a hash is not 64 hex digits");
  return value;
}

function wrong(why: string): HxError {
  return new HxError("encoding-invalid", `the state of guard cannot be used: ${why}`);
}
