import type { SessionId } from "../../domain/ids.ts";
import type { GivenApproval } from "../../domain/sharing/sharing.ts";
import type { Revocation, StatementHash } from "../../domain/sharing/statement.ts";
import { currentPersonKey, currentTeamKey, type WorkspaceState } from "../../domain/workspace/state.ts";
import type { WritableLedger } from "../ledger.ts";
import type { Acting } from "../workspace/acting.ts";
import { authorKey } from "./authors.ts";
import { saidBy, sealStatement } from "./seal-statement.ts";

/** What is taken back: sessions of a first approval, all of them when absent. */
export interface Revoking {
  readonly given: GivenApproval;
  readonly sessions?: readonly SessionId[];
}

export interface Revoked {
  readonly revocations: readonly StatementHash[];
  readonly items: readonly Uint8Array[];
}

/**
 * The statements that take approvals back. They count for everybody who opens them, wherever the wraps lie; those go with the duties of
 * the device that wrote them (`wrapDuties`).
 */
export function revoke(ledger: WritableLedger, acting: Acting, state: WorkspaceState, wanted: readonly Revoking[]): Revoked {
  const revocations: StatementHash[] = [];
  const items: Uint8Array[] = [];
  for (const { given, sessions } of wanted) {
    const { author } = given.first.said;
    const statement: Revocation = { kind: "revocation", ...saidBy(ledger, acting), author, approval: given.first.hash, ...(sessions === undefined ? {} : { sessions: sessions.toSorted() }) };
    const own = authorKey(state, author);
    const sealed = sealStatement(ledger, acting, statement, readers(state, given).map((key) => [key, own]));
    revocations.push(sealed.hash);
    items.push(...sealed.items);
  }
  return { revocations, items };
}

/**
 * Whom it must reach: the audience, with the newest keys that there are. A team that is due or dead is told too: nothing of a session is
 * in the statement, and whoever could open the approval may know that it ended.
 */
function readers(state: WorkspaceState, { first: { said } }: GivenApproval): readonly Uint8Array[] {
  const team = state.teams.get(said.team);
  const teamKey = team === undefined ? null : currentTeamKey(team);
  const people = said.audience === "team" ? [] : said.audience.flatMap((id) => state.persons.get(id) ?? []).map((person) => currentPersonKey(person).key);
  const keys = said.audience === "team" && teamKey !== null ? [teamKey.key] : people;
  return keys.length === 0 ? [authorKey(state, said.author)] : keys;
}
