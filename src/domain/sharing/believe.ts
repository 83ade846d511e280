import { equal } from "../bytes.ts";
import type { RepoId } from "../ids.ts";
import { signedBy } from "../workspace/checks.ts";
import type { Verify } from "../workspace/checks.ts";
import { wasLive } from "../workspace/state.ts";
import type { WorkspaceState } from "../workspace/state.ts";
import type { Signed } from "../workspace/statement.ts";
import type { Believed, Place, SharingStatement, StatementHash } from "./statement.ts";

/** A statement as it was decoded: nothing of it is verified. */
export interface Claimed<Statement extends SharingStatement = SharingStatement> {
  readonly hash: StatementHash;
  readonly said: Statement;
  readonly signed: Signed;
}

/** Where a claim was found, in a lane that verifies. */
export interface Finding {
  readonly repo: RepoId;
  /** Public key of the lane of which `place.lane` is the id. */
  readonly lane: Uint8Array;
  readonly place: Place;
}

export type Belief<Statement extends SharingStatement = SharingStatement> =
  | { readonly statement: Believed<Statement> }
  /** In words that fit behind "not believed: ". */
  | { readonly statement: null; readonly why: string };

/**
 * docs/spec/sharing.md, "A reader believes a statement when". That its item opened and that the envelope is
 * well formed is behind the caller. Nothing here asks what time it is: keys are judged by place in the chain.
 */
export function believe<Statement extends SharingStatement>(verify: Verify, state: WorkspaceState, claim: Claimed<Statement>, found: Finding): Belief<Statement> {
  const why = disbelief(verify, state, claim, found);
  return why === null ? { statement: { hash: claim.hash, place: found.place, said: claim.said } } : { statement: null, why };
}

function disbelief(verify: Verify, state: WorkspaceState, { said, signed }: Claimed, { repo, lane, place }: Finding): string | null {
  if (signed.type !== `hx/${said.kind}/v1`) return `its envelope is of type '${signed.type}'`;
  if (said.workspace !== state.workspace) return `it is for workspace '${said.workspace}'`;
  if (said.repo !== repo) return `it is for repo '${said.repo}'`;
  if (!equal(said.lane, lane)) return "it is for another lane";
  if (place.head > state.head.n) return `its place names statement ${place.head} of the workspace chain, which is not known here`;
  const device = state.devices.get(said.device);
  if (device === undefined) return `device '${said.device}' is not known`;
  if (device.person !== said.person) return `device '${said.device}' is not one of person '${said.person}'`;
  if (!wasLive(device, place.head)) return `device '${said.device}' was not live at its place`;
  if (!signedBy(verify, device.sign, signed)) return `it is not signed by device '${said.device}'`;
  return null;
}
