import { isHxError } from "../../domain/errors.ts";
import type { PersonId } from "../../domain/ids.ts";
import type { ShownVersion } from "../../domain/policy/version.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { decodeCborMap } from "../../format/cbor.ts";
import { sealItem } from "../../format/item.ts";
import { readShownBody, SHOWN_KIND, shownBody } from "../../format/shown.ts";
import type { ItemIndex } from "../items/item-index.ts";
import type { WritableLedger } from "../ledger.ts";

/** What the items in a person's own lanes say that they were shown. Anybody may seal to them; only they write these lanes. */
export function sealedShown(index: ItemIndex, state: WorkspaceState, person: PersonId): readonly ShownVersion[] {
  const own = new Set(index.ties(state).flatMap((tie) => (tie.person === person ? [tie.lane] : [])));
  return index.items().flatMap(({ kind, place, body }) => {
    if (kind !== SHOWN_KIND || !own.has(place.lane)) return [];
    try {
      return [readShownBody(decodeCborMap(body))];
    } catch (error) {
      if (!isHxError(error)) throw error; // damaged: it says nothing
      return [];
    }
  });
}

/** Items for the lane of this clone, which nobody but its author opens. */
export function sealShown({ crypto, repo, lane }: WritableLedger, versions: readonly ShownVersion[]): readonly Uint8Array[] {
  return versions.map((version) => sealItem(crypto, [lane.to, lane.to], { repo, lane: lane.publicKey }, shownBody(version)));
}
