import { HxError, isHxError } from "../../domain/errors.ts";
import { refName } from "../../domain/ids.ts";
import { isListedUrl } from "../../domain/remote-url.ts";
import { ROOT_REF } from "../../format/paths.ts";
import type { Remote, RemoteOptions } from "../../ports/git.ts";
import type { Ledger } from "../ledger.ts";
import { acceptChain, isBehind } from "./workspace-chain.ts";

const QUARANTINE = refName("refs/hx/quarantine/first-root");

/**
 * Brings the workspace chain into a clone that does not have it yet, or has less of it than another clone on this device has
 * verified, from a remote that the connection file lists. Only a chain of the workspace that the file names is taken.
 * @throws HxError `remote-failed`; `workspace-invalid`, `too-new`
 */
export async function firstChain(ledger: Ledger, remote: Remote, listed: readonly string[], options: RemoteOptions): Promise<void> {
  const { store, checkout } = ledger.repository;
  const ours = await store.read(ROOT_REF);
  if (ours !== null && !(await isBehind(ledger, ours))) return;
  let failure: HxError | null = null;
  for (const { name, fetch } of await ledger.repository.remotes()) {
    if (!isListedUrl(fetch, listed, checkout.top ?? checkout.gitDirectory)) continue;
    try {
      const theirs = (await remote.list(name, ROOT_REF, options)).get(ROOT_REF);
      if (theirs === undefined) continue;
      await remote.fetch(store, name, [{ from: ROOT_REF, to: QUARANTINE }], { ...options, whole: true });
      await acceptChain(ledger, store, theirs);
      if (ours !== null && (await isBehind(ledger, theirs))) continue;
      await store.update([
        { ref: ROOT_REF, from: ours, to: theirs },
        { ref: QUARANTINE, from: theirs, to: null },
      ]);
      return;
    } catch (error) {
      if (!isHxError(error) || error.code !== "remote-failed") throw error;
      failure = error;
    }
  }
  if (failure !== null) throw failure;
}
