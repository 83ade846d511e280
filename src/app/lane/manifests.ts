import { equal } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { Oid, RepoId, SessionId } from "../../domain/ids.ts";
import { decodeEnvelope, notSigned, openEnvelope, signedMessage } from "../../format/envelope.ts";
import { decodeManifest, type Manifest } from "../../format/manifest.ts";
import { chainHash, CHAIN_START, decodePartRecord, type PartRecord } from "../../format/part-record.ts";
import { manifestPath, partPath, sessionPath } from "../../format/paths.ts";
import type { Crew, Crypto } from "../../ports/crypto.ts";
import type { ObjectReader, TreeEntry } from "../../ports/git.ts";
import { directoryAt, entryAt } from "./tree.ts";

interface Place {
  readonly repo: RepoId;
  readonly crypto: Crypto;
}

const MANIFEST = "hx/manifest/v1";

/** Opens a manifest. @throws HxError `signature-invalid`, `lane-invalid` when it belongs elsewhere */
export function manifestOf(place: Place, bytes: Uint8Array, lane: Uint8Array, session?: SessionId): Manifest {
  const { payload } = openEnvelope(bytes, MANIFEST, (message, signature) => place.crypto.signer.verify(lane, message, signature));
  return manifestIn(place, payload, lane, session);
}

/** As `manifestOf`, where another thread verifies. */
async function manifestBy({ verify }: Pick<Crew, "verify">, place: Place, bytes: Uint8Array, lane: Uint8Array, session: SessionId): Promise<Manifest> {
  const { payload, signature } = decodeEnvelope(bytes, MANIFEST);
  if (!(await verify(lane, signedMessage(MANIFEST, payload), signature))) throw notSigned(MANIFEST);
  return manifestIn(place, payload, lane, session);
}

/** @param payload verified */
function manifestIn(place: Place, payload: Uint8Array, lane: Uint8Array, session?: SessionId): Manifest {
  const manifest = decodeManifest(payload);
  if (manifest.repo !== place.repo || !equal(manifest.lane, lane)) throw new HxError("lane-invalid", `a manifest of session '${manifest.session}' is for another lane`);
  if (session !== undefined && manifest.session !== session) throw new HxError("lane-invalid", `the manifest of session '${session}' is that of '${manifest.session}'`);
  return manifest;
}

/** Whether a session is a redacted copy; needs no key. @throws HxError as `manifestOf`, `not-found` */
export async function kindOf(store: ObjectReader, place: Place, lane: Uint8Array, tree: Oid, session: SessionId): Promise<Manifest["kind"]> {
  const entry = await entryAt(store, tree, manifestPath(session));
  if (entry === null) throw new HxError("not-found", `no session '${session}' in this lane`);
  return manifestOf(place, await store.readBlob(entry.oid), lane, session).kind;
}

/** The parts of one session in one lane, with its manifest. */
export interface SessionParts {
  readonly session: SessionId;
  readonly manifest: Manifest;
  readonly parts: readonly PartRecord[];
  /** L[0], L[1], … (docs/spec/lane.md, "Manifest"). */
  readonly chain: readonly Uint8Array[];
  /** Blob of each segment, by its number. */
  readonly segments: ReadonlyMap<number, Oid>;
}

/**
 * Reads a session's manifest and part records, and checks that they agree with each other and with the tree.
 * @param crew verifies, where many are read
 * @throws HxError `lane-invalid`, `signature-invalid`, `not-found`
 */
export async function sessionParts(store: ObjectReader, place: Place, lane: Uint8Array, tree: Oid, session: SessionId, crew?: Pick<Crew, "verify">): Promise<SessionParts> {
  return partsIn(store, place, lane, session, await directoryAt(store, tree, sessionPath(session)), crew);
}

/** As `sessionParts`, from the entries of the session's directory. */
export async function partsIn(store: ObjectReader, place: Place, lane: Uint8Array, session: SessionId, entries: readonly TreeEntry[], crew?: Pick<Crew, "verify">): Promise<SessionParts> {
  const byName = new Map(entries.map((entry) => [entry.name, entry.oid]));
  const manifestOid = byName.get("m");
  if (manifestOid === undefined) throw new HxError("not-found", `no session '${session}' in this lane`);
  const bytes = await store.readBlob(manifestOid);
  const manifest = crew === undefined ? manifestOf(place, bytes, lane, session) : await manifestBy(crew, place, bytes, lane, session);
  const parts: PartRecord[] = [];
  const { h } = place.crypto.hashes;
  const chain: Uint8Array[] = [];
  for (let n = 0; n < manifest.parts.count; n++) {
    const oid = byName.get(`p${n}`);
    if (oid === undefined) throw new HxError("lane-invalid", `'${partPath(session, n)}' is missing`);
    const bytes = await store.readBlob(oid);
    chain.push(chainHash(h, chain.at(-1) ?? CHAIN_START, h(bytes)));
    parts.push(checkedPart(decodePartRecord(bytes), n, parts, session));
  }
  if (!equal(chain.at(-1) ?? CHAIN_START, manifest.parts.hash)) throw new HxError("lane-invalid", `the parts of session '${session}' are not those of its manifest`);
  const segments = new Map<number, Oid>();
  for (const part of parts) for (const { number } of part.segments) segments.set(number, segmentOid(byName, session, number));
  if (1 + parts.length + segments.size !== entries.length) throw new HxError("lane-invalid", `session '${session}' holds something that no part lists`);
  return { session, manifest, parts, chain, segments };
}

function segmentOid(byName: ReadonlyMap<string, Oid>, session: SessionId, number: number): Oid {
  const oid = byName.get(String(number));
  if (oid === undefined) throw new HxError("lane-invalid", `segment ${number} of session '${session}' is missing`);
  return oid;
}

function checkedPart(part: PartRecord, n: number, before: readonly PartRecord[], session: SessionId): PartRecord {
  const wrong = (what: string): HxError => new HxError("lane-invalid", `part ${n} of session '${session}' ${what}`);
  if (part.n !== n) throw wrong(`says that it is part ${part.n}`);
  if (part.chain !== n && part.chain !== before.at(-1)?.chain) throw wrong("belongs to no chain of keys");
  const last = before.findLast(({ segments }) => segments.length > 0)?.segments.at(-1);
  const first = part.segments[0];
  if (first !== undefined && last !== undefined && first.number <= last.number) throw wrong("repeats a segment number");
  return part;
}
