import { HxError } from "../domain/errors.ts";
import type { RepoId, SessionId } from "../domain/ids.ts";
import { decodeCborMap } from "./cbor.ts";
import type { CborInput } from "./cbor.ts";
import { asBytes, asInt, bad, bytesField, checkVersion, listField, suiteField, textField } from "./fields.ts";
import { idBytes, repoField, sessionField } from "./ids.ts";

/** docs/spec/lane.md, "Manifest". */
export interface Manifest {
  readonly suite: number;
  readonly repo: RepoId;
  /** Public key of the lane. */
  readonly lane: Uint8Array;
  readonly session: SessionId;
  /** `redacted`: a copy with something cut, docs/spec/sharing.md. */
  readonly kind: "original" | "redacted";
  /** Number of parts, and the head of the chain over their records. */
  readonly parts: { readonly count: number; readonly hash: Uint8Array };
}

export function manifestPayload(manifest: Manifest): CborInput {
  return {
    v: 1,
    suite: manifest.suite,
    repo: idBytes(manifest.repo),
    lane: manifest.lane,
    session: idBytes(manifest.session),
    kind: manifest.kind,
    parts: [manifest.parts.count, manifest.parts.hash],
  };
}

/** @throws HxError `encoding-invalid`, or `too-new` for a version, suite or kind that is not known. */
export function decodeManifest(payload: Uint8Array): Manifest {
  const map = decodeCborMap(payload);
  checkVersion(map, "manifest");
  const kind = textField(map, "kind");
  if (kind !== "original" && kind !== "redacted") throw new HxError("too-new", `a session of kind '${kind}' is not known`);
  const [count, hash] = listField(map, "parts", 2);
  const parts = { count: asInt(count, "parts", 0xffffffff), hash: asBytes(hash, "parts", 32) };
  if (parts.count === 0) throw bad("parts", "at least one");
  return { suite: suiteField(map), repo: repoField(map, "repo"), lane: bytesField(map, "lane", 32), session: sessionField(map, "session"), kind, parts };
}
