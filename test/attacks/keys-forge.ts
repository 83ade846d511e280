import type { Oid } from "../../src/domain/ids.ts";
import { encodeCbor } from "../../src/format/cbor.ts";
import { parseCommit } from "../../src/format/commit.ts";
import { decodeEnvelope } from "../../src/format/envelope.ts";
import { decodeKeysHeader, keysHeaderPayload, type KeysHeader } from "../../src/format/keys-header.ts";
import { keysRef } from "../../src/format/paths.ts";
import { treeState } from "../../src/format/state.ts";
import { writeFiles, type Files, type Forge } from "./lane-builder.ts";

/** What an adversary with the lane's key changes of its keys ref. */
export interface Change {
  readonly files?: (files: Files) => void;
  readonly header?: (header: KeysHeader) => KeysHeader;
  readonly payload?: (bytes: Uint8Array) => Uint8Array;
  readonly seed?: Uint8Array;
  readonly commit?: (text: string) => string;
}

/** Replaces the keys ref as the lane's key can: its counter rises, and the list is that of the files, unless told otherwise. */
export async function replaceKeys(forge: Forge, change: Change): Promise<Oid> {
  const { h } = forge.scene.crypto.hashes;
  const former = await forge.store.read(keysRef(forge.lane.id));
  if (former === null) throw new Error("no keys");
  const files = await forge.files(former);
  const { payload } = decodeEnvelope(files.get("h") ?? new Uint8Array(), "hx/keys/v1");
  files.delete("h");
  change.files?.(files);
  const before = decodeKeysHeader(payload);
  const honest = { ...before, counter: before.counter + 1, list: treeState(h, new Map([...files].map(([path, bytes]) => [path, h(bytes)]))) };
  const signed = encodeCbor(keysHeaderPayload(change.header?.(honest) ?? honest));
  files.set("h", forge.sign("hx/keys/v1", change.payload?.(signed) ?? signed, change.seed));
  const { day } = parseCommit(await forge.store.readCommit(former));
  const who = `hx <hx@invalid> ${day} +0000`;
  const text = `tree ${await writeFiles(forge.store, files)}\nauthor ${who}\ncommitter ${who}\n\n`;
  const to = forge.object("commit", change.commit?.(text) ?? text);
  await forge.move(keysRef(forge.lane.id), to);
  return to;
}
