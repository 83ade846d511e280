import type { ProjectId, RepoId, WorkspaceId } from "./ids.ts";
import { equal } from "./bytes.ts";
import { mergeRepositoryTerms, type RepositoryTerms } from "./policy/terms.ts";
import { normalizeRemoteUrl } from "./remote-url.ts";
import type { WorkspaceState } from "./workspace/state.ts";

/** Where the connection file lies, from the top of the checkout. */
export const CONNECTION_PATH = ".hx/connection.yaml";

/** Directory → its project; null: none, although a directory above it has one (a branch that tightens makes such holes). */
export type ProjectPaths = ReadonlyMap<string, ProjectId | null>;

/** `.hx/connection.yaml`, docs/spec/workspace.md. */
export interface Connection {
  readonly workspace: WorkspaceId;
  readonly repo: RepoId;
  /** Envelope `hx/repo/v1`. */
  readonly genesis: Uint8Array;
  /** Directory (relative to the top, `.` for all) → project; the file's `project` is `.`. */
  readonly paths: ProjectPaths;
  /** URLs as written. */
  readonly remotes: readonly string[];
  readonly policy: number;
  /** What the repository tightens of the policy: docs/spec/policy.md. */
  readonly terms?: RepositoryTerms;
  /** Keys that this program does not know, as they were read: kept when the file is written again. */
  readonly unknown: Readonly<Record<string, unknown>>;
}

/** Why a connection does not hold, in words that fit behind "not connected: ". Null: the chain agrees. */
export function contradiction(connection: Connection, genesisRepo: RepoId, state: WorkspaceState): string | null {
  if (connection.workspace !== state.workspace) return `the connection file names workspace '${connection.workspace}', the chain is that of '${state.workspace}'`;
  if (genesisRepo !== connection.repo) return "the genesis in the connection file does not hash to its repo id";
  const connected = state.connections.get(connection.repo);
  if (connected === undefined) return `the workspace chain does not say that repo '${connection.repo}' is connected`;
  if (!equal(connected.genesis, connection.genesis)) return "the genesis in the connection file is not the one in the workspace chain";
  for (const project of connection.paths.values()) {
    if (project !== null && !connected.projects.includes(project)) return `the workspace chain does not connect this repo to project '${project}'`;
  }
  return null;
}

/** Whether two files speak of the same repository. */
export function sameRepository(a: Connection, b: Connection): boolean {
  return a.workspace === b.workspace && a.repo === b.repo && equal(a.genesis, b.genesis);
}

/**
 * What holds on a branch: the authority's connection, less what the branch's file leaves out. A branch may
 * tighten and never loosen, so a remote or a directory that only the branch names counts for nothing.
 */
export function tighten(authority: Connection, branch: Connection): Connection {
  const remotes = new Set(branch.remotes.map((url) => normalizeRemoteUrl(url)));
  return {
    ...authority,
    remotes: authority.remotes.filter((url) => remotes.has(normalizeRemoteUrl(url))),
    paths: narrower(authority.paths, branch.paths),
    ...(authority.terms === undefined && branch.terms === undefined ? {} : { terms: mergeRepositoryTerms(authority.terms ?? {}, branch.terms ?? {}) }),
  };
}

/** A directory has the project on which both agree, else none. */
function narrower(a: ProjectPaths, b: ProjectPaths): ProjectPaths {
  const agreed = new Map<string, ProjectId | null>();
  for (const directory of new Set([...a.keys(), ...b.keys()])) {
    const project = projectOf(a, directory);
    agreed.set(directory, projectOf(b, directory) === project ? project : null);
  }
  return agreed;
}

/** The project of a directory: the longest directory of the map that holds it. Null: none. */
export function projectOf(paths: ProjectPaths, relative: string): ProjectId | null {
  const parts = relative === "." ? [] : relative.split("/");
  for (let length = parts.length; length > 0; length--) {
    const project = paths.get(parts.slice(0, length).join("/"));
    if (project !== undefined) return project;
  }
  return paths.get(".") ?? null;
}
