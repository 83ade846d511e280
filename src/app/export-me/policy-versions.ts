import type { WorkspaceState } from "../../domain/workspace/state.ts";

/** A version of the policy as one person was shown it. */
export interface PolicyShown {
  readonly version: number;
  /** First day on which it is in force, ms since 1970. */
  readonly effective: number;
  /** When it was shown, ms since 1970; absent: it was not, so far. */
  readonly shown?: number;
  /** Its texts, by name. */
  readonly texts: ReadonlyMap<string, Uint8Array>;
}

/** The versions of the policy that a workspace chain has, oldest first. None while no administrator published one. */
export function policyVersions(_state: WorkspaceState): readonly PolicyShown[] {
  return [];
}
