import { fromUtf8, toHex } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { NamedText } from "../../domain/policy/check.ts";
import { policyInForce } from "../../domain/policy/in-force.ts";
import type { PolicyVersion } from "../../domain/policy/version.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import type { Documents } from "../workspace/documents.ts";

type Policies = Pick<WorkspaceState, "policies">;

/** @throws HxError `not-found` */
export function versionNumbered({ policies }: Policies, version: number): PolicyVersion {
  const found = policies[version - 1];
  if (found === undefined) throw new HxError("not-found", policies.length === 0 ? "no policy was published in this workspace" : `there is no version ${version} of the policy`, { hints: [policies.length === 0 ? "hx policy init" : "hx policy history"] });
  return found;
}

/** The version in force on a day, else the newest. @throws HxError `not-found` */
export function versionOn(state: Policies, day: number): PolicyVersion {
  return policyInForce(state, day) ?? versionNumbered(state, Math.max(state.policies.length, 1));
}

/** The texts of a version that lie in this copy of the chain, and the names of those that do not. */
export function textsOf(documents: Documents, { documents: named }: PolicyVersion): { readonly texts: readonly NamedText[]; readonly missing: readonly string[] } {
  const texts: NamedText[] = [];
  const missing: string[] = [];
  for (const { name, hash } of named) {
    const bytes = documents.get(toHex(hash));
    if (bytes === undefined) missing.push(name);
    else texts.push({ name, text: readable(bytes) });
  }
  return { texts, missing };
}

/** Another program may have published bytes that are no UTF-8: they are shown as far as they go. */
function readable(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
