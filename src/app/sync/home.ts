import { ROOT_REF } from "../../format/paths.ts";
import type { Remote } from "../../ports/git.ts";
import type { Ledger } from "../ledger.ts";
import { fetchWorkspace } from "../workspace/sync.ts";
import { acceptChain } from "./workspace-chain.ts";

/**
 * Takes newer statements from the home of a workspace that lies in a repository of its own; the next push forwards them
 * to this one.
 * @param url of the home repository
 * @returns whether anything was new
 * @throws HxError `remote-failed`, `workspace-fork`, `workspace-invalid`
 */
export async function takeFromHome(ledger: Ledger, remote: Remote, url: string): Promise<boolean> {
  const { store } = ledger.repository;
  const ours = await store.read(ROOT_REF);
  const home = await fetchWorkspace({ crypto: ledger.crypto, clock: ledger.clock, remote }, store, url);
  if (home === null) return false;
  const { longer } = await acceptChain(ledger, store, home.chain.tip);
  return longer && store.update([{ ref: ROOT_REF, from: ours, to: home.chain.tip }]);
}
