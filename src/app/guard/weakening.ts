import { CONNECTION_PATH, sameRepository } from "../../domain/connection.ts";
import type { GuardFinding } from "../../domain/guard/finding.ts";
import { loosened } from "../../domain/guard/loosened.ts";
import { isConnected, type WorkspaceState } from "../../domain/workspace/state.ts";
import type { Claim } from "./claim.ts";
import type { GuardOptions } from "./ports.ts";
import { refused } from "./refusals.ts";

/**
 * Holds a connection file against the one that it replaces, or would replace when it is merged. What the workspace chain took back by itself
 * may go: an administrator disconnected the repository.
 * @param state null: there is no chain
 * @param hint how to get the file back as it was
 */
export function weakening(ref: string, before: Claim | null, after: Claim | null, state: WorkspaceState | null, options: GuardOptions, hint: string): GuardFinding | null {
  if (before === null || before.blob === after?.blob) return null;
  const disconnected = state !== null && state.workspace === before.connection.workspace && !isConnected(state, before.connection.repo);
  if (disconnected) return null;
  if (after === null) return refused("connection-weakened", ref, `'${CONNECTION_PATH}' would be removed, and no administrator disconnected this repository`, hint);
  const accepted = options.accept.includes(after.blob) && sameRepository(before.connection, after.connection);
  const found = accepted ? [] : loosened(before.connection, after.connection);
  if (found.length === 0) return null;
  const more = sameRepository(before.connection, after.connection) ? `. Whoever runs guard can accept exactly this file: --accept ${after.blob}` : "";
  return refused("connection-weakened", ref, `'${CONNECTION_PATH}' would be weakened: ${found.slice(0, 5).join("; ")}${found.length > 5 ? ` and ${found.length - 5} more` : ""}${more}`, hint);
}
