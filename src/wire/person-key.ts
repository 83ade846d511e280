import type { IdentityPorts } from "../app/identity/ports.ts";
import { saveKeys } from "../app/identity/save-keys.ts";
import { openPersonKeys } from "../app/workspace/member.ts";
import { personKeyBody } from "../app/workspace/person-key.ts";
import type { WorldContext } from "../cli/world.ts";
import { isHxError } from "../domain/errors.ts";
import type { DeviceId } from "../domain/ids.ts";
import type { WorkspaceState } from "../domain/workspace/state.ts";
import { openHere } from "./here.ts";
import type { Settings } from "./settings.ts";
import { changeWorkspace, type Maker, type Speaking } from "./workspace-change.ts";

/** Whether the person's key is due for its next epoch, and this device may make it. */
export function isPersonKeyDue(state: WorkspaceState, here: Pick<Speaking, "identity">): boolean {
  const { person, device } = here.identity;
  return state.persons.get(person)?.keyDue === true && state.devices.get(device)?.state === "live";
}

/**
 * The next epoch of the person's key, where one is due since a device of theirs was removed. What is captured from then on is
 * sealed to a key that the removed device does not have.
 * @returns whether this call made it
 * @throws HxError as `changeWorkspace`; `no-key` when the newest epoch is not open here
 */
export async function renewPersonKey(here: Speaking, ports: IdentityPorts): Promise<boolean> {
  const seed = here.ledger.crypto.random.bytes(32);
  const { said, chain } = await changeWorkspace(here, (state) => (isPersonKeyDue(state, here) ? [nextPersonKey(here, seed)] : []));
  const epoch = chain.state.persons.get(here.identity.person)?.keys.length;
  if (said > 0 && epoch !== undefined) await saveKeys(ports, here.identity, { personKeys: [{ epoch: epoch - 1, seed }] });
  return said > 0;
}

/** For a sync whose identity is open: makes the next person key where one is due. @returns what went wrong, for the person */
export async function renewPersonKeyIfDue(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>): Promise<readonly string[]> {
  const here = await openHere(settings, context.directory, ports, "never");
  const { identity, acting } = here;
  if (identity === null || acting === null || !isPersonKeyDue(here.state.chain.state, { identity })) return [];
  try {
    await renewPersonKey({ ...here, identity, acting }, await ports());
    return [];
  } catch (error) {
    if (!isHxError(error) || (error.code !== "remote-failed" && error.code !== "busy")) throw error;
    return [`your person key is due, and its next epoch could not be published: ${error.message}`];
  }
}

/** The statement, from the state behind which it is made. @param without a device that is about to be removed */
export function nextPersonKey({ ledger: { crypto }, identity }: Speaking, seed: Uint8Array, without?: DeviceId): ReturnType<Maker>[number] {
  const { person, device, signSeed: sign, boxSeed } = identity;
  return (state) => {
    const known = openPersonKeys(crypto, state, person, { device, seed: boxSeed });
    return personKeyBody(crypto, { device, sign }, state, { person, seed, known, ...(without === undefined ? {} : { without }) });
  };
}
