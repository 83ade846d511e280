import { expect, it } from "vitest";
import { laneId, repoId } from "../../src/domain/ids.ts";
import { demandedEpoch, frozenProblem, type FrozenHeader } from "../../src/domain/workspace/frozen.ts";

const repo = repoId("ab".repeat(32));
const lane = laneId("a".repeat(26));
const other = laneId("b".repeat(25) + "a");
const hash = Uint8Array.of(7);
const freezes = new Map([[repo, { since: 20, epoch: 3, lanes: new Map([[lane, { seq: 4, hash }]]) }]]);

it.each([
  [0, 0],
  [9, 0],
  [10, 2],
  [19, 2],
  [20, 3],
  [99, 3],
])("a header whose head is statement %i needs epoch %i", (headN, epoch) => {
  expect(demandedEpoch({ demands: [{ since: 10, epoch: 2 }, { since: 20, epoch: 3 }] }, headN)).toBe(epoch);
});

it.each<[string, FrozenHeader, string | null, number?]>([
  ["shorter than its entry", { seq: 3, epoch: 0, headN: 0 }, null],
  ["as long as its entry", { seq: 4, epoch: 0, headN: 0 }, null],
  ["beyond, under an old certificate", { seq: 5, epoch: 2, headN: 19 }, "beyond", 4],
  ["beyond, under an old certificate and a new head", { seq: 5, epoch: 2, headN: 20 }, "beyond", 4],
  ["beyond, under a new certificate and an old head", { seq: 5, epoch: 3, headN: 19 }, "beyond", 4],
  ["beyond, certified anew", { seq: 5, epoch: 3, headN: 20 }, null],
  ["beyond, certified still later", { seq: 50, epoch: 4, headN: 30 }, null],
])("a lane that is %s", (_what, head, kind, counted) => {
  expect(frozenProblem({ freezes }, repo, lane, head, () => hash)).toEqual(kind === null ? null : { kind, counted });
});

it("a lane that no entry names needs the certificate, from its first header on", () => {
  const never = (): undefined => undefined;
  expect(frozenProblem({ freezes }, repo, other, { seq: 0, epoch: 2, headN: 20 }, never)).toEqual({ kind: "unlisted", counted: -1 });
  expect(frozenProblem({ freezes }, repo, other, { seq: 0, epoch: 3, headN: 20 }, never)).toBeNull();
});

it("another header at the frozen seq counts for nobody, whatever certifies it", () => {
  const another = (): Uint8Array => Uint8Array.of(8);
  for (const seq of [4, 5]) expect(frozenProblem({ freezes }, repo, lane, { seq, epoch: 3, headN: 20 }, another)).toEqual({ kind: "contradicted", counted: 3 });
  expect(frozenProblem({ freezes }, repo, lane, { seq: 3, epoch: 0, headN: 0 }, another)).toBeNull();
});

it("nothing is frozen of a repository that no removal names", () => {
  expect(frozenProblem({ freezes }, repoId("cd".repeat(32)), lane, { seq: 9, epoch: 0, headN: 0 }, () => undefined)).toBeNull();
});
