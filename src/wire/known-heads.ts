import { basename, dirname } from "node:path";
import { knownHeads } from "../app/lane/known-heads.ts";
import { clonesOfDevice } from "../app/lane/own-lane-key.ts";
import { fetchOnly } from "../app/sync/sync.ts";
import type { KnownHeads } from "../app/workspace/compose-removal.ts";
import { copyWorkspace, readWorkspace } from "../app/workspace/sync.ts";
import type { WorldContext } from "../cli/world.ts";
import { isHxError } from "../domain/errors.ts";
import type { RepoId } from "../domain/ids.ts";
import { connected, findClone, openLedger, trustOf, type Clone, type Connected } from "./clone.ts";
import type { Here } from "./here.ts";
import type { Ledger } from "../app/ledger.ts";

const WAIT_MS = 10_000;

/** The lanes of a workspace's repositories as their remotes have them now. */
export interface FetchedHeads {
  readonly heads: KnownHeads;
  /** Connected repositories whose lanes could not be fetched from here, and why. A removal does not freeze them. */
  readonly left: ReadonlyMap<RepoId, string>;
}

/**
 * Fetches everybody's lanes, of this repository and of every other of which this device has a clone. Of a repository that was not
 * fetched just now nothing is said: what an older look missed would be frozen out, for ever where nobody can certify it anew.
 * @throws HxError `remote-failed` for this repository
 */
export async function fetchHeads({ clone, ledger, state }: Here, context: WorldContext): Promise<FetchedHeads> {
  await fetchFrom(clone, ledger, state, context);
  const left = new Map<RepoId, string>();
  const fetched = [ledger.repo];
  for (const repo of state.chain.state.connections.keys()) {
    if (repo === ledger.repo) continue;
    const why = await fetchElsewhere(clone, state, repo, context);
    if (why === null) fetched.push(repo);
    else left.set(repo, why);
  }
  return { heads: await knownHeads(state.chain.state, fetched.toSorted(), (repo) => trustOf(clone.settings, repo)), left };
}

/** Through the first clone of a repository that does. @returns why none did */
async function fetchElsewhere({ settings, crypto }: Clone, { chain }: Connected, repo: RepoId, context: WorldContext): Promise<string | null> {
  let why = "no clone of it on this machine was synced yet";
  for (const directory of await clonesOfDevice(trustOf(settings, repo))) {
    try {
      const clone = await findClone(settings, basename(directory) === ".git" ? dirname(directory) : directory);
      const ledger = clone === null ? null : await openLedger(clone);
      if (clone === null || ledger?.repo !== repo) continue;
      const ports = { crypto, clock: ledger.clock };
      // Lanes there may name statements that its own copy does not have yet.
      await copyWorkspace(ports, await readWorkspace(ports, ledger.repository.store), chain, ledger.repository.store);
      await fetchFrom(clone, ledger, await connected(clone, ledger), context);
      return null;
    } catch (error) {
      if (!isHxError(error) || error.code === "interrupted") throw error;
      why = error.message;
    }
  }
  return why;
}

async function fetchFrom({ remote }: Clone, ledger: Ledger, { effective }: Connected, { progress, signal }: WorldContext): Promise<void> {
  for (const { name } of effective.listedRemotes) {
    progress.phase(`fetching the lanes from ${name}`);
    await fetchOnly(ledger, remote, name, { waitMs: WAIT_MS, signal });
  }
}
