import type { ItemId } from "../../domain/ids.ts";
import type { Place } from "../../domain/sharing/statement.ts";
import type { Author } from "../read/author-keys.ts";

/** A key that may open items. One id stands for one seed, for ever. */
export interface ItemKey {
  readonly id: string;
  /** X-Wing seed (32). */
  readonly seed: Uint8Array;
}

/** An item that concerns whoever has the keys. */
export interface IndexedItem {
  readonly id: ItemId;
  readonly place: Place;
  /** `kind` of its body; empty when it has none. */
  readonly kind: string;
  /** The CBOR map that was sealed. */
  readonly body: Uint8Array;
}

/** The epochs of a person key, as keys of items. */
export function personItemKeys(author: Author): readonly ItemKey[] {
  return author.keys.map(({ epoch, seed }) => ({ id: `person/${author.person}/${epoch}`, seed }));
}
