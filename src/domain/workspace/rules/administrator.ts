import { administratorOf, demand, livingPerson } from "../checks.ts";
import type { Verify } from "../checks.ts";
import { isAdministrator } from "../state.ts";
import type { WorkspaceState } from "../state.ts";
import type { AdministratorBody, Statement } from "../statement.ts";

/** Gives or ends the role of an administrator. A workspace has one at least. */
export function applyAdministrator(verify: Verify, state: WorkspaceState, statement: Statement, body: AdministratorBody): WorkspaceState {
  administratorOf(verify, state, statement);
  const { n } = statement;
  const { id } = livingPerson(state, body.person, n);
  demand(isAdministrator(state, id) !== body.is, n, `'${id}' is ${body.is ? "an administrator already" : "not an administrator"}`);
  const others = [...state.administrators].filter((administrator) => administrator !== id);
  demand(body.is || others.length > 0, n, "it ends the last administrator");
  return { ...state, administrators: new Set(body.is ? [...others, id] : others) };
}
