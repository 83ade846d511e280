import { dayMs } from "../../domain/policy/day.ts";
import type { ShownVersion } from "../../domain/policy/version.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { textsOf } from "../policy/versions.ts";
import type { Documents } from "../workspace/documents.ts";

/** A version of the policy as one person was shown it. */
export interface PolicyShown {
  readonly version: number;
  /** First day on which it is in force, ms since 1970. */
  readonly effective: number;
  /** When it was shown, ms since 1970; absent: it was not, so far. */
  readonly shown?: number;
  /** Its texts that lie in this copy of the chain, by name. */
  readonly texts: ReadonlyMap<string, string>;
}

interface PolicyChain {
  readonly state: Pick<WorkspaceState, "policies">;
  readonly chain: { readonly documents: Documents };
}

/** The versions of the policy that a workspace chain has, oldest first. None while no administrator published one. @param shown to whom it is about */
export function policyVersions({ state, chain }: PolicyChain, shown: readonly ShownVersion[]): readonly PolicyShown[] {
  const at = new Map(shown.map((one) => [one.version, one.at]));
  return state.policies.map((version) => ({
    version: version.version,
    effective: dayMs(version.effective),
    ...(at.has(version.version) ? { shown: at.get(version.version) ?? 0 } : {}),
    texts: new Map(textsOf(chain.documents, version).texts.map(({ name, text }) => [name, text])),
  }));
}
