import type { LaneId, PersonId } from "../../domain/ids.ts";
import type { Place } from "../../domain/sharing/statement.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import type { SharingHere } from "./read-sharing.ts";

/**
 * Which entries are held (docs/spec/sharing.md, "Access"): a header of a lane of another person than who reads names a header at or after
 * theirs. Whose a lane is tells a tie that was shown, or a statement of theirs that is believed in it. A lane in which the reader speaks
 * too is not another's.
 */
export async function heldPlaces(state: WorkspaceState, { index, believed, sharing }: Pick<SharingHere, "index" | "believed" | "sharing">): Promise<(place: Place, reader: PersonId) => boolean> {
  const people = new Map<LaneId, Set<PersonId>>();
  const speaks = (lane: LaneId, person: PersonId): void => void people.set(lane, (people.get(lane) ?? new Set()).add(person));
  for (const { lane, person } of index.ties(state)) speaks(lane, person);
  for (const { place, said } of believed) speaks(place.lane, said.person);
  const named = new Map<LaneId, ReadonlyMap<LaneId, number>>();
  for (const { access } of sharing.accesses.values()) {
    const { lane } = access.place;
    if (!named.has(lane)) named.set(lane, await index.namedBy(lane));
  }
  const newest = new Map<string, number>();
  return ({ lane, seq }, reader) => {
    const name = `${lane} ${reader}`;
    const known = newest.get(name) ?? Math.max(-1, ...others(named.get(lane) ?? new Map(), people, reader));
    newest.set(name, known);
    return known >= seq;
  };
}

function others(by: ReadonlyMap<LaneId, number>, people: ReadonlyMap<LaneId, ReadonlySet<PersonId>>, reader: PersonId): number[] {
  return [...by].flatMap(([lane, seq]) => {
    const whose = people.get(lane);
    return whose === undefined || whose.has(reader) ? [] : [seq];
  });
}
