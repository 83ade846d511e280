import type { BoundaryMemory, OutsideReason, Verdict } from "../../domain/boundary.ts";
import { EMPTY_MEMORY } from "../../domain/boundary.ts";
import { projectOf } from "../../domain/connection.ts";
import type { ProjectPaths } from "../../domain/connection.ts";
import type { Checkout } from "../../ports/git.ts";
import type { Places } from "../../ports/places.ts";
import { repositoryOf } from "./repository-of.ts";

export interface BoundaryOf {
  readonly places: Places;
  readonly checkout: Checkout;
  /** What git lists, deleted worktrees too. */
  readonly worktrees: readonly string[];
  /** Of the effective connection. */
  readonly paths: ProjectPaths;
  readonly memory?: BoundaryMemory;
}

/** The collection boundary of one connected repository: DESIGN.md 6. No switch widens it. */
export interface Boundary {
  /** Where something ran, by the directory that its record names. Cached. */
  judge(directory: string): Verdict;
  /** What to keep for the next run. */
  learned(): BoundaryMemory;
}

/** Newest entries that are kept; a person has fewer worktrees than that. */
const MEMORY_LIMIT = 500;

export function openBoundary(of: BoundaryOf): Boundary {
  const memory = of.memory ?? EMPTY_MEMORY;
  const known: Known = { inside: new Set([...memory.inside, ...of.worktrees, ...(of.checkout.top === null ? [] : [of.checkout.top])]), outside: new Set(memory.outside) };
  const verdicts = new Map<string, Verdict>();
  return {
    judge(directory) {
      const cached = verdicts.get(directory);
      if (cached !== undefined) return cached;
      const verdict = judge(of, known, directory);
      verdicts.set(directory, verdict);
      return verdict;
    },
    learned: () => ({ inside: [...known.inside].slice(-MEMORY_LIMIT), outside: [...known.outside].slice(-MEMORY_LIMIT) }),
  };
}

interface Known {
  readonly inside: Set<string>;
  readonly outside: Set<string>;
}

function judge(of: BoundaryOf, known: Known, directory: string): Verdict {
  const real = of.places.realDirectory(directory);
  const absolute = of.places.absolute(directory);
  if (absolute === null) return outside("not-absolute");
  return real === null ? judgeDeleted(of, known, absolute, directory) : judgeExisting(of, known, real);
}

function judgeExisting(of: BoundaryOf, known: Known, real: string): Verdict {
  const around = repositoryOf(of.places, real);
  if (around.kind === "none") return outside("no-repository");
  if (around.kind === "broken" || !of.places.same(around.commonDirectory, of.checkout.commonDirectory)) {
    remember(of, known, around.root, false);
    return outside(around.kind === "broken" ? "broken-repository" : "other-repository");
  }
  remember(of, known, around.root, true);
  return inside(of, around.root, real);
}

/**
 * A directory that is gone. What remains above it may be a link, so its real path is that of its nearest
 * remaining parent, and the rest by text. It was inside when the innermost known top that held it is one of
 * ours and no other repository remains between. A nested clone that came and went without ever being seen
 * cannot be told from a plain directory of the checkout.
 */
function judgeDeleted(of: BoundaryOf, known: Known, absolute: string, recorded: string): Verdict {
  if (recorded.split(/[\\/]/).includes("..")) return outside("deleted");
  const { places } = of;
  let parent = places.parent(absolute);
  while (parent !== null && places.realDirectory(parent) === null) parent = places.parent(parent);
  const remains = parent === null ? null : places.realDirectory(parent);
  const rest = parent === null ? null : places.below(parent, absolute);
  const path = remains === null || rest === null ? null : places.absolute(`${remains}/${rest}`);
  if (path === null || remains === null) return outside("deleted");
  const ours = innermost(places, known.inside, path);
  const theirs = innermost(places, known.outside, path);
  if (theirs !== null && (ours === null || theirs.length >= ours.length)) return outside("other-repository");
  const around = repositoryOf(places, remains);
  if (around.kind !== "none" && (ours === null || places.below(ours, around.root) !== null)) {
    const isOurs = around.kind === "repository" && places.same(around.commonDirectory, of.checkout.commonDirectory);
    return isOurs ? inside(of, around.root, path) : outside(around.kind === "broken" ? "broken-repository" : "other-repository");
  }
  if (ours === null || places.realDirectory(ours) !== null) return outside("deleted");
  return inside(of, ours, path);
}

function innermost(places: Places, tops: Iterable<string>, path: string): string | null {
  let found: string | null = null;
  for (const top of tops) if (places.below(top, path) !== null && (found === null || top.length > found.length)) found = top;
  return found;
}

function inside(of: BoundaryOf, root: string, path: string): Verdict {
  const relative = of.places.below(root, path);
  if (relative === null) return outside("other-repository");
  const project = projectOf(of.paths, relative);
  return project === null ? outside("no-project") : { kind: "inside", root, relative, project };
}

/** Other repositories are remembered only where they lie below one of ours: no list of a person's folders arises. */
function remember(of: BoundaryOf, known: Known, root: string, ours: boolean): void {
  const [into, from] = ours ? [known.inside, known.outside] : [known.outside, known.inside];
  from.delete(root);
  if (ours || innermost(of.places, known.inside, root) !== null) into.add(root);
}

function outside(reason: OutsideReason): Verdict {
  return { kind: "outside", reason };
}
