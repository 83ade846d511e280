import { sameBytes } from "./bytes.ts";
import { demand, refuseAs } from "./errors.ts";
import { openEnvelope } from "./envelope.ts";
import { Fields } from "./fields.ts";
import type { Header } from "./header.ts";
import { type Files, hashesOf } from "./lane-tree.ts";
import { parseKeysPath } from "./paths.ts";
import { H } from "./primitives.ts";
import { stateOf } from "./state.ts";
import { checkWrap } from "./wrap.ts";

const bad = "keys-invalid";

/** The wraps of a lane, verified. */
export interface KeysRef {
  counter: number;
  seq: number;
  wraps: Map<string, Uint8Array>;
  erased: Map<string, { hash: Uint8Array; reason: string }>;
}

/** Verifies the tree of a keys ref against the newest header of its lane. */
export async function verifyKeys(files: Files, header: Header): Promise<KeysRef> {
  return refuseAs(bad, ["too-new"], () => {
    const envelope = files.get("h");
    demand(envelope !== undefined, bad, "no header");
    const fields = Fields.decode(openEnvelope("hx/keys/v1", envelope, header.lane));
    checkOwner(fields, header);
    fields.one("suite");
    const keys: KeysRef = { counter: fields.uint("counter"), seq: fields.uint("seq"), wraps: new Map(), erased: new Map() };
    const hashes = hashesOf(files);
    hashes.delete("h");
    demand(sameBytes(stateOf(hashes), fields.bytes("list", 32)), bad, "another list than the header says");
    demand(keys.counter >= header.keys, bad, "older than the lane's header says");
    for (const [path, bytes] of files) readEntry(keys, path, bytes, header);
    return keys;
  });
}

/** Refuses a keys ref that goes back behind one that was verified before. */
export function checkKeysFollow(before: KeysRef, after: KeysRef): void {
  demand(after.counter > before.counter, bad, "a counter that does not rise");
  for (const [id, wrap] of before.wraps) {
    const hash = after.erased.get(id)?.hash;
    const erased = hash !== undefined && sameBytes(hash, H(wrap));
    demand(after.wraps.has(id) || erased, bad, "a wrap that is missing without a tombstone");
  }
}

function readEntry(keys: KeysRef, path: string, bytes: Uint8Array, header: Header): void {
  const parsed = parseKeysPath(path);
  demand(parsed !== undefined, bad, `path ${path}`);
  demand(bytes.length < 4096, bad, `length of ${path}`);
  if (parsed.kind === "wrap") {
    checkWrap(bytes, "author");
    keys.wraps.set(parsed.id, bytes);
  } else if (parsed.kind === "tombstone") {
    const fields = Fields.decode(openEnvelope("hx/tombstone/v1", bytes, header.eraser));
    checkOwner(fields, header);
    demand(fields.text("path") === `w${path.slice(1)}`, bad, "a tombstone of another wrap");
    keys.erased.set(parsed.id, { hash: fields.bytes("hash", 32), reason: fields.text("reason") });
  }
}

function checkOwner(fields: Fields, header: Header): void {
  fields.one("v");
  const own = sameBytes(fields.bytes("repo", 32), header.repo) && sameBytes(fields.bytes("lane", 32), header.lane);
  demand(own, bad, "of another lane");
}
