import { authorOf } from "../checks.ts";
import type { Verify } from "../checks.ts";
import { liveDevices } from "../state.ts";
import type { WorkspaceState } from "../state.ts";
import type { PersonKeyBody, Statement } from "../statement.ts";
import { newPersonKey } from "./card.ts";

/** The next epoch of the author's own person key. */
export function applyPersonKey(verify: Verify, state: WorkspaceState, statement: Statement, body: PersonKeyBody): WorkspaceState {
  const { person } = authorOf(verify, state, statement);
  const epoch = newPersonKey(verify, body.key, person, liveDevices(state, person.id), statement.n);
  return { ...state, persons: new Map([...state.persons, [person.id, { ...person, keys: [...person.keys, epoch], keyDue: false }]]) };
}
