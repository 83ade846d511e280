import { concat } from "../domain/bytes.ts";
import { HxError } from "../domain/errors.ts";
import type { RepoId } from "../domain/ids.ts";
import { decodeCborMap, encodeCbor } from "./cbor.ts";
import type { CborInput, CborMap } from "./cbor.ts";
import { SUITE } from "./fields.ts";
import { idBytes } from "./ids.ts";
import { padBody, unpadBody } from "./padded-body.ts";
import type { AeadCipher, KeyWrapper, RandomSource } from "./primitives.ts";
import { itemContext, wrapLength } from "./wrap.ts";

const NONCE = 24;
const TAG = 16;
const BODY = 1024;
const STANZA = wrapLength(32);
const STANZAS = 2;

/** Bytes of every item, docs/spec/wrap.md. */
export const ITEM_LENGTH: number = 1 + STANZAS * STANZA + NONCE + BODY + TAG;

/** Most bytes of CBOR that the body of an item holds. */
export const ITEM_BODY_LENGTH: number = BODY - 2;

export interface ItemPrimitives {
  readonly wrapper: KeyWrapper;
  readonly aead: AeadCipher;
  readonly random: RandomSource;
}

export interface ItemPlace {
  readonly repo: RepoId;
  /** Public key of the lane it lies in. */
  readonly lane: Uint8Array;
}

/** `to`: the person concerned and the person acting, the same key twice if they are one. @throws HxError `encoding-invalid` when the body does not fit. */
export function sealItem(primitives: ItemPrimitives, to: readonly [Uint8Array, Uint8Array], place: ItemPlace, body: CborInput): Uint8Array {
  const key = primitives.random.bytes(32);
  const nonce = primitives.random.bytes(NONCE);
  const padded = padBody(encodeCbor(body), [BODY]);
  const stanzas = to.map((recipient) => primitives.wrapper.wrap(recipient, itemContext(place.repo), key));
  return concat(Uint8Array.of(SUITE), ...stanzas, nonce, primitives.aead.seal(key, nonce, additional(place), padded));
}

/**
 * The body, or null when neither stanza is for this key.
 * @throws HxError `item-invalid` when it is not well formed or a stanza opens and the body does not,
 * `too-new` for an unknown suite.
 */
export function openItem(primitives: Omit<ItemPrimitives, "random">, seed: Uint8Array, place: ItemPlace, item: Uint8Array): CborMap | null {
  if (item.length !== ITEM_LENGTH) throw new HxError("item-invalid", `no item has ${item.length} bytes`);
  if (item[0] === 0) throw new HxError("item-invalid", "an item of suite 0");
  if (item[0] !== SUITE) throw new HxError("too-new", `the suite '${item[0]}' of an item is not known`);
  const nonceAt = 1 + STANZAS * STANZA;
  for (let at = 1; at < nonceAt; at += STANZA) {
    const key = openStanza(primitives.wrapper, seed, place, item.slice(at, at + STANZA));
    if (key === null) continue;
    const body = primitives.aead.open(key, item.slice(nonceAt, nonceAt + NONCE), additional(place), item.slice(nonceAt + NONCE));
    if (body === null) throw new HxError("item-invalid", "the body of an item does not open");
    return bodyOf(body);
  }
  return null;
}

function openStanza(wrapper: KeyWrapper, seed: Uint8Array, place: ItemPlace, stanza: Uint8Array): Uint8Array | null {
  try {
    return wrapper.open(seed, itemContext(place.repo), stanza);
  } catch (cause) {
    throw new HxError("item-invalid", "a stanza of an item is not a wrap", { cause });
  }
}

function bodyOf(padded: Uint8Array): CborMap {
  try {
    return decodeCborMap(unpadBody(padded, [BODY]));
  } catch (cause) {
    throw new HxError("item-invalid", "the body of an item is not what it must be", { cause });
  }
}

function additional(place: ItemPlace): Uint8Array {
  return encodeCbor(["hx/item/v1", SUITE, idBytes(place.repo), place.lane]);
}
