import { mergeRepositoryTerms } from "../policy/terms.ts";
import { projectOf, sameRepository, type Connection } from "../connection.ts";
import { normalizeRemoteUrl } from "../remote-url.ts";

/** What a connection file permits that the one before did not, in words. Empty: it is the same, or tighter. */
export function loosened(before: Connection, after: Connection): readonly string[] {
  if (!sameRepository(before, after)) return [otherRepository(before, after)];
  return [...newRemotes(before, after), ...newDirectories(before, after), ...olderPolicy(before, after), ...looserTerms(before, after)];
}

function otherRepository(before: Connection, after: Connection): string {
  if (before.workspace !== after.workspace) return `it names workspace '${after.workspace}' in the place of '${before.workspace}'`;
  if (before.repo !== after.repo) return `it names repo '${after.repo}' in the place of '${before.repo}'`;
  return "it has another genesis";
}

/** A URL that cannot be compared is the same only where it is written the same. */
function newRemotes(before: Connection, after: Connection): readonly string[] {
  const listed = new Set(before.remotes.map(comparable));
  return after.remotes.filter((url) => !listed.has(comparable(url))).map((url) => `it lists the remote '${normalizeRemoteUrl(url) ?? "(one that cannot be compared)"}'`);
}

function comparable(url: string): string {
  return normalizeRemoteUrl(url) ?? `as written: ${url}`;
}

function newDirectories(before: Connection, after: Connection): readonly string[] {
  const found: string[] = [];
  for (const directory of [...new Set([...before.paths.keys(), ...after.paths.keys()])].sort()) {
    const project = projectOf(after.paths, directory);
    if (project !== null && project !== projectOf(before.paths, directory)) found.push(`it maps '${directory}' to project '${project}'`);
  }
  return found;
}

function olderPolicy(before: Connection, after: Connection): readonly string[] {
  return after.policy < before.policy ? [`it goes back from policy ${before.policy} to ${after.policy}`] : [];
}

/** A term that is not there any more counts as looser: the policy alone says then what holds. */
function looserTerms(before: Connection, after: Connection): readonly string[] {
  const merged = mergeRepositoryTerms(before.terms ?? {}, after.terms ?? {});
  const keys = Object.keys(before.terms ?? {}) as (keyof typeof merged)[];
  return keys.filter((key) => merged[key] !== after.terms?.[key]).map((key) => `it takes back what it tightened of the policy: '${key}'`);
}
