import { seeded } from "./random.ts";

/** Days since 1970, UTC. */
export type Days = ReadonlySet<number>;

/** 1 July 2026, and the days of its quarter. */
export const FIRST_DAY: number = Date.UTC(2026, 6, 1) / 86_400_000;
export const QUARTER = 92;
/** Of everybody: 3 July and 7 September. */
const HOLIDAYS: Days = new Set([2, 68].map((day) => FIRST_DAY + day));

/** What one person leaves behind in a quarter. */
export interface Traces {
  readonly author: string;
  /** Days with commits. */
  readonly commits: Days;
  /** Days with pushed sessions, one set for each device, and so for each lane. */
  readonly lanes: readonly Days[];
}

/**
 * A quarter of a team: some work part-time, most are away for a while, some commit at weekends, and everybody has busy and quiet
 * stretches. On most days with commits, and some without, they push sessions; every fourth person does it from two devices.
 */
export function makeTeam(people: number, seed: number): readonly Traces[] {
  const random = seeded(seed * 1000 + people);
  return Array.from({ length: people }, (_, n) => makeTraces(random, `Author ${n + 1}`, n % 4 === 3));
}

function makeTraces(random: () => number, author: string, two: boolean): Traces {
  const between = (low: number, high: number): number => low + (high - low) * random();
  const chance = (probability: number): boolean => random() < probability;
  const works = weekOf(random);
  const away = absences(random);
  const weekend = chance(0.25) ? between(0.1, 0.3) : 0.01;
  const [busy, quiet] = [between(0.75, 0.95), between(0.3, 0.6)];
  const [withCommits, without] = [between(0.65, 0.95), between(0.1, 0.35)];
  const [first, second] = two ? [between(0.5, 0.8), between(0.3, 0.5)] : [1, 0];
  const commits = new Set<number>();
  const lanes = [new Set<number>(), new Set<number>()] as const;
  let isBusy = chance(0.6);
  for (let day = FIRST_DAY; day < FIRST_DAY + QUARTER; day++) {
    if (chance(0.2)) isBusy = !isBusy;
    const atWork = HOLIDAYS.has(day) || !works.has(weekday(day)) ? chance(weekend) : !away.has(day);
    if (!atWork) continue;
    const committed = chance(isBusy ? busy : quiet);
    if (committed) commits.add(day);
    if (!chance(committed ? withCommits : without)) continue;
    const onSecond = chance(second);
    if (onSecond) lanes[1].add(day);
    if (chance(first) || !onSecond) lanes[0].add(day);
  }
  return { author, commits, lanes: two ? lanes : [lanes[0]] };
}

/** 0 is Sunday: 1 January 1970 was a Thursday. */
const weekday = (day: number): number => (day + 4) % 7;

function weekOf(random: () => number): ReadonlySet<number> {
  const days = new Set([1, 2, 3, 4, 5]);
  if (random() < 0.25) for (let free = 1 + Math.floor(random() * 2); free > 0; free--) days.delete(1 + Math.floor(random() * 5));
  return days;
}

function absences(random: () => number): Days {
  const away = new Set<number>();
  for (let blocks = Math.floor(random() * 3); blocks > 0; blocks--) {
    const from = FIRST_DAY + Math.floor(random() * QUARTER);
    const length = 2 + Math.floor(random() * 12);
    for (let day = from; day < from + length; day++) away.add(day);
  }
  return away;
}
