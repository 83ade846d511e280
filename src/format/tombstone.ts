import type { RepoId } from "../domain/ids.ts";
import { decodeCborMap } from "./cbor.ts";
import type { CborInput } from "./cbor.ts";
import { bad, bytesField, checkVersion, textField } from "./fields.ts";
import { idBytes, repoField } from "./ids.ts";
import { parseKeysPath } from "./paths.ts";

/** docs/spec/lane.md: the only permitted absence of a wrap. Signed by the lane's eraser key. */
export interface Tombstone {
  readonly repo: RepoId;
  /** Public key of the lane. */
  readonly lane: Uint8Array;
  /** Path of the wrap that was removed, `w/<xx>/<id>`. */
  readonly path: string;
  /** Hash of that wrap. */
  readonly hash: Uint8Array;
  readonly reason: string;
}

export function tombstonePayload(tombstone: Tombstone): CborInput {
  return { v: 1, repo: idBytes(tombstone.repo), lane: tombstone.lane, path: tombstone.path, hash: tombstone.hash, reason: tombstone.reason };
}

/** @throws HxError `encoding-invalid`, `too-new` */
export function decodeTombstone(payload: Uint8Array): Tombstone {
  const map = decodeCborMap(payload);
  checkVersion(map, "tombstone");
  const path = textField(map, "path");
  if (parseKeysPath(path)?.kind !== "wrap") throw bad("path", "the path of a wrap");
  return { repo: repoField(map, "repo"), lane: bytesField(map, "lane", 32), path, hash: bytesField(map, "hash", 32), reason: textField(map, "reason") };
}
