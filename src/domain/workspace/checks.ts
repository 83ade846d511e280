import { concat, utf8 } from "../bytes.ts";
import { HxError } from "../errors.ts";
import type { Device, Person, WorkspaceState } from "./state.ts";
import { isAdministrator } from "./state.ts";
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
