import type { RepoId } from "../domain/ids.ts";
import { decodeCborMap } from "./cbor.ts";
import type { CborInput } from "./cbor.ts";
import { bytesField, checkVersion, intField, suiteField } from "./fields.ts";
import { idBytes, repoField } from "./ids.ts";

/** docs/spec/lane.md, "Keys ref": the payload of its `h`. */
export interface KeysHeader {
  readonly suite: number;
  readonly repo: RepoId;
  /** Public key of the lane. */
  readonly lane: Uint8Array;
  readonly counter: number;
  /** The header seq with which it was made. */
  readonly seq: number;
  /** State of the tree without `h`. */
  readonly list: Uint8Array;
}

export function keysHeaderPayload(header: KeysHeader): CborInput {
  return { v: 1, suite: header.suite, repo: idBytes(header.repo), lane: header.lane, counter: header.counter, seq: header.seq, list: header.list };
}

/** @throws HxError `encoding-invalid`, `too-new` */
export function decodeKeysHeader(payload: Uint8Array): KeysHeader {
  const map = decodeCborMap(payload);
  checkVersion(map, "keys header");
  return {
    suite: suiteField(map),
    repo: repoField(map, "repo"),
    lane: bytesField(map, "lane", 32),
    counter: intField(map, "counter"),
    seq: intField(map, "seq"),
    list: bytesField(map, "list", 32),
  };
}
