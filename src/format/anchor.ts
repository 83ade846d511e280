import { toHex } from "../domain/bytes.ts";
import { HxError } from "../domain/errors.ts";
import type { DeviceId, LaneId, RepoId, WorkspaceId } from "../domain/ids.ts";
import { decodeCborMap, type CborInput, type CborMap, type CborValue } from "./cbor.ts";
import { decodeEnvelope } from "./envelope.ts";
import { asBytes, asInt, asList, bad, checkVersion, intField, listField, optionalBytesField, rising } from "./fields.ts";
import { deviceField, idBytes, laneIdBytes, laneIdFrom, repoField, workspaceField } from "./ids.ts";

/** docs/spec/guard.md, "Anchor": the heads of all lanes as they were once, in the word of a member's device. */
export interface Anchor {
  readonly workspace: WorkspaceId;
  readonly repo: RepoId;
  /** From 0 on. */
  readonly n: number;
  /** `H` of the envelope of the anchor before; absent in the first. */
  readonly previous?: Uint8Array;
  readonly by: DeviceId;
  /** Newest statement of the workspace chain, and `H` of its envelope. */
  readonly head: { readonly n: number; readonly hash: Uint8Array };
  readonly lanes: ReadonlyMap<LaneId, AnchoredLane>;
}

export interface AnchoredLane {
  readonly seq: number;
  /** `H` of the newest header's envelope. */
  readonly hash: Uint8Array;
  /** Counter of the keys, and their list as the keys header has it; absent where the lane has none. */
  readonly keys?: { readonly counter: number; readonly list: Uint8Array };
}

/** Bytes of an envelope. Some 150000 lanes. */
export const MOST_ANCHOR = 1 << 24;
const MOST_NUMBER = 0xffffffff;

export function anchorPayload({ workspace, repo, n, previous, by, head, lanes }: Anchor): CborInput {
  const entries = [...lanes].map(([lane, { seq, hash, keys }]): [string, CborInput] => {
    const id = laneIdBytes(lane);
    return [toHex(id), keys === undefined ? [id, seq, hash] : [id, seq, hash, keys.counter, keys.list]];
  });
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  return { v: 1, ws: idBytes(workspace), repo: idBytes(repo), n, prev: previous, by: idBytes(by), head: [head.n, head.hash], lanes: sorted };
}

/** What an anchor says, with no signature verified. @throws HxError `encoding-invalid`, `too-new` */
export function decodeAnchor(envelope: Uint8Array): Anchor {
  if (envelope.length > MOST_ANCHOR) throw new HxError("encoding-invalid", "an anchor is too long");
  const map = decodeCborMap(decodeEnvelope(envelope, "hx/anchor/v1").payload);
  checkVersion(map, "anchor");
  const n = intField(map, "n", MOST_NUMBER);
  const previous = optionalBytesField(map, "prev", 32);
  if ((n === 0) !== (previous === undefined)) throw bad("prev", "absent in the first anchor and there after it");
  const [at, hash] = listField(map, "head", 2);
  return {
    workspace: workspaceField(map, "ws"),
    repo: repoField(map, "repo"),
    n,
    ...(previous === undefined ? {} : { previous }),
    by: deviceField(map, "by"),
    head: { n: asInt(at, "head", MOST_NUMBER), hash: asBytes(hash, "head", 32) },
    lanes: lanesOf(map),
  };
}

function lanesOf(map: CborMap): ReadonlyMap<LaneId, AnchoredLane> {
  const entries = listField(map, "lanes").map(laneOf);
  rising(entries.map(([id]) => id), "lanes");
  return new Map(entries.map(([id, lane]) => [laneIdFrom(id), lane]));
}

function laneOf(value: CborValue): readonly [Uint8Array, AnchoredLane] {
  const entry = asList(value, "lanes");
  if (entry.length !== 3 && entry.length !== 5) throw bad("lanes", "of entries of 3 or 5");
  const [id, seq, hash, counter, list] = entry;
  const lane = { seq: asInt(seq, "seq", MOST_NUMBER), hash: asBytes(hash, "hash", 32) };
  const keys = entry.length === 3 ? {} : { keys: { counter: asInt(counter, "counter"), list: asBytes(list, "list", 32) } };
  return [asBytes(id, "lane", 16), { ...lane, ...keys }];
}
