import { toHex } from "../../domain/bytes.ts";
import { isHxError, type HxError } from "../../domain/errors.ts";
import type { LaneId, PersonId } from "../../domain/ids.ts";
import { believe, type Claimed } from "../../domain/sharing/believe.ts";
import { foldSharing } from "../../domain/sharing/fold.ts";
import type { Sharing } from "../../domain/sharing/sharing.ts";
import type { Believed, Place, ShownTie } from "../../domain/sharing/statement.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { decodeCborMap } from "../../format/cbor.ts";
import { bytesField } from "../../format/fields.ts";
import { assembleItems, type OpenedBody } from "../../format/sharing/in-items.ts";
import { decodeSharing } from "../../format/sharing/statement.ts";
import { personItemKeys, type IndexedItem, type ItemKey } from "../items/item.ts";
import { ItemIndex } from "../items/item-index.ts";
import { frozenTrust, LaneTrusts } from "../lane/trust.ts";
import type { Ledger } from "../ledger.ts";
import { AS_THEY_ARE, laneSources, type LaneSource } from "../read/lane-source.ts";
import type { Acting } from "../workspace/acting.ts";
import { succeededAuthors } from "./authors.ts";
import { KnownSignatures } from "./known-signatures.ts";

/** Commits whose statements are read before others have their turn: some milliseconds. */
const AT_ONCE = 50;

/** A statement of sharing that opened and is not believed, or could not be read. */
export interface Disbelieved {
  readonly place: Place;
  readonly why: string;
}

/** Everything that the lanes here tell this person about sharing. */
export interface SharingHere {
  readonly sharing: Sharing;
  /** All that is believed, oldest first in each lane. */
  readonly believed: readonly Believed[];
  readonly disbelieved: readonly Disbelieved[];
  readonly index: ItemIndex;
  /** The lanes as they are, what a removal froze included. */
  readonly lanes: readonly LaneSource[];
  /** Lanes whose items could not be read to their end. */
  readonly problems: readonly { readonly lane: LaneId; readonly error: HxError }[];
}

/** The team keys, and the person keys of those whom a team of this person succeeds, as keys of items. */
function furtherKeys(ledger: Ledger, state: WorkspaceState, acting: Acting): readonly ItemKey[] {
  const teams = acting.teamKeys.map(({ team, epoch, seed }) => ({ id: `team/${team}/${epoch}`, seed }));
  const departed = succeededAuthors(ledger.crypto, state, acting).flatMap(personItemKeys);
  return [...teams, ...departed];
}

/**
 * Opens what is new in all lanes here, and says what it amounts to. Touches no network.
 * What lies beyond what a removal froze is believed of nobody but of who reads: an access entry is kept, whoever may have reason to lose it.
 */
export async function readSharing(ledger: Ledger, state: WorkspaceState, acting: Acting): Promise<SharingHere> {
  const author = { person: acting.person, keys: acting.personKeys };
  const lanes = await laneSources(ledger, AS_THEY_ARE);
  const index = new ItemIndex(ledger, author, furtherKeys(ledger, state, acting));
  const { problems } = await index.update(lanes);
  const signatures = new KnownSignatures(ledger, author);
  const verify = await signatures.open();
  const counts = await countedHeaders(ledger, state, lanes);
  const keys = new Map(lanes.map(({ lane, publicKey }) => [lane, publicKey]));
  const believed: Believed[] = [];
  const disbelieved: Disbelieved[] = [];
  let n = 0;
  for (const [place, bodies] of byCommit(index.items())) {
    // Whoever reads ahead waits for the remote meanwhile, and takes what it said only where this gives way.
    if (++n % AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
    const lane = keys.get(place.lane);
    if (lane === undefined) continue;
    for (const { envelope, hash } of assembleItems((bytes) => ledger.crypto.hashes.h(bytes), bodies).whole) {
      const claim = claimOf(envelope, hash);
      if ("why" in claim) {
        disbelieved.push({ place, why: claim.why });
        continue;
      }
      const belief = believe(verify, state, claim, { repo: ledger.repo, lane, place });
      const isFrozen = claim.said.kind !== "access" && place.seq > (counts.get(place.lane) ?? Number.POSITIVE_INFINITY);
      if (belief.statement === null) disbelieved.push({ place, why: belief.why });
      else if (isFrozen) disbelieved.push({ place, why: "it lies beyond what a removal froze" });
      else believed.push(belief.statement);
    }
  }
  await signatures.save();
  return { sharing: foldSharing(state, believed), believed, disbelieved, index, lanes, problems };
}

/** The ties of one's own lanes as approvals show them, by public key of the lane (hex). */
export function ownTies(state: WorkspaceState, acting: Acting, here: Pick<SharingHere, "index" | "lanes">): ReadonlyMap<string, ShownTie> {
  return shownTies(state, [acting.person], here);
}

/** As `ownTies`, of the lanes of these people as far as they open here: oneself, and those whom one succeeds. */
export function shownTies(state: WorkspaceState, people: readonly PersonId[], { index, lanes }: Pick<SharingHere, "index" | "lanes">): ReadonlyMap<string, ShownTie> {
  const mine = new Set(index.ties(state).flatMap(({ lane, person }) => (people.includes(person) ? [lane] : [])));
  const keys = new Map(lanes.map(({ lane, publicKey }) => [lane, publicKey]));
  const ties = new Map<string, ShownTie>();
  for (const { kind, place, body } of index.items()) {
    const lane = keys.get(place.lane);
    if (kind !== "tie" || lane === undefined || !mine.has(place.lane) || ties.has(toHex(lane))) continue;
    const map = decodeCborMap(body);
    ties.set(toHex(lane), { lane, device: bytesField(map, "device"), signature: bytesField(map, "lane", 64) });
  }
  return ties;
}

/** Up to which header a lane counts, where a removal froze it. */
async function countedHeaders(ledger: Ledger, state: WorkspaceState, lanes: readonly LaneSource[]): Promise<ReadonlyMap<LaneId, number>> {
  const counts = new Map<LaneId, number>();
  if (state.freezes.size === 0) return counts;
  const trusts = new LaneTrusts(ledger.trust);
  for (const { lane } of lanes) {
    const trust = await trusts.read(lane);
    const problem = trust === null ? null : frozenTrust(state, ledger.repo, lane, trust);
    if (problem !== null) counts.set(lane, problem.counted);
  }
  return counts;
}

/** Items of one commit belong together: a statement that does not fit into one is cut. */
function byCommit(items: readonly IndexedItem[]): ReadonlyMap<Place, readonly OpenedBody[]> {
  const places = new Map<string, Place>();
  const bodies = new Map<Place, OpenedBody[]>();
  for (const { id, place, kind, body } of items) {
    if (kind === "tie" || kind === "") continue;
    const name = `${place.lane} ${place.seq}`;
    const first = places.get(name) ?? place;
    places.set(name, first);
    const list = bodies.get(first) ?? [];
    bodies.set(first, list);
    list.push({ id, body: decodeCborMap(body) });
  }
  return bodies;
}

function claimOf(envelope: Uint8Array, hash: string): Claimed | { readonly why: string } {
  try {
    const { signed, statement } = decodeSharing(envelope);
    return { hash, said: statement, signed };
  } catch (error) {
    if (isHxError(error)) return { why: error.message };
    throw error;
  }
}
