import type { ProjectId } from "./ids.ts";

/** Why something that ran in a directory is not collected. */
export type OutsideReason =
  | "not-absolute"
  | "no-repository"
  | "other-repository"
  | "broken-repository"
  | "deleted"
  | "no-project"
  | "unknown";

export interface Inside {
  readonly kind: "inside";
  /** Top of the checkout or worktree, real path; the git directory when it ran in there. */
  readonly root: string;
  /** The directory from there, with `/`; `.` for the top. */
  readonly relative: string;
  readonly project: ProjectId;
}

export interface Outside {
  readonly kind: "outside";
  readonly reason: OutsideReason;
}

export type Verdict = Inside | Outside;

const WORDS: Readonly<Record<OutsideReason, string>> = {
  "not-absolute": "its directory is not an absolute path on this machine",
  "no-repository": "it ran outside any repository",
  "other-repository": "it ran in another repository",
  "broken-repository": "it ran in a repository that git cannot read",
  deleted: "it ran in a directory that is gone, and that no known checkout held",
  "no-project": "the connection file maps its directory to no project",
  unknown: "its records name no directory",
};

/** One sentence for a person. */
export function outsideText(reason: OutsideReason): string {
  return WORDS[reason];
}

/**
 * What was learned of directories, kept by the caller as JSON between runs, so that a worktree that is
 * deleted (and pruned) later still counts as what it was. Real paths.
 */
export interface BoundaryMemory {
  /** Tops of checkouts and worktrees of this repository. */
  readonly inside: readonly string[];
  /** Tops of other repositories that lay below one of them. */
  readonly outside: readonly string[];
}

export const EMPTY_MEMORY: BoundaryMemory = { inside: [], outside: [] };

/** A stretch of a file, in bytes, that ran in one place. */
export interface Span {
  readonly offset: number;
  readonly length: number;
  readonly verdict: Verdict;
}

/**
 * Assigns every record of a file a place. A record runs where the newest directory before it says. Records
 * before the first directory of a session take that first one, because an agent writes its head lines before
 * the first line that names it: they wait until it is known, and without any are outside.
 */
export interface SpanTracker {
  /** A record of `length` bytes at `offset`; `directory` where the record says it. */
  take(offset: number, length: number, directory: string | undefined): void;
  /** Stretches that are decided, in order; neighbours with one verdict are one. Empties them. */
  decided(): readonly Span[];
  /** Offset from which records wait for a first directory, or null. */
  waitingFrom(): number | null;
  /** The newest directory: hand it to `trackSpans` as `current` when reading goes on later. */
  current(): string | undefined;
}

/** @param current the directory in which the record before the first one ran, when known */
export function trackSpans(judge: (directory: string) => Verdict, current?: string): SpanTracker {
  let here = current;
  let waiting: { offset: number; length: number } | null = null;
  let spans: Span[] = [];
  const push = (offset: number, length: number, verdict: Verdict): void => {
    const last = spans.at(-1);
    if (last !== undefined && last.offset + last.length === offset && sameVerdict(last.verdict, verdict)) {
      spans[spans.length - 1] = { ...last, length: last.length + length };
    } else spans.push({ offset, length, verdict });
  };
  return {
    take(offset, length, directory) {
      here = directory ?? here;
      if (here === undefined) {
        waiting = waiting === null ? { offset, length } : { ...waiting, length: offset + length - waiting.offset };
        return;
      }
      const verdict = judge(here);
      if (waiting !== null) push(waiting.offset, waiting.length, verdict);
      waiting = null;
      push(offset, length, verdict);
    },
    decided() {
      const ready = spans;
      spans = [];
      return ready;
    },
    waitingFrom: () => waiting?.offset ?? null,
    current: () => here,
  };
}

function sameVerdict(a: Verdict, b: Verdict): boolean {
  if (a.kind === "outside" || b.kind === "outside") return a.kind === b.kind;
  return a.project === b.project;
}
