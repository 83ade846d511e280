import { attribute, before, byWeek, type Seen } from "./attacker.ts";
import { shuffled } from "./random.ts";
import { FIRST_DAY, makeTeam, QUARTER, type Days, type Traces } from "./team.ts";

export const SIZES = [4, 8, 16] as const;
const TEAMS = 50;
const WEEKS = Math.floor(QUARTER / 7);
const SHOWN_WEEKS = [1, 2, 4, 8, WEEKS] as const;

/** Lanes that were there to be attributed, and those of them that were attributed rightly. */
export interface Score {
  readonly right: number;
  readonly lanes: number;
}

export interface Figures {
  readonly people: number;
  /** The first of the teams, over the whole quarter. */
  readonly first: Score;
  /** All teams, after 1, 2, … weeks. */
  readonly weeks: readonly Score[];
  /** All teams after the quarter, when everybody pushes sessions once a week. */
  readonly weekly: Score;
  /** Control: the lanes of a team held against the commits of another. */
  readonly strangers: Score;
  /** Control: the days of each lane are the days of its author's commits. */
  readonly same: Score;
}

export type Attack = typeof attribute;

/** What the attack achieves against teams of so many people. */
export function figuresOf(people: number, attack: Attack = attribute): Figures {
  const teams = Array.from({ length: TEAMS }, (_, seed) => makeTeam(people, seed + 1));
  const others = Array.from({ length: TEAMS }, (_, seed) => makeTeam(people, seed + 1 + TEAMS));
  const score = (change: (team: Seen, n: number) => Seen, some = teams): Score => sum(some.map((team, n) => scoreOf(change(seenOf(team), n), attack)));
  return {
    people,
    first: score((seen) => seen, teams.slice(0, 1)),
    weeks: Array.from({ length: WEEKS }, (_, week) => score((seen) => before(seen, FIRST_DAY + 7 * (week + 1)))),
    weekly: score(byWeek),
    strangers: score(({ authors }, n) => ({ authors, lanes: seenOf(others[n] ?? []).lanes })),
    same: score(({ authors }, n) => ({ authors, lanes: seenOf((teams[n] ?? []).map((one) => ({ ...one, lanes: one.lanes.map(() => one.commits) }))).lanes })),
  };
}

/** What a clone shows of a team, but for the names of the lanes, from which the score is told. Their order tells nothing. */
export function seenOf(team: readonly Traces[]): Seen {
  return {
    authors: new Map(team.map(({ author, commits }) => [author, commits])),
    lanes: new Map(shuffled(team.flatMap(({ author, lanes }) => lanes.map((days, n): [string, Days] => [`${author}/${n}`, days])), team.length)),
  };
}

function scoreOf(seen: Seen, attack: Attack): Score {
  const guesses = [...attack(seen)];
  return { right: guesses.filter(([lane, author]) => lane.startsWith(`${author}/`)).length, lanes: seen.lanes.size };
}

const sum = (scores: readonly Score[]): Score => ({ right: scores.reduce((all, { right }) => all + right, 0), lanes: scores.reduce((all, { lanes }) => all + lanes, 0) });

export const share = ({ right, lanes }: Score): number => right / lanes;

/** The first week after which nine of ten lanes are attributed rightly, or null. */
export function weeksToNineInTen({ weeks }: Figures): number | null {
  const week = weeks.findIndex((score) => share(score) >= 0.9);
  return week < 0 ? null : week + 1;
}

/** The table of docs/threat-model.md, "Whose lane is it: the calendar attack". */
export function tableOf(all: readonly Figures[]): string {
  const percent = (score: Score): string => `${(100 * share(score)).toFixed(0)} %`;
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const head = ["people", ...SHOWN_WEEKS.map((week) => (week === 1 ? "1 week" : `${week} weeks`)), "9 in 10 after", "pushed once a week", "control (chance)", "in real repositories"];
  return [
    row(head),
    row(head.map(() => "---")),
    ...all.map((figures) => {
      const { people, weeks, weekly, strangers, first } = figures;
      const shown = SHOWN_WEEKS.map((week) => weeks[week - 1]).map((score) => (score === undefined ? "" : percent(score)));
      return row([String(people), ...shown, `${weeksToNineInTen(figures) ?? `more than ${WEEKS}`} weeks`, percent(weekly), `${percent(strangers)} (${percent({ right: 1, lanes: people })})`, `${first.right} of ${first.lanes} lanes`]);
    }),
  ].join("\n");
}
