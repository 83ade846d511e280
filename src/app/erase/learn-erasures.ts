import { isHxError } from "../../domain/errors.ts";
import type { LaneId, PersonId } from "../../domain/ids.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { decodeCborMap } from "../../format/cbor.ts";
import { decodeErasure, type Erasure } from "../../format/erasure.ts";
import { newErasures, noteErased } from "../capture/erased-names.ts";
import { isErased } from "../lane/erased.ts";
import type { Ledger } from "../ledger.ts";
import type { SharingHere } from "../sharing/read-sharing.ts";

/**
 * Takes from the ledger which sessions of agents the person erased, on whichever device: from then on this one does not capture them
 * either. Only what lies in a lane of theirs counts, beside the tombstone that a locked key signed: who merely has an unlocked lane key
 * stops no capture.
 */
export async function learnErasures(ledger: Ledger, state: WorkspaceState, person: PersonId, { index, lanes }: Pick<SharingHere, "index" | "lanes">): Promise<void> {
  const told = index.items().filter(({ kind }) => kind === "erasure");
  if (told.length === 0) return;
  const mine = new Set<LaneId>(index.ties(state).flatMap(({ lane, person: whose }) => (whose === person ? [lane] : [])));
  const sources = new Map(lanes.map((source) => [source.lane, source]));
  const claimed = told.flatMap(({ place, body }): (Erasure & { readonly lane: LaneId })[] => {
    const erasure = mine.has(place.lane) ? erasureOf(body) : null;
    return erasure === null ? [] : [{ ...erasure, lane: place.lane }];
  });
  const unknown = new Set(await newErasures(ledger.trust, claimed));
  const erased: Erasure[] = [];
  for (const one of claimed) {
    const source = unknown.has(one) ? sources.get(one.lane) : undefined;
    if (source !== undefined && (await isErased(ledger, source, one.session))) erased.push(one);
  }
  await noteErased(ledger.trust, erased);
}

function erasureOf(body: Uint8Array): Erasure | null {
  try {
    return decodeErasure(decodeCborMap(body));
  } catch (error) {
    if (isHxError(error)) return null;
    throw error;
  }
}
