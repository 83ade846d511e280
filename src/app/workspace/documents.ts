import { toHex } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import { DOCUMENT_LIMIT } from "../../domain/policy/version.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import type { HashFunctions } from "../../format/primitives.ts";

/** Texts of policies: H of the bytes, in hex, → the bytes. */
export type Documents = ReadonlyMap<string, Uint8Array>;

/**
 * What lies beside the statements of a chain must be texts that its policies name, under their hash. One that is missing is no fault.
 * @throws HxError `workspace-invalid`
 */
export function checkDocuments(hashes: HashFunctions, documents: Documents, state: Pick<WorkspaceState, "policies">): void {
  const named = new Set(state.policies.flatMap((policy) => policy.documents.map(({ hash }) => toHex(hash))));
  for (const [name, bytes] of documents) {
    const why = !named.has(name) ? "is named by no policy" : bytes.length > DOCUMENT_LIMIT ? "is too long" : toHex(hashes.h(bytes)) !== name ? "has another hash" : null;
    if (why !== null) throw new HxError("workspace-invalid", `the text '${name}' in the workspace chain ${why}`, { hints: ["hx verify"] });
  }
}
