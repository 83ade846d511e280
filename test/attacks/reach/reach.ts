import { loadCrypto } from "../../../src/adapters/crypto/libsodium.ts";
import { loadSodium } from "../../../src/adapters/crypto/sodium.ts";
import { hkdfSha256 } from "../../../src/adapters/crypto/wrapper.ts";
import { toHex, utf8 } from "../../../src/domain/bytes.ts";
import { decodeCborMap, encodeCbor, type CborMap } from "../../../src/format/cbor.ts";
import { idBytes } from "../../../src/format/ids.ts";
import type { RepoId, SessionId } from "../../../src/domain/ids.ts";
import { ITEM_LENGTH } from "../../../src/format/item.ts";
import { unpadBody } from "../../../src/format/padded-body.ts";
import { commitment, nextChainKey, partKey } from "../../../src/format/part-keys.ts";
import { openPrivate } from "../../../src/format/private-block.ts";
import { openSegment } from "../../../src/format/segment.ts";
import { wrapInfo, wrapLength } from "../../../src/format/wrap.ts";
import { NOBODY, words, type Secrets } from "./gather.ts";
import { haulOf, wrapOf, type Haul, type Part, type Wrap } from "./haul.ts";
import type { Objects } from "./objects.ts";

/** What somebody reaches. */
export interface Reached {
  /** Numbers of the parts of which blocks and segments opened, by session. */
  readonly parts: ReadonlyMap<string, ReadonlySet<number>>;
  /** Titles that opened, by session. */
  readonly titles: ReadonlyMap<string, string>;
  /** Bodies of the items that opened, by object id. */
  readonly items: ReadonlyMap<string, CborMap>;
  /** Keys that were found to be keys of something, of which one began. */
  readonly keys: number;
  /** Wraps that were tried, with one key each. */
  readonly tried: number;
}

const LABELS = ["part", "next", "private", "hx/person-recovery/v1", "hx/person-sign/v1", "hx/catalog/v3", "hx/items/v1", "hx/signatures/v1"];
/** Of plaintexts, where the purpose fixes them: docs/spec/wrap.md. */
const LENGTHS: Readonly<Record<string, number>> = { "person-key": 32, "person-key-before": 32, membership: 64, "membership-before": 32, team: 32, "team-before": 32, succession: 32, "succession-box": wrapLength(32) };
const PRIVATE_NONCE = 24;
/** Bytes of a public key by which most that are not looked for are known. */
const START = 16;

interface Plain {
  readonly purpose: string;
  readonly plain: Uint8Array;
}

// Of primitives, which give the same whoever asks: most keys are tried on most wraps for several people, and on several copies of the host.
/** What comes out of a wrap with a key, whether it fits or not. */
const plains = new Map<string, readonly Plain[]>();
/** By the secret key, hex: how the public key begins. */
const publicStarts = new Map<string, string>();
const ITEM_BODY_AT = 1 + 2 * wrapLength(32);

/**
 * Everything that keys open in these objects, to a fixed point, with primitives alone: no rule of a client is asked, no context is needed
 * (a wrap is decrypted without its authentication, and what comes out is a key if it fits something), and no path is believed.
 * What is held is tried on all; what is derived counts as a key when it is the secret of a public key, meets the commitment of a part, or opens an item.
 */
export async function reach(objects: Objects, secrets: Secrets = NOBODY): Promise<Reached> {
  const [crypto, sodium] = await Promise.all([loadCrypto(), loadSodium()]);
  const { aead, hashes } = crypto;
  const haul: Haul = haulOf(new Map([...objects, ...secrets.objects]));
  const byCommitment = new Map(haul.parts.map((part) => [toHex(part.record.commitment), part]));
  const steps = 1 + Math.max(0, ...haul.parts.map(({ record }) => record.n));
  const places = haul.parts.map(({ session, record }) => [session, record.n] as const);
  const opened = new Map<string, { readonly part: Part; readonly key: Uint8Array | null }>();
  const items = new Map<string, CborMap>();
  const seen = new Map<string, boolean>();
  const queue: { readonly key: Uint8Array; readonly held: boolean }[] = [];
  let [keys, tried] = [0, 0];

  const isPartKey = (key: Uint8Array): boolean => {
    let is = false;
    for (const [session, n] of places) {
      const part = byCommitment.get(toHex(commitment(hashes.h, key, session, n)));
      if (part?.session !== session || part.record.n !== n) continue;
      opened.set(`${session} ${n}`, { part, key });
      is = true;
    }
    return is;
  };
  const isChainKey = (key: Uint8Array): boolean => {
    let [chain, is] = [key, false];
    for (let step = 0; step < steps; step++, chain = nextChainKey(hashes, chain)) is = isPartKey(partKey(hashes, chain)) || is;
    return is;
  };
  const starts = new Set([...haul.publicKeys].map((hex) => hex.slice(0, 2 * START)));
  const isSeed = (key: Uint8Array): boolean => {
    const name = toHex(key);
    const start = publicStarts.get(name) ?? toHex(crypto.wrapper.publicKey(key).subarray(0, START));
    publicStarts.set(name, start);
    return starts.has(start) && haul.publicKeys.has(toHex(crypto.wrapper.publicKey(key)));
  };
  const isKey = (key: Uint8Array): boolean => [isPartKey(key), isChainKey(key), isBlockKey(key), isSeed(key)].includes(true);
  /** What comes out of a wrap with a key that is not the one is noise: only what it can be by its place is looked for in it. */
  const fits = (key: Uint8Array, purpose: string): boolean => (purpose === "share" || purpose === "author" ? isPartKey(key) || isChainKey(key) : isSeed(key));

  /** The keystream alone: sealing a ciphertext decrypts it, whatever it was bound to. */
  const undo = (key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array => aead.seal(key, nonce, new Uint8Array(0), sealed.subarray(0, sealed.length - 16)).subarray(0, sealed.length - 16);

  /** As a share key, on all that can be under one. */
  const openKeyed = (key: Uint8Array): void => {
    for (const { nonce, sealed } of haul.keyed) {
      const pieces = piecesOf(undo(key, nonce, sealed));
      if (pieces.some(isPartKey)) for (const piece of pieces) queue.push({ key: piece, held: true });
    }
  };

  const openItem = (oid: string, key: Uint8Array): void => {
    const item = haul.items.get(oid);
    if (item?.length !== ITEM_LENGTH) return;
    const plain = undo(key, item.slice(ITEM_BODY_AT, ITEM_BODY_AT + 24), item.slice(ITEM_BODY_AT + 24));
    const body = bodyOf(plain);
    if (body === null) return;
    items.set(oid, body);
    for (const word of words(plain)) queue.push({ key: word, held: false });
  };

  const plainsOf = (seed: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array }, wrap: Wrap): readonly Plain[] => {
    const shared = decapsulate(wrap, seed.privateKey);
    if (shared === null) return [];
    return wrap.purposes.flatMap((purpose) => {
      if ((LENGTHS[purpose] ?? wrap.sealed.length - 16) !== wrap.sealed.length - 16) return [];
      const key = hkdfSha256(shared, new Uint8Array(0), wrapInfo(hashes.h, purpose, seed.publicKey, wrap.kem), 32);
      return [{ purpose, plain: undo(key, new Uint8Array(24), wrap.sealed) }];
    });
  };
  const openWrap = (seed: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array }, wrap: Wrap): void => {
    tried++;
    const name = `${toHex(seed.privateKey)} ${wrap.id}`;
    const outcome = plains.get(name) ?? plainsOf(seed, wrap);
    plains.set(name, outcome);
    for (const { purpose, plain } of outcome) {
      if (wrap.item !== undefined) openItem(wrap.item, plain);
      else if (purpose === "succession-box") takeInner(plain);
      else if (purpose === "share-key") openKeyed(plain);
      else if (purpose !== "name") {
        const pieces = piecesOf(plain);
        if (pieces.some((piece) => fits(piece, purpose))) for (const piece of pieces) queue.push({ key: piece, held: true });
      }
    }
  };
  const inner: Wrap[] = [];
  const takeInner = (plain: Uint8Array): void => {
    if (plain.length !== wrapLength(32) || plain[0] !== 1 || plain[1] !== 1) return;
    const wrap = wrapOf(plain, ["succession"]);
    inner.push(wrap);
    for (const [hex, real] of seen) if (real) openWrap(pairOf(Uint8Array.from(Buffer.from(hex, "hex"))), wrap);
  };
  const pairs = new Map<string, { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array }>();
  const pairOf = (key: Uint8Array): { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array } => {
    const pair = pairs.get(toHex(key)) ?? sodium.crypto_kem_xwing_seed_keypair(key);
    pairs.set(toHex(key), pair);
    return pair;
  };
  const decapsulate = ({ kem }: Wrap, privateKey: Uint8Array): Uint8Array | null => {
    try {
      return sodium.crypto_kem_xwing_dec(kem, privateKey);
    } catch {
      return null;
    }
  };

  /** As the key of a private block, and of a segment, without anything that it would be derived from. */
  const isBlockKey = (key: Uint8Array): boolean => {
    let is = false;
    for (const part of haul.parts) {
      const { session, record } = part;
      if (aead.open(key, record.private.slice(0, PRIVATE_NONCE), privateContext(haul.repo, session, record.n), record.private.slice(PRIVATE_NONCE)) === null) continue;
      const name = `${session} ${record.n}`;
      if (!opened.has(name)) opened.set(name, { part, key: null });
      is = true;
    }
    return is;
  };

  for (const key of secrets.keys) queue.push({ key, held: true });
  for (const key of [...secrets.others, ...haul.open]) queue.push({ key, held: false });
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { key, held } = next;
    const name = toHex(key);
    if (seen.has(name) && (seen.get(name) === true || !held)) continue;
    const real = isKey(key) || held;
    seen.set(name, real);
    if (!real) continue;
    keys++;
    for (const label of LABELS) {
      const derived = hashes.keyed(key, utf8(label));
      queue.push({ key: derived, held: false });
      for (const file of secrets.sealed) {
        const plain = aead.open(derived, file.slice(0, 24), utf8(haul.repo), file.slice(24));
        if (plain !== null) for (const word of words(plain)) queue.push({ key: word, held: false });
      }
    }
    for (const oid of haul.items.keys()) openItem(oid, key);
    openKeyed(key);
    const pair = pairOf(key);
    for (const wrap of [...haul.wraps, ...inner]) openWrap(pair, wrap);
  }

  const parts = new Map<string, Set<number>>();
  const titles = new Map<string, string>();
  for (const { part, key } of opened.values()) {
    const { session, record } = part;
    parts.set(session, (parts.get(session) ?? new Set()).add(record.n));
    if (key === null) continue;
    const facts = openPrivate(aead, hashes, key, { suite: 1, repo: haul.repo, session, n: record.n }, record.private);
    for (const [number, bytes] of part.segments) openSegment(crypto.segments, key, { repo: haul.repo, session, part: record.n, segment: number }, bytes);
    if (facts.title !== undefined) titles.set(session, facts.title);
  }
  return { parts, titles, items, keys, tried };
}

function piecesOf(plain: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: Math.floor(plain.length / 32) }, (_, i) => plain.slice(i * 32, i * 32 + 32));
}

function bodyOf(plain: Uint8Array): CborMap | null {
  try {
    const body = decodeCborMap(unpadBody(plain, [1024]));
    return typeof body.get("kind") === "string" ? body : null;
  } catch {
    return null;
  }
}

/** docs/spec/lane.md, "Private block". */
function privateContext(repo: RepoId, session: SessionId, n: number): Uint8Array {
  return encodeCbor(["hx/private/v1", 1, idBytes(repo), idBytes(session), n]);
}
