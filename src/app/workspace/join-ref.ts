import { HxError } from "../../domain/errors.ts";
import type { Oid } from "../../domain/ids.ts";
import { commitDay, parseSessionsCommit } from "../../format/commit.ts";
import { splitEnvelope } from "../../format/envelope.ts";
import { openDeviceJoin, openJoin } from "../../format/join.ts";
import type { OpenedDeviceJoin, OpenedJoin } from "../../format/join.ts";
import { cutPieces, joinPieces, PIECE_LENGTH } from "../../format/pieces.ts";
import type { ObjectReader, ObjectWriter, TreeEntry } from "../../ports/git.ts";
import type { ReplayCrypto } from "./replay.ts";

/** Anybody who can write to the repository can push such a ref, so a reader takes little. */
const MAX_PIECES = 16;
/** The largest tree with as many entries has less than half of this. */
const MAX_TREE = 2048;

/** Who asks, under which id of `refs/sessions/v1/join/<id>` they must do it, and the envelope that a `person` statement takes over. */
export type JoinRequest =
  | { readonly kind: "person"; readonly id: string; readonly envelope: Uint8Array; readonly join: OpenedJoin }
  | { readonly kind: "device"; readonly id: string; readonly envelope: Uint8Array; readonly join: OpenedDeviceJoin };

/**
 * Writes the commit of a join ref. No ref is moved.
 * @param envelope `hx/join/v1` or `hx/join-device/v1`
 * @param now ms since 1970
 * @throws HxError `usage` for one that is too long
 */
export async function writeJoin(store: ObjectWriter, envelope: Uint8Array, now: number): Promise<Oid> {
  const pieces = cutPieces(envelope);
  if (pieces.length > MAX_PIECES) throw new HxError("usage", `a request to join has at most ${MAX_PIECES * PIECE_LENGTH} bytes, this one has ${envelope.length}`);
  const entries: TreeEntry[] = [];
  for (const [k, piece] of pieces.entries()) entries.push({ name: String(k), mode: "100644", oid: await store.writeBlob(piece) });
  const j = await store.writeTree(entries);
  const tree = await store.writeTree([{ name: "j", mode: "40000", oid: j }]);
  return await store.writeCommit({ tree, parents: [], day: commitDay(now) });
}

/**
 * Reads and verifies what a join ref holds. It proves nothing about who made it: people compare the fingerprint.
 * @param id the last part of the ref's name
 * @param now ms since 1970
 * @throws HxError `encoding-invalid`, `signature-invalid`, `wrap-invalid`, `too-new`; `missing-object`
 */
export async function readJoin(crypto: ReplayCrypto, store: ObjectReader, id: string, tip: Oid, now: number): Promise<JoinRequest> {
  const request = openRequest(crypto, await readPieces(store, tip, now));
  if (request.id !== id) throw new HxError("encoding-invalid", `a request to join under the id '${id.slice(0, 40)}' is that of '${request.id}'`);
  return request;
}

function openRequest({ hashes, signer }: ReplayCrypto, envelope: Uint8Array): JoinRequest {
  const verify = (key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => signer.verify(key, message, signature);
  if (splitEnvelope(envelope).type === "hx/join-device/v1") {
    const join = openDeviceJoin(hashes, verify, envelope);
    return { kind: "device", id: join.device.id, envelope, join };
  }
  const join = openJoin(hashes, verify, envelope);
  return { kind: "person", id: join.opened.person.id, envelope, join };
}

async function readPieces(store: ObjectReader, tip: Oid, now: number): Promise<Uint8Array> {
  await bounded(store, tip, "commit", 4096);
  const { tree, parents } = parseSessionsCommit(await store.readCommit(tip), now);
  if (parents.length > 0) throw new HxError("encoding-invalid", "a request to join with a parent");
  const [top, ...rest] = await treeOf(store, tree);
  if (top === undefined || rest.length > 0 || top.name !== "j" || top.mode !== "40000") throw outside(top?.name ?? "");
  const entries = new Map((await treeOf(store, top.oid)).map((entry) => [entry.name, entry]));
  if (entries.size > MAX_PIECES) throw new HxError("encoding-invalid", `a request to join in ${entries.size} pieces`);
  const pieces: Uint8Array[] = [];
  for (let k = 0; k < entries.size; k++) {
    const entry = entries.get(String(k));
    if (entry === undefined || entry.mode !== "100644") throw outside(`j/${k}`);
    await bounded(store, entry.oid, "blob", PIECE_LENGTH);
    pieces.push(await store.readBlob(entry.oid));
  }
  return joinPieces(pieces);
}

async function treeOf(store: ObjectReader, oid: Oid): Promise<readonly TreeEntry[]> {
  await bounded(store, oid, "tree", MAX_TREE);
  return await store.readTree(oid);
}

async function bounded(store: ObjectReader, oid: Oid, type: "commit" | "tree" | "blob", most: number): Promise<void> {
  const info = await store.info(oid);
  if (info === null) throw new HxError("missing-object", `object '${oid}' of a request to join is not here`);
  if (info.type !== type || info.size > most) throw new HxError("encoding-invalid", `a ${info.type} of ${info.size} bytes where a request to join has a ${type} of at most ${most}`);
}

function outside(path: string): HxError {
  return new HxError("encoding-invalid", `'${path.slice(0, 80)}' has no place, or is missing, in a request to join`);
}
