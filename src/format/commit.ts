import { fromUtf8 } from "../domain/bytes.ts";
import { HxError } from "../domain/errors.ts";
import { oid } from "../domain/ids.ts";
import type { Oid } from "../domain/ids.ts";

/** Seconds of a day; the time of a commit of hx is a multiple of it. */
export const DAY = 86400;

export interface SessionsCommit {
  readonly tree: Oid;
  readonly parents: readonly Oid[];
  /** Seconds since 1970 of midnight UTC. */
  readonly day: number;
}

const ID = "(?:[0-9a-f]{40}|[0-9a-f]{64})";
const COMMIT = new RegExp(
  `^tree (${ID})\\n((?:parent ${ID}\\n)*)author hx <hx@invalid> (0|[1-9][0-9]{0,11}) \\+0000\\ncommitter hx <hx@invalid> \\3 \\+0000\\n\\n$`,
);

/**
 * The commit grammar of docs/spec/lane.md, "Commits": nothing but tree, parents, author, committer and day.
 * @throws HxError `encoding-invalid`
 */
export function parseCommit(bytes: Uint8Array): SessionsCommit {
  const [, tree, parents, seconds] = (bytes.length > 4096 ? null : COMMIT.exec(fromUtf8(bytes))) ?? [];
  if (tree === undefined || parents === undefined || seconds === undefined) throw new HxError("encoding-invalid", "a commit outside the grammar");
  const day = Number(seconds);
  if (day % DAY !== 0) throw new HxError("encoding-invalid", "a commit whose time is not midnight UTC");
  return {
    tree: oid(tree),
    parents: parents === "" ? [] : parents.trimEnd().split("\n").map((line) => oid(line.slice("parent ".length))),
    day,
  };
}

/**
 * As `parseCommit`, for a commit that is not older than `parentDay` and not from the future.
 * @param now ms since 1970, of the reader's clock
 * @throws HxError `encoding-invalid`
 */
export function parseSessionsCommit(bytes: Uint8Array, now: number, parentDay = 0): SessionsCommit {
  const commit = parseCommit(bytes);
  if (commit.day > now / 1000 + DAY) throw new HxError("encoding-invalid", "a commit from the future");
  if (commit.day < parentDay) throw new HxError("encoding-invalid", "a commit that is older than its parent");
  return commit;
}

/** Midnight UTC of the clock, in seconds, and never before the parent's day. */
export function commitDay(now: number, parentDay = 0): number {
  return Math.max(Math.floor(now / 1000 / DAY) * DAY, parentDay);
}
