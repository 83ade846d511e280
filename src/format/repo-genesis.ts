import type { RepoId } from "../domain/ids.ts";
import type { CborMap } from "./cbor.ts";
import { openEnvelopeBy, signEnvelope } from "./envelope.ts";
import { bytesField, checkVersion } from "./fields.ts";
import { repoIdOf } from "./ids.ts";
import type { HashFunctions, Verify } from "./primitives.ts";

/** docs/spec/workspace.md, "Repository genesis". */
export interface RepoGenesis {
  readonly repo: RepoId;
  readonly nonce: Uint8Array;
  /** Public signing key of the device that made it. */
  readonly signingKey: Uint8Array;
}

/** @param nonce 16 random bytes */
export function makeRepoGenesis(nonce: Uint8Array, signingKey: Uint8Array, sign: (message: Uint8Array) => Uint8Array): Uint8Array {
  return signEnvelope("hx/repo/v1", { v: 1, nonce, sign: signingKey }, sign);
}

/** @throws HxError `encoding-invalid`, `signature-invalid`, `too-new` */
export function openRepoGenesis(hashes: HashFunctions, verify: Verify, envelope: Uint8Array): RepoGenesis {
  const { payload, map } = openEnvelopeBy(envelope, "hx/repo/v1", signerOf, verify);
  return { repo: repoIdOf(hashes, payload), nonce: bytesField(map, "nonce", 16), signingKey: bytesField(map, "sign", 32) };
}

function signerOf(map: CborMap): Uint8Array {
  checkVersion(map, "repository genesis");
  return bytesField(map, "sign", 32);
}
