import { gitRepositories } from "../adapters/git/repositories.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import type { UnlockedIdentity } from "../app/identity/unlocked.ts";
import { actingOf, type Acting } from "../app/workspace/acting.ts";
import { localChain, type VerifiedChain } from "../app/sync/workspace-chain.ts";
import type { Documents } from "../app/workspace/documents.ts";
import { say } from "../app/workspace/found.ts";
import { copyWorkspace, publish, readWorkspace, syncWorkspace, type Speaker } from "../app/workspace/sync.ts";
import type { WorldContext } from "../cli/world.ts";
import { HxError } from "../domain/errors.ts";
import type { WorkspaceState } from "../domain/workspace/state.ts";
import type { StatementBody } from "../format/statement-body.ts";
import { systemClock } from "./clone.ts";
import { openHere, type Here } from "./here.ts";
import type { Settings } from "./settings.ts";
import { HOME_KEY } from "./home-key.ts";

/** A member who is about to say something in the workspace chain. */
export interface Speaking extends Here {
  readonly identity: UnlockedIdentity;
  readonly acting: Acting;
}

/** Statements that are to be made behind `state`, in order; each sees the state that the one before left. None: nothing is to be done. */
export type Maker = (state: WorkspaceState) => readonly ((state: WorkspaceState) => StatementBody)[];

export interface Change {
  readonly here: Speaking;
  /** The chain after it. */
  readonly chain: VerifiedChain;
  /** How many statements were made. */
  readonly said: number;
}

/** Opens the clone and the identity of somebody who wants to change the workspace, with the newest chain of its home. */
export async function openSpeaking(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>): Promise<Speaking> {
  const here = await openHere(settings, context.directory, ports, "must", context.signal);
  const { identity } = here;
  if (identity === null) throw new HxError("locked", "your keys are locked", { hints: ["hx identity unlock"] });
  await bringHome(here, () => []);
  const chain = await localChain(here.ledger);
  return { ...here, identity, acting: actingOf(here.ledger.crypto, chain.state, identity), state: { ...here.state, chain } };
}

/**
 * Says something in the workspace chain: fetched from its home, made behind the newest state, pushed by compare-and-swap, and made
 * again when somebody else was first. What could not be pushed is not kept.
 * @param documents texts that the statements name
 * @throws HxError `remote-failed`, `workspace-invalid` (a statement that the newest state does not allow), `workspace-fork`, `busy`
 */
export async function changeWorkspace(here: Speaking, make: Maker, documents?: Documents): Promise<Change> {
  let said = 0;
  const { crypto } = here.ledger;
  const signer = { device: here.identity.device, sign: here.identity.signSeed };
  await bringHome(here, (state) => {
    if (state === null) throw new HxError("not-connected", "the workspace is gone from its home", { hints: ["hx doctor"] });
    const { statements } = say(crypto, signer, state, make(state));
    said = statements.length;
    return statements;
  }, documents);
  return { here, chain: await localChain(here.ledger), said };
}

/** With the home (a repository of its own, or the first listed remote); then the copy here and at the remote are the same. */
async function bringHome({ clone, ledger, state }: Here, speak: Speaker, documents?: Documents): Promise<void> {
  const ports = { crypto: ledger.crypto, clock: systemClock, remote: clone.remote };
  const { store } = ledger.repository;
  const remote = state.effective.listedRemotes[0];
  if (remote === undefined) throw new HxError("not-connected", "this clone has no listed remote", { hints: ["git remote -v"] });
  const home = await clone.repository.config(HOME_KEY);
  if (home === null) {
    // What this copy alone has (a workspace begun without its remote) goes there first.
    await syncWorkspace(ports, store, remote.name);
    await publish(ports, store, remote.name, speak, documents);
    return;
  }
  const { checkout } = clone.repository;
  const stores = gitRepositories({ env: clone.settings.env });
  const homeStore = await stores.bareStore(`${checkout.commonDirectory}/hx/home`, checkout.objectFormat);
  const copy = await readWorkspace(ports, store);
  await copyWorkspace(ports, copy, await publish(ports, homeStore, home, speak, documents), store);
  await syncWorkspace(ports, store, remote.name);
}
