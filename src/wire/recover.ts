import { saveKeys } from "../app/identity/save-keys.ts";
import type { Phrase } from "../app/identity/phrase.ts";
import type { Protection } from "../app/identity/protection.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import { personSigningKey, recoverIdentity } from "../app/identity/recover.ts";
import { ownLanes } from "../app/read/own-lanes.ts";
import { laneSources, sessionsOf } from "../app/read/lane-source.ts";
import { fetchOnly } from "../app/sync/sync.ts";
import { localChain } from "../app/sync/workspace-chain.ts";
import { addDevice } from "../app/workspace/found.ts";
import { cardOf } from "../app/workspace/member-card.ts";
import { openMembership } from "../app/workspace/member.ts";
import { fetchWorkspace, publish } from "../app/workspace/sync.ts";
import type { RecoverReport } from "../cli/world.ts";
import { equal } from "../domain/bytes.ts";
import { HxError, isHxError } from "../domain/errors.ts";
import { ROOT_REF } from "../format/paths.ts";
import { connected, openClone, openLedger, systemClock } from "./clone.ts";
import { summaryOf } from "./identity-summary.ts";
import { ensureLane } from "./own-lane.ts";
import type { Settings } from "./settings.ts";

/**
 * Becomes the person of a phrase on this device: their card comes from the workspace chain at the remote of a clone, the
 * device adds itself to the chain, and the lanes are fetched.
 */
export async function recoverHere(
  settings: Settings,
  directory: string,
  ports: () => Promise<IdentityPorts>,
  phrase: Phrase,
  protection: Protection,
  wanted: string | undefined,
): Promise<RecoverReport> {
  const clone = await openClone(settings, directory);
  const identityPorts = await ports();
  const remotes = await clone.repository.remotes();
  const remote = remotes.find(({ name }) => name === (wanted ?? "origin")) ?? (wanted === undefined ? remotes[0] : undefined);
  if (remote === undefined) throw new HxError("not-connected", "this clone has no remote from which the workspace could come", { hints: ["git remote add origin <url>"] });
  const chainPorts = { crypto: clone.crypto, clock: systemClock, remote: clone.remote };
  const { store } = clone.repository;
  const workspace = await fetchWorkspace(chainPorts, store, remote.name);
  if (workspace === null) throw new HxError("not-connected", `'${remote.name}' has no workspace`, { hints: ["hx init"] });
  const sign = personSigningKey(clone.crypto, phrase);
  const person = [...workspace.state.persons.values()].find((candidate) => equal(candidate.sign, sign));
  if (person === undefined) throw new HxError("wrong-phrase", "nobody in this workspace has this recovery phrase", { hints: ["hx identity restore"] });
  if ((await store.read(ROOT_REF)) === null) await store.update([{ ref: ROOT_REF, from: null, to: workspace.chain.tip }]);
  const recovered = await recoverIdentity(identityPorts, { phrase, card: cardOf(clone.crypto.hashes, workspace.chain.statements, person.id), protection });
  const memberships = openMembership(clone.crypto, workspace.state, person.id, recovered.identity.personKeys);
  const identity = await saveKeys(identityPorts, recovered.identity, { memberships });
  const announced = await announce();
  const ledger = await openLedger(clone);
  await fetchOnly(ledger, clone.remote, remote.name, { waitMs: 10_000 });
  await connected(clone, ledger);
  if (announced) await ensureLane(clone, ledger, identity, await localChain(ledger));
  const author = { person: person.id, keys: identity.personKeys };
  const { state } = await localChain(ledger);
  const mine = await ownLanes(ledger, state, author, await laneSources(ledger, state));
  let sessions = 0;
  for (const source of mine) sessions += (await sessionsOf(source)).length;
  return { summary: await summaryOf(settings, identityPorts), workspaces: 1, sessions, announced };

  async function announce(): Promise<boolean> {
    const signer = { device: identity.device, sign: identity.signSeed };
    try {
      await publish(chainPorts, store, remote?.name ?? "origin", (state) => {
        if (state === null) throw new HxError("not-connected", "the workspace is gone from the remote");
        return state.devices.has(identity.device) ? [] : addDevice(clone.crypto, signer, state, { envelope: recovered.device, box: recovered.box }).statements;
      });
      return true;
    } catch (error) {
      if (isHxError(error) && (error.code === "remote-failed" || error.code === "refused" || error.code === "busy")) return false;
      throw error;
    }
  }
}
