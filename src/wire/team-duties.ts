import { showIdentity } from "../app/identity/show.ts";
import { tryOpenIdentity } from "../app/identity/open.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import { localChain } from "../app/sync/workspace-chain.ts";
import { teamNotices, type Notice } from "../app/team/notices.ts";
import { rotateDueTeams } from "../app/team/rotate-team.ts";
import { actingOf } from "../app/workspace/acting.ts";
import { called } from "../app/workspace/directory.ts";
import { isHxError } from "../domain/errors.ts";
import type { TeamId } from "../domain/ids.ts";
import type { WorkspaceState } from "../domain/workspace/state.ts";
import { rotatable } from "../domain/workspace/team-steps.ts";
import type { Crypto } from "../ports/crypto.ts";
import type { Here } from "./here.ts";
import { changeWorkspace } from "./workspace-change.ts";

/**
 * Publishes the next key of every team of this person that is due, as far as it can be made. Nothing happens, and nothing is
 * fetched, while the identity is locked or no team of theirs is due.
 * @returns the teams that have a new epoch by it
 * @throws HxError as `changeWorkspace`
 */
export async function rotateDue(here: Here): Promise<readonly TeamId[]> {
  const { identity, acting, ledger } = here;
  if (identity === null || acting === null) return [];
  const { state } = await localChain(ledger);
  if (rotatable(state, identity.person).length === 0) return [];
  let rotated: readonly TeamId[] = [];
  await changeWorkspace({ ...here, identity, acting }, (newest) => {
    const plans = rotateDueTeams(ledger.crypto, newest, actingOf(ledger.crypto, newest, identity));
    rotated = plans.map(({ about }) => about);
    return plans.flatMap(({ bodies }) => bodies);
  });
  return rotated;
}

/** What `sync` does and says of teams. A key that could not be pushed is tried again at the next sync. */
export async function teamDuties(here: Here, ports: IdentityPorts): Promise<readonly string[]> {
  const { crypto } = here.ledger;
  const said: string[] = [];
  try {
    const rotated = await rotateDue(here);
    const { state } = await localChain(here.ledger);
    const directory = here.identity === null ? null : actingOf(crypto, state, here.identity).directory;
    said.push(...rotated.map((id) => `team ${directory === null ? id : called(directory.team(id))} has a new key: somebody was removed`));
  } catch (error) {
    if (!isHxError(error) || (error.code !== "remote-failed" && error.code !== "busy")) throw error;
    said.push(`the key of a team of yours is due, and could not be made: ${error.message}`);
  }
  const notices = await noticesFor(crypto, (await localChain(here.ledger)).state, ports);
  return [...said, ...notices.map(({ message, fix }) => (fix === undefined ? message : `${message} (${fix})`))];
}

/** What the person of this device is told of teams; without names while their keys are locked. */
export async function noticesFor(crypto: Crypto, state: WorkspaceState, ports: IdentityPorts): Promise<readonly Notice[]> {
  const identity = await tryOpenIdentity(ports).catch(() => null);
  const person = identity?.person ?? (await showIdentity(ports).catch(() => null))?.person;
  if (person === undefined) return [];
  return teamNotices(crypto, state, person, identity === null ? null : actingOf(crypto, state, identity));
}
