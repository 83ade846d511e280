import { equal } from "../bytes.ts";
import type { WorkspaceId } from "../ids.ts";
import { demand, invalid } from "./checks.ts";
import type { Verify } from "./checks.ts";
import { applyAdministrator } from "./rules/administrator.ts";
import { applyConnect, applyDisconnect } from "./rules/connect.ts";
import { applyDevice } from "./rules/device.ts";
import { beginWorkspace } from "./rules/genesis.ts";
import { applyGrant } from "./rules/grant.ts";
import { applyMembership } from "./rules/membership.ts";
import { applyPersonKey } from "./rules/person-key.ts";
import { applyPerson } from "./rules/person.ts";
import { applyPolicy } from "./rules/policy.ts";
import { applyProject } from "./rules/project.ts";
import { applyDeviceRemoval, applyRemoval } from "./rules/removal.ts";
import { applySuccession } from "./rules/succession.ts";
import { applyAdmit, applyTeamKey } from "./rules/team-key.ts";
import { applyNominate, applyTeam, applyTeamRemoval } from "./rules/team.ts";
import type { WorkspaceState } from "./state.ts";
import type { Statement } from "./statement.ts";

/**
 * One step of the replay: the state after a statement. Validity is by position in the chain alone;
 * no statement carries a time.
 * @throws HxError `workspace-invalid` that names the statement and the reason
 */
export function applyStatement(verify: Verify, state: WorkspaceState, statement: Statement): WorkspaceState {
  const { n } = statement;
  demand(n === state.head.n + 1, state.head.n + 1, `it has number ${n}`);
  demand(statement.workspace === state.workspace, n, "it is of another workspace");
  demand(statement.previous !== undefined && equal(statement.previous, state.head.hash), n, "it does not follow the statement before it");
  return { ...dispatch(verify, state, statement), head: { n, hash: statement.hash } };
}

function dispatch(verify: Verify, state: WorkspaceState, statement: Statement): WorkspaceState {
  const { body } = statement;
  switch (body.type) {
    case "genesis":
      throw invalid(statement.n, "a chain has one genesis");
    case "person":
      return applyPerson(verify, state, statement, body);
    case "administrator":
      return applyAdministrator(verify, state, statement, body);
    case "device":
      return applyDevice(verify, state, statement, body);
    case "person-key":
      return applyPersonKey(verify, state, statement, body);
    case "membership":
      return applyMembership(verify, state, statement, body);
    case "project":
      return applyProject(verify, state, statement, body);
    case "connect":
      return applyConnect(verify, state, statement, body);
    case "disconnect":
      return applyDisconnect(verify, state, statement, body);
    case "policy":
      return applyPolicy(verify, state, statement, body);
    case "team":
      return applyTeam(verify, state, statement, body);
    case "nominate":
      return applyNominate(verify, state, statement, body);
    case "team-key":
      return applyTeamKey(verify, state, statement, body);
    case "admit":
      return applyAdmit(verify, state, statement, body);
    case "team-removal":
      return applyTeamRemoval(verify, state, statement, body);
    case "grant":
    case "withdraw":
      return applyGrant(verify, state, statement, body);
    case "removal":
      return applyRemoval(verify, state, statement, body);
    case "device-removal":
      return applyDeviceRemoval(verify, state, statement, body);
    case "succession":
      return applySuccession(verify, state, statement, body);
  }
}

/**
 * Replays a chain from its genesis. `workspace` is the hash of the payload of its first statement.
 * @throws HxError `workspace-invalid`, `too-new`
 */
export function replayStatements(verify: Verify, statements: Iterable<Statement>, workspace: WorkspaceId): WorkspaceState {
  let state: WorkspaceState | null = null;
  for (const statement of statements) {
    state = state === null ? beginWorkspace(verify, statement, workspace) : applyStatement(verify, state, statement);
  }
  if (state === null) throw invalid(0, "the chain is empty");
  return state;
}
