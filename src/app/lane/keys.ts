import { equal, toHex } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { Oid, RepoId } from "../../domain/ids.ts";
import { parseCommit, parseSessionsCommit } from "../../format/commit.ts";
import { openEnvelope } from "../../format/envelope.ts";
import { decodeKeysHeader, type KeysHeader } from "../../format/keys-header.ts";
import { HEADER_PATH, parseKeysPath, tombstonePath, wrapPath } from "../../format/paths.ts";
import { decodeTombstone } from "../../format/tombstone.ts";
import type { Crypto, Hashes } from "../../ports/crypto.ts";
import type { ObjectReader } from "../../ports/git.ts";
import { treeState, type StateCache } from "./state.ts";
import { changesOf, entryAt, type Change } from "./tree.ts";
import type { KeysTrust } from "./trust.ts";

/** The verified header of a keys ref. @throws HxError `keys-invalid`, `signature-invalid` */
export async function readKeysHeader(store: ObjectReader, crypto: Crypto, lane: Uint8Array, tree: Oid): Promise<KeysHeader> {
  const entry = await entryAt(store, tree, HEADER_PATH);
  if (entry === null) throw new HxError("keys-invalid", "a keys ref has no header");
  const { payload } = openEnvelope(await store.readBlob(entry.oid), "hx/keys/v1", (message, signature) => crypto.signer.verify(lane, message, signature));
  const header = decodeKeysHeader(payload);
  if (!equal(header.lane, lane)) throw new HxError("keys-invalid", "a keys ref is for another lane");
  return header;
}

/** What a keys ref is verified against. */
export interface KeysRules {
  readonly crypto: Crypto;
  readonly repo: RepoId;
  readonly lane: Uint8Array;
  readonly eraser: Uint8Array;
  /** Counter that the lane's verified head names. */
  readonly atLeast: number;
  nowMs(): number;
  readonly cache: StateCache;
}

/**
 * Verifies a keys ref as a whole: docs/spec/lane.md, "Keys ref".
 * @throws HxError `keys-invalid`, with the path of a wrap that is missing without a tombstone
 */
export async function verifyKeys(store: ObjectReader, rules: KeysRules, oid: Oid, trust: KeysTrust | null): Promise<KeysTrust> {
  if (trust?.oid === oid && trust.counter >= rules.atLeast) return trust;
  try {
    return await verified(store, rules, oid, trust);
  } catch (cause) {
    if (!(cause instanceof HxError) || ["keys-invalid", "too-new", "missing-object", "git-failed"].includes(cause.code)) throw cause;
    throw new HxError("keys-invalid", `a keys ref is damaged: ${cause.message}`, { cause });
  }
}

async function verified(store: ObjectReader, rules: KeysRules, oid: Oid, trust: KeysTrust | null): Promise<KeysTrust> {
  const { hashes } = rules.crypto;
  const commit = parseSessionsCommit(await store.readCommit(oid), rules.nowMs());
  if (commit.parents.length > 0) throw invalid("a keys ref has a history");
  const header = await readKeysHeader(store, rules.crypto, rules.lane, commit.tree);
  if (header.repo !== rules.repo) throw invalid("a keys ref is for another repository");
  if (header.counter < Math.max(rules.atLeast, trust?.counter ?? 0)) throw invalid(`a keys ref went back to counter ${header.counter}`);
  const list = toHex(header.list);
  if (trust !== null && header.counter === trust.counter && list !== trust.list) throw invalid(`two keys refs have counter ${header.counter}`);
  const before = await formerTree(store, trust);
  const wraps: Record<string, string> = before === null ? {} : { ...trust?.wraps };
  for await (const change of changesOf(store, before, commit.tree)) await follow(store, hashes, wraps, change);
  if (!equal(await treeState(store, hashes.h, commit.tree, rules.cache), header.list)) throw invalid("the wraps are not those that the header signs");
  for (const [id, hash] of Object.entries(trust?.wraps ?? {})) {
    if (wraps[id] === hash) continue;
    const tombstone = await entryAt(store, commit.tree, tombstonePath(id));
    checkTombstone(rules, id, hash, tombstone === null ? undefined : await store.readBlob(tombstone.oid));
  }
  return { oid, counter: header.counter, list, wraps };
}

/** The tree that was verified before, from which only what changed need be looked at. */
async function formerTree(store: ObjectReader, trust: KeysTrust | null): Promise<Oid | null> {
  if (trust === null || trust.oid === NOT_KNOWN || (await store.info(trust.oid)) === null) return null;
  return parseCommit(await store.readCommit(trust.oid)).tree;
}

/** Stands in a trust whose commit must not be built on: everything is looked at again. */
export const NOT_KNOWN = "" as Oid;

async function follow(store: ObjectReader, hashes: Hashes, wraps: Record<string, string>, { path, after }: Change): Promise<void> {
  const place = parseKeysPath(path);
  if (place === null) throw invalid(`'${path}' may not lie in a keys ref`);
  if (place.kind === "header") return;
  if (after === null) {
    if (place.kind === "wrap") delete wraps[place.id];
    return;
  }
  const bytes = await store.readBlob(after);
  if (bytes.length >= 4096) throw invalid(`'${path}' has ${bytes.length} bytes`);
  if (place.kind === "wrap") wraps[place.id] = toHex(hashes.h(bytes));
}

/**
 * Whether this is the tombstone of the wrap with this id, whose bytes have this hash (hex).
 * @throws HxError `keys-invalid`, `signature-invalid`, `encoding-invalid`
 */
export function checkTombstone(rules: Pick<KeysRules, "crypto" | "repo" | "lane" | "eraser">, id: string, hash: string, bytes: Uint8Array | undefined): void {
  if (bytes === undefined) throw invalid(`'${wrapPath(id)}' was removed without a tombstone`);
  const { payload } = openEnvelope(bytes, "hx/tombstone/v1", (message, signature) => rules.crypto.signer.verify(rules.eraser, message, signature));
  const tombstone = decodeTombstone(payload);
  const fits = tombstone.repo === rules.repo && equal(tombstone.lane, rules.lane) && tombstone.path === wrapPath(id) && toHex(tombstone.hash) === hash;
  if (!fits) throw invalid(`the tombstone of '${wrapPath(id)}' is for something else`);
}

function invalid(what: string): HxError {
  return new HxError("keys-invalid", what);
}
