import type { FetchedAnchor } from "../app/guard/anchor.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import { verifySessions, type Finding } from "../app/sessions/verify-all.ts";
import { goneEntries, verifyShared, type VerifiedShared } from "../app/sharing/verify-shared.ts";
import { fetchOnly, type SyncResult } from "../app/sync/sync.ts";
import { localChain, verifyChain } from "../app/sync/workspace-chain.ts";
import type { VerifyReport, WorldContext } from "../cli/world.ts";
import { HxError, isHxError } from "../domain/errors.ts";
import { anchorBefore, heldAgainst } from "./guard-anchor.ts";
import { openHere } from "./here.ts";
import { knowledgeOf } from "./knowledge.ts";
import type { Settings } from "./settings.ts";
import { sharingOf } from "./sharing-clone.ts";

const NOTHING: VerifiedShared = { sessions: 0, opened: 0, findings: [] };

/** `hx verify`: everything signed and hashed, what may be opened is opened: one's own, and others' under a living lease. */
export async function verifyHere(
  settings: Settings,
  context: WorldContext,
  ports: () => Promise<IdentityPorts>,
  options: { readonly full: boolean; readonly remote?: string; readonly anchor?: string },
): Promise<VerifyReport> {
  const here = await openHere(settings, context.directory, ports, "maybe", context.signal);
  const { clone, ledger, state } = here;
  const listed = state.effective.listedRemotes.map(({ name }) => name);
  const remote = options.remote ?? listed[0];
  if (remote !== undefined && !listed.includes(remote)) throw new HxError("not-connected", `'${remote}' is not a listed remote of this clone`);
  const findings: Finding[] = [];
  let synced: SyncResult | null = null;
  let anchor: FetchedAnchor | null = null;
  if (remote !== undefined) {
    context.progress.phase(`asking ${remote}`);
    try {
      anchor = await anchorBefore(clone, remote, options.anchor, context.signal);
      if (anchor === null && options.anchor !== undefined) findings.push({ severity: "error", code: "not-found", message: `'${remote}' has no branch '${options.anchor}'`, place: [["remote", remote]] });
      synced = await fetchOnly(ledger, clone.remote, remote, { waitMs: 10_000, signal: context.signal, whole: options.full });
      for (const { lane, error } of synced.problems) findings.push({ severity: "error", code: error.code, message: error.message, place: [["remote", remote], ["lane", lane]] });
      for (const lane of synced.withheld) findings.push({ severity: "warning", code: "lane-withheld", message: `lane '${lane}' is withheld`, place: [["remote", remote], ["lane", lane]] });
    } catch (error) {
      if (!isHxError(error) || error.code !== "remote-failed") throw error;
      findings.push({ severity: "warning", code: error.code, message: error.message, place: [["remote", remote]] });
    }
  }
  context.progress.phase("verifying");
  // What verified on this device before is verified once more: nothing here is taken from the trust state.
  const chain = await verifyChain(ledger, ledger.repository.store, state.chain.chain.tip);
  const report = await verifySessions(ledger, chain, here.author, here.author === null ? [] : await here.mine());
  const anchored = anchor === null || synced === null ? [] : await heldAgainst(ledger, await localChain(ledger), anchor);
  const own = here.identity === null ? null : await sharingOf(here, context, "none");
  const known = own === null ? null : await knowledgeOf(own, synced);
  const shared = own === null || known === null ? NOTHING : await verifyShared(known, own.own, own.remote);
  const gone = await goneEntries(ledger, known, synced?.problems ?? []);
  return { ...report, shared: { sessions: shared.sessions, opened: shared.opened }, findings: [...findings, ...report.findings, ...shared.findings, ...gone, ...anchored] };
}
