import { assign } from "./assign.ts";
import type { Days } from "./team.ts";

/** All that the attacker has: who committed when, and when each lane grew. */
export interface Seen {
  readonly authors: ReadonlyMap<string, Days>;
  readonly lanes: ReadonlyMap<string, Days>;
}

/** Of how many lanes of one person the attacker thinks, and against what odds of the second. */
const DEVICES = [0, Math.log(4)];

/**
 * The guess of somebody with a clone and no key: an author for each lane, so that all pairs together are as likely as can be.
 * Knows nothing of anybody's habits: how often sessions come with commits is taken from each pair itself.
 */
export function attribute(seen: Seen): ReadonlyMap<string, string> {
  const shown = [...new Set([...seen.authors.values(), ...seen.lanes.values()].flatMap((days) => [...days]))];
  const places = DEVICES.flatMap((odds) => [...seen.authors].map(([author, days]) => ({ author, days, odds })));
  // By their days, and not as they come: what is equally likely is decided the same way under any names.
  const lanes = [...seen.lanes].map(([lane, days]) => ({ lane, days, text: [...days].sort().join() })).sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  const chosen = assign(lanes.map((lane) => places.map(({ days, odds }) => fit(lane.days, days, shown) - odds)));
  return new Map(lanes.map(({ lane }, i) => [lane, places[chosen[i] ?? -1]?.author ?? ""]));
}

/** What the first days of a quarter show. Lanes that did not grow in them are not there. */
export function before(seen: Seen, end: number): Seen {
  const cut = (all: ReadonlyMap<string, Days>): [string, Days][] => [...all].map(([name, days]) => [name, new Set([...days].filter((day) => day < end))]);
  return { authors: new Map(cut(seen.authors)), lanes: new Map(cut(seen.lanes).filter(([, days]) => days.size > 0)) };
}

/** What is left to see when everybody pushes sessions once a week: in which weeks there was something. */
export function byWeek(seen: Seen): Seen {
  const weeks = (all: ReadonlyMap<string, Days>): Map<string, Days> => new Map([...all].map(([name, days]) => [name, new Set([...days].map((day) => Math.floor((day + 3) / 7)))]));
  return { authors: weeks(seen.authors), lanes: weeks(seen.lanes) };
}

/**
 * How much likelier the days of a lane are when they hang on an author's than when they do not (logarithm of the ratio of both
 * likelihoods, each at its best rates); negative when the lane avoids the author's days.
 */
function fit(lane: Days, commits: Days, days: readonly number[]): number {
  const cells = [0, 0, 0, 0];
  for (const day of days) {
    const cell = (lane.has(day) ? 2 : 0) + (commits.has(day) ? 1 : 0);
    cells[cell] = (cells[cell] ?? 0) + 1;
  }
  const [neither = 0, committed = 0, grew = 0, both = 0] = cells;
  const [withLane, withCommits] = [grew + both, committed + both];
  const [withoutLane, withoutCommits] = [days.length - withLane, days.length - withCommits];
  const term = (count: number, row: number, column: number): number => (count === 0 ? 0 : count * Math.log((count * days.length) / (row * column)));
  const ratio = term(both, withLane, withCommits) + term(grew, withLane, withoutCommits) + term(committed, withoutLane, withCommits) + term(neither, withoutLane, withoutCommits);
  return both * neither >= grew * committed ? ratio : -ratio;
}
