import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { assign } from "./calendar/assign.ts";
import { attribute, type Seen } from "./calendar/attacker.ts";
import { figuresOf, seenOf, share, SIZES, tableOf, weeksToNineInTen, type Attack, type Figures } from "./calendar/figures.ts";
import { look, play } from "./calendar/played.ts";
import { seeded, shuffled } from "./calendar/random.ts";
import { makeTeam } from "./calendar/team.ts";
import { endScene, makeScene, type Scene } from "./scene.ts";

/** Lanes of the first team of each size that are attributed rightly after a quarter, of all its lanes. */
const PLAYED = { 4: { right: 5, lanes: 5 }, 8: { right: 10, lanes: 10 }, 16: { right: 18, lanes: 20 } } as const;

let scenes: Scene[] = [];
afterEach(async () => {
  for (const scene of scenes) {
    await endScene(scene);
    await scene.box.remove();
  }
  scenes = [];
});

/** An attacker whose answers went astray: the lanes get those of each other, in any order. */
function astray(): Attack {
  let times = 0;
  return (seen) => {
    const guesses = [...attribute(seen)];
    const answers = shuffled(guesses, ++times);
    return new Map(guesses.map(([lane], i) => [lane, answers[i]?.[1] ?? ""]));
  };
}

describe("the days of lanes against the days of commits, in real repositories", () => {
  for (const people of SIZES) {
    it(`say whose lane it is: ${people} people`, async () => {
      const scene = await makeScene();
      scenes.push(scene);
      const team = makeTeam(people, 1);
      // In the smallest team, somebody's second device goes the whole way.
      const truth = await play(scene, team, people === SIZES[0] ? team.at(-1)?.lanes.at(-1) : undefined);
      const seen = await look(scene);
      const { authors, lanes } = seenOf(team);
      expect(seen.authors).toEqual(authors);
      expect(daysOf(seen.lanes)).toEqual(daysOf(lanes));
      const guesses = attribute(seen);
      const right = [...truth].filter(([lane, author]) => guesses.get(lane) === author).length;
      console.log(`${people} people, a quarter in real repositories: ${right} of ${truth.size} lanes attributed to their author`);
      expect({ right, lanes: truth.size }).toEqual(PLAYED[people]);
    });
  }
});

const daysOf = (lanes: Seen["lanes"]): string[] => [...lanes.values()].map((days) => [...days].sort((a, b) => a - b).join()).sort();

describe("the same attack on fifty teams of each size", () => {
  let all: readonly Figures[];
  beforeAll(() => {
    all = SIZES.map((people) => figuresOf(people));
  });

  it("succeeds: no document may promise that days do not tell", () => {
    console.log(tableOf(all));
    for (const figures of all) {
      expect(share(figures.weeks.at(-1) ?? { right: 0, lanes: 1 })).toBeGreaterThan(0.95);
      expect(share(figures.weeks[0] ?? { right: 0, lanes: 1 })).toBeGreaterThan(2 / figures.people);
      expect(weeksToNineInTen(figures)).toBeLessThanOrEqual(8);
    }
  });

  it("comes to the same for the first team of each size as in its repositories", () => {
    expect(Object.fromEntries(all.map(({ people, first }) => [people, first]))).toEqual(PLAYED);
  });

  it("still tells far more than chance when everybody pushes once a week", () => {
    for (const { people, weekly, weeks } of all) {
      expect(share(weekly)).toBeGreaterThan(2 / people);
      expect(share(weekly)).toBeLessThan(share(weeks.at(-1) ?? weekly));
    }
  });

  it("knows every lane whose days are those of the commits: the positive control", () => {
    for (const { same } of all) expect(share(same)).toBe(1);
  });

  it("knows nothing when the days have nothing to do with each other: the negative control", () => {
    for (const { people, strangers } of all) expect(Math.abs(share(strangers) - 1 / people)).toBeLessThan(0.06);
  });

  it("counts what was answered: answers that went astray are about chance", () => {
    for (const people of SIZES) {
      const { weeks, same } = figuresOf(people, astray());
      for (const score of [same, ...weeks.slice(-1)]) expect(share(score)).toBeLessThan(1.5 / people);
    }
  });
});

describe("the assignment", () => {
  it("is the best of all", () => {
    const random = seeded(3);
    for (let round = 0; round < 200; round++) {
      const rows = 1 + Math.floor(random() * 4);
      const gains = Array.from({ length: rows }, () => Array.from({ length: rows + (round % 3) }, () => Math.floor(random() * 20) - 5));
      const columns = assign(gains);
      expect(new Set(columns).size).toBe(rows);
      expect(columns.reduce((sum, column, row) => sum + (gains[row]?.[column] ?? Number.NaN), 0)).toBe(best(gains));
    }
  });
});

function best(gains: readonly (readonly number[])[], taken: ReadonlySet<number> = new Set()): number {
  const [row, ...rest] = gains;
  if (row === undefined) return 0;
  return Math.max(...row.map((gain, column) => (taken.has(column) ? -Infinity : gain + best(rest, new Set([...taken, column])))));
}
