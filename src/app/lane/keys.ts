import { equal, toHex } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { Oid, RepoId } from "../../domain/ids.ts";
import { parseCommit, parseSessionsCommit } from "../../format/commit.ts";
import { decodeEnvelope, openEnvelope } from "../../format/envelope.ts";
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

/** What a keys ref says of itself, its signature not verified: which lane it is of, and which repository. @throws HxError of whatever is wrong with it */
export async function unverifiedKeysLane(store: ObjectReader, oid: Oid): Promise<Pick<KeysHeader, "lane" | "repo">> {
  const entry = await entryAt(store, parseCommit(await store.readCommit(oid)).tree, HEADER_PATH);
  if (entry === null) throw new HxError("keys-invalid", "a keys ref has no header");
  return decodeKeysHeader(decodeEnvelope(await store.readBlob(entry.oid), "hx/keys/v1").payload);
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
  return await asKeys(() => verified(store, rules, oid, trust));
}

async function asKeys<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof HxError) || ["keys-invalid", "too-new", "missing-object", "git-failed"].includes(cause.code)) throw cause;
    throw new HxError("keys-invalid", `a keys ref is damaged: ${cause.message}`, { cause });
  }
}

async function verified(store: ObjectReader, rules: KeysRules, oid: Oid, trust: KeysTrust | null): Promise<KeysTrust> {
  const { tree, header, list } = await openKeys(store, rules, oid, trust);
  const before = await formerTree(store, trust);
  const wraps: Record<string, string> = before === null ? {} : { ...trust?.wraps };
  for await (const change of changesOf(store, before, tree)) await follow(store, rules.crypto.hashes, wraps, change);
  await checkList(store, rules, tree, header);
  for (const [id, hash] of Object.entries(trust?.wraps ?? {})) if (wraps[id] !== hash) await requireTombstone(store, rules, tree, id, hash);
  return { oid, counter: header.counter, list, wraps };
}

/**
 * As `verifyKeys`, where the last good state is a commit that is here: only what changed since is looked at.
 * @param former commit of the keys ref as it was
 * @throws HxError `keys-invalid`
 */
export async function verifyKeysAfter(store: ObjectReader, rules: KeysRules, oid: Oid, former: Oid): Promise<void> {
  await asKeys(async () => {
    const last = parseCommit(await store.readCommit(former));
    const known = await readKeysHeader(store, rules.crypto, rules.lane, last.tree);
    const { tree, header } = await openKeys(store, rules, oid, { counter: known.counter, list: toHex(known.list) });
    const { hashes } = rules.crypto;
    for await (const change of changesOf(store, last.tree, tree)) {
      await follow(store, hashes, {}, change);
      const place = parseKeysPath(change.path);
      if (place?.kind === "wrap" && change.before !== null) await requireTombstone(store, rules, tree, place.id, toHex(hashes.h(await store.readBlob(change.before))));
    }
    await checkList(store, rules, tree, header);
  });
}

/** Commit and header of a keys ref, held against the last one. */
async function openKeys(store: ObjectReader, rules: KeysRules, oid: Oid, last: Pick<KeysTrust, "counter" | "list"> | null): Promise<{ readonly tree: Oid; readonly header: KeysHeader; readonly list: string }> {
  const commit = parseSessionsCommit(await store.readCommit(oid), rules.nowMs());
  if (commit.parents.length > 0) throw invalid("a keys ref has a history");
  const header = await readKeysHeader(store, rules.crypto, rules.lane, commit.tree);
  if (header.repo !== rules.repo) throw invalid("a keys ref is for another repository");
  if (header.counter < Math.max(rules.atLeast, last?.counter ?? 0)) throw invalid(`a keys ref went back to counter ${header.counter}`, "counter");
  const list = toHex(header.list);
  if (last !== null && header.counter === last.counter && list !== last.list) throw invalid(`two keys refs have counter ${header.counter}`, "counter");
  return { tree: commit.tree, header, list };
}

async function checkList(store: ObjectReader, rules: KeysRules, tree: Oid, header: KeysHeader): Promise<void> {
  if (!equal(await treeState(store, rules.crypto.hashes.h, tree, rules.cache), header.list)) throw invalid("the wraps are not those that the header signs");
}

async function requireTombstone(store: ObjectReader, rules: KeysRules, tree: Oid, id: string, hash: string): Promise<void> {
  const tombstone = await entryAt(store, tree, tombstonePath(id));
  checkTombstone(rules, id, hash, tombstone === null ? undefined : await store.readBlob(tombstone.oid));
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
  if (bytes === undefined) throw invalid(`'${wrapPath(id)}' was removed without a tombstone`, "tombstone");
  const { payload } = openEnvelope(bytes, "hx/tombstone/v1", (message, signature) => rules.crypto.signer.verify(rules.eraser, message, signature));
  const tombstone = decodeTombstone(payload);
  const fits = tombstone.repo === rules.repo && equal(tombstone.lane, rules.lane) && tombstone.path === wrapPath(id) && toHex(tombstone.hash) === hash;
  if (!fits) throw invalid(`the tombstone of '${wrapPath(id)}' is for something else`, "tombstone");
}

/** Which of the rules does not hold, for whoever has to say what somebody did: `data.rule` of the error. */
function invalid(what: string, rule?: "counter" | "tombstone"): HxError {
  return new HxError("keys-invalid", what, rule === undefined ? {} : { data: { rule } });
}
