import { fromUtf8 } from "../bytes.ts";
import { HxError } from "../errors.ts";
import { oid, type Oid } from "../ids.ts";

export const DAY_SECONDS = 86_400;

/** A commit of hx, read by the grammar of docs/spec/lane.md. */
export interface LaneCommit {
  readonly tree: Oid;
  readonly parents: readonly Oid[];
  /** Seconds since 1970, a midnight in UTC. */
  readonly day: number;
}

const GRAMMAR =
  /^tree ([0-9a-f]{40}|[0-9a-f]{64})\n((?:parent (?:[0-9a-f]{40}|[0-9a-f]{64})\n)*)author hx <hx@invalid> (\d{1,12}) \+0000\ncommitter hx <hx@invalid> (\d{1,12}) \+0000\n\n$/;

/**
 * @param raw the bytes of the commit object, without git's header
 * @throws HxError `lane-invalid` for anything that hx would not have written
 */
export function parseCommit(raw: Uint8Array): LaneCommit {
  const found = raw.length > 4096 ? null : GRAMMAR.exec(fromUtf8(raw));
  const [, tree, parents, authored, committed] = found ?? [];
  if (tree === undefined || parents === undefined || authored === undefined || authored !== committed) {
    throw new HxError("lane-invalid", "a commit is not in the grammar of hx");
  }
  const day = Number(authored);
  if (day % DAY_SECONDS !== 0) throw new HxError("lane-invalid", "the time of a commit is not midnight UTC");
  return {
    tree: oid(tree),
    parents: parents
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => oid(line.slice("parent ".length))),
    day,
  };
}

/** Midnight UTC of the day of `nowMs`, never before the parent's. Seconds. */
export function commitDay(nowMs: number, parentDay: number | null): number {
  const today = Math.floor(nowMs / 1000 / DAY_SECONDS) * DAY_SECONDS;
  return parentDay === null ? today : Math.max(today, parentDay);
}

/** @throws HxError `lane-invalid` when the day lies before the parent's, or more than a day after `nowMs` */
export function checkDay(day: number, parentDay: number | null, nowMs: number): void {
  if (parentDay !== null && day < parentDay) throw new HxError("lane-invalid", "a commit is dated before its parent");
  if (day > nowMs / 1000 + DAY_SECONDS) throw new HxError("lane-invalid", "a commit is dated in the future");
}
