import { concat, utf8 } from "../bytes.ts";
import { HxError } from "../errors.ts";
import type { PersonId, TeamId } from "../ids.ts";
import type { Device, Person, Team, WorkspaceState } from "./state.ts";
import { currentPersonKey, isAdministrator } from "./state.ts";
import type { Signed, Statement } from "./statement.ts";

/** Ed25519 by libsodium's rules; the domain is handed it. */
export type Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/** docs/spec/encoding.md, "Envelope". */
export function signedBy(verify: Verify, key: Uint8Array, signed: Signed): boolean {
  return verify(key, concat(utf8(signed.type), Uint8Array.of(0), signed.payload), signed.signature);
}

/** Who makes a statement: a live device of a living person. */
export interface Author {
  readonly device: Device;
  readonly person: Person;
}

/** @throws HxError `workspace-invalid` that names the statement. */
export function invalid(n: number, why: string, cause?: unknown): HxError {
  return new HxError("workspace-invalid", `statement ${n} of the workspace chain is not valid: ${why}`, {
    data: { statement: n },
    hints: ["hx verify"],
    ...(cause === undefined ? {} : { cause }),
  });
}

export function demand(holds: boolean, n: number, why: string): asserts holds {
  if (!holds) throw invalid(n, why);
}

/** The author of a statement, whose signature is verified here. @throws HxError `workspace-invalid` */
export function authorOf(verify: Verify, state: WorkspaceState, statement: Statement): Author {
  const device = state.devices.get(statement.by);
  demand(device !== undefined, statement.n, `device '${statement.by}' is not known`);
  demand(device.state === "live", statement.n, `device '${statement.by}' was removed`);
  const person = state.persons.get(device.person);
  demand(person !== undefined && person.state === "living", statement.n, `the person of device '${statement.by}' is no member`);
  demand(signedBy(verify, device.sign, statement.signed), statement.n, `it is not signed by device '${statement.by}'`);
  return { device, person };
}

/** @throws HxError `workspace-invalid` */
export function administratorOf(verify: Verify, state: WorkspaceState, statement: Statement): Author {
  const author = authorOf(verify, state, statement);
  demand(isAdministrator(state, author.person.id), statement.n, `'${author.person.id}' is not an administrator`);
  return author;
}

/** @throws HxError `workspace-invalid` */
export function livingPerson(state: WorkspaceState, person: PersonId, n: number): Person {
  const found = state.persons.get(person);
  demand(found !== undefined && found.state === "living", n, `'${person}' is no member`);
  return found;
}

/** A team that can be spoken of. @throws HxError `workspace-invalid` */
export function livingTeam(state: WorkspaceState, team: TeamId, n: number): Team {
  const found = state.teams.get(team);
  demand(found !== undefined, n, `team '${team}' is not known`);
  demand(!found.dead, n, `team '${team}' lost its last member`);
  return found;
}

/** A key of a team goes to the newest person key only, and not to one that a removed device may hold. @throws HxError `workspace-invalid` */
export function boxable(person: Person, epoch: number, n: number): void {
  demand(!person.keyDue, n, `the person key of '${person.id}' is due`);
  demand(epoch === currentPersonKey(person).epoch, n, `it is boxed to epoch ${epoch} of the person key of '${person.id}', which is not the newest`);
}
