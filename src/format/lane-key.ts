import type { PersonId, RepoId, WorkspaceId } from "../domain/ids.ts";
import { decodeCborMap, encodeCbor } from "./cbor.ts";
import { bytesField, checkVersion, intField, mapField } from "./fields.ts";
import { certificateOf } from "./header.ts";
import type { Certificate } from "./header.ts";
import { idBytes, personField, repoField, workspaceField } from "./ids.ts";
import { WRAP_PUBLIC_KEY } from "./wrap.ts";

/** docs/spec/keyfile.md, "lane key": signs headers and manifests of one lane, opens nothing. */
export interface LaneKey {
  readonly workspace: WorkspaceId;
  readonly repo: RepoId;
  /** Public key of the lane. */
  readonly lane: Uint8Array;
  readonly seed: Uint8Array;
  /** Public key that may sign tombstones. */
  readonly eraser: Uint8Array;
  /** Absent: nobody has admitted the author yet. */
  readonly certificate?: Certificate;
  /** X-Wing public key of the author. */
  readonly to: Uint8Array;
  readonly person: PersonId;
  /** Epoch of `to`. */
  readonly epoch: number;
  /** Day on which the lane was opened, days since 1970-01-01 UTC. */
  readonly day: number;
}

export function encodeLaneKey(key: LaneKey): Uint8Array {
  return encodeCbor({
    v: 1,
    ws: idBytes(key.workspace),
    repo: idBytes(key.repo),
    lane: key.lane,
    seed: key.seed,
    eraser: key.eraser,
    ...(key.certificate === undefined ? {} : { cert: { epoch: key.certificate.epoch, sig: key.certificate.signature } }),
    to: key.to,
    person: idBytes(key.person),
    epoch: key.epoch,
    day: key.day,
  });
}

/** @throws HxError `encoding-invalid`, `too-new` */
export function decodeLaneKey(bytes: Uint8Array): LaneKey {
  const map = decodeCborMap(bytes);
  checkVersion(map, "lane key");
  return {
    workspace: workspaceField(map, "ws"),
    repo: repoField(map, "repo"),
    lane: bytesField(map, "lane", 32),
    seed: bytesField(map, "seed", 32),
    eraser: bytesField(map, "eraser", 32),
    ...(!map.has("cert") ? {} : { certificate: certificateOf(mapField(map, "cert")) }),
    to: bytesField(map, "to", WRAP_PUBLIC_KEY),
    person: personField(map, "person"),
    epoch: intField(map, "epoch"),
    day: intField(map, "day"),
  };
}
