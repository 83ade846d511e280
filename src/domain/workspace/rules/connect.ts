import { equal } from "../../bytes.ts";
import { administratorOf, demand, signedBy } from "../checks.ts";
import type { Verify } from "../checks.ts";
import type { WorkspaceState } from "../state.ts";
import type { ConnectBody, DisconnectBody, Statement } from "../statement.ts";

/** Ties a repository to a project; a monorepo is tied once to each of its projects, always with the same genesis. */
export function applyConnect(verify: Verify, state: WorkspaceState, statement: Statement, body: ConnectBody): WorkspaceState {
  administratorOf(verify, state, statement);
  const { n } = statement;
  demand(state.projects.has(body.project), n, `project '${body.project}' is not known`);
  demand(body.genesis.id === body.repo, n, "the genesis of the repository does not hash to its id");
  demand(signedBy(verify, body.genesis.sign, body.genesis.signed), n, "the genesis of the repository is not signed by the key that it names");
  const before = state.connections.get(body.repo);
  demand(before === undefined || equal(before.genesis, body.genesis.bytes), n, "the repository is connected with another genesis");
  demand(before === undefined || !before.projects.includes(body.project), n, "the repository is connected to that project already");
  const connected = { repo: body.repo, genesis: body.genesis.bytes, projects: [...(before?.projects ?? []), body.project], since: before?.since ?? n };
  return { ...state, connections: new Map([...state.connections, [body.repo, connected]]) };
}

/** Ends the connection of a repository to all its projects. */
export function applyDisconnect(verify: Verify, state: WorkspaceState, statement: Statement, body: DisconnectBody): WorkspaceState {
  administratorOf(verify, state, statement);
  demand(state.connections.has(body.repo), statement.n, `repository '${body.repo}' is not connected`);
  return { ...state, connections: new Map([...state.connections].filter(([repo]) => repo !== body.repo)) };
}
