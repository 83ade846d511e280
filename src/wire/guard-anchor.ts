import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gitRepositories } from "../adapters/git/repositories.ts";
import { ANCHOR_BRANCH, anchorRef, fetchAnchor, openAnchor, writeAnchor, type FetchedAnchor } from "../app/guard/anchor.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import type { Ledger } from "../app/ledger.ts";
import { LaneTrusts } from "../app/lane/trust.ts";
import type { Finding } from "../app/sessions/verify-all.ts";
import type { VerifiedChain } from "../app/sync/workspace-chain.ts";
import type { AnchorOptions, AnchorResult } from "../cli/world-guard.ts";
import { present } from "../cli/command.ts";
import type { WorldContext } from "../cli/world.ts";
import { toHex } from "../domain/bytes.ts";
import { HxError, isHxError } from "../domain/errors.ts";
import { refName } from "../domain/ids.ts";
import { laneRef } from "../format/paths.ts";
import type { Clone } from "./clone.ts";
import { bareRepository, judgeRemoteHere } from "./guard-remote.ts";
import { openHere } from "./here.ts";
import type { Settings } from "./settings.ts";

/** `hx guard anchor`: what a CI job would judge, held against the anchor before, and where nothing is refused, signed by this device and pushed. */
export async function anchorHere(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>, options: AnchorOptions): Promise<AnchorResult> {
  const here = await openHere(settings, context.directory, ports, "must", context.signal);
  const { acting, state: connected } = here;
  if (acting === null) throw new HxError("locked", "your keys are locked", { hints: ["hx identity unlock"] });
  const listed = connected.effective.listedRemotes.map(({ name }) => name);
  const remote = options.remote ?? listed[0];
  if (remote === undefined || !listed.includes(remote)) throw new HxError("not-connected", `'${remote ?? "origin"}' is not a listed remote of this clone`, { hints: ["git remote -v"] });
  const branch = options.branch ?? ANCHOR_BRANCH;
  return await judgeRemoteHere(settings, context, { accept: [], last: null, remote, anchor: branch, anchoring: true }, async (judged) => {
    const { report, next, anchor: before } = judged;
    const result = { branch, report: { ...report, since: judged.last === null ? ("nothing" as const) : ("anchor" as const) } };
    if (next === null) return { ...result, done: "refused" };
    const signer = { device: acting.device, sign: acting.sign };
    const written = await writeAnchor({ crypto: judged.ports.crypto, clock: judged.ports.clock, signer }, judged.code.store, next, before);
    if (written === null) return { ...result, done: "unchanged", ...present({ n: before?.anchor.n }) };
    context.progress.phase(`pushing to ${remote}`);
    const pushed = await judged.ports.remote.push(judged.code.store, remote, [{ local: written.commit, ref: refName(anchorRef(branch)), lease: before?.fetched.commit ?? null }], { signal: context.signal });
    if (pushed.kind === "stale") throw new HxError("busy", `somebody else wrote '${branch}' first`, { hints: ["hx guard anchor"] });
    if (pushed.kind !== "done") throw new HxError("remote-failed", `'${remote}' did not take the anchor: ${pushed.reason}`, { hints: [`git push ${remote} --dry-run`] });
    return { ...result, done: "anchored", n: written.anchor.n };
  });
}

/** The anchor of a remote as it is before its lanes are fetched. Null: there is none. @throws HxError `remote-failed` */
export async function anchorBefore({ settings, repository, remote }: Clone, name: string, branch: string | undefined, signal: AbortSignal): Promise<FetchedAnchor | null> {
  const root = await mkdtemp(join(tmpdir(), "hx-anchor-"));
  try {
    const store = await gitRepositories({ env: settings.env }).bareStore(join(root, "code.git"), repository.checkout.objectFormat);
    const code = await bareRepository(settings, store);
    try {
      return await fetchAnchor({ remote }, code, name, branch ?? ANCHOR_BRANCH, { signal });
    } finally {
      await Promise.all([store.close(), code.store.close()]);
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** What verified here, held against an anchor: a lane that is behind it was rolled back, for it was fetched later. */
export async function heldAgainst(ledger: Ledger, { state, chain }: VerifiedChain, fetched: FetchedAnchor): Promise<readonly Finding[]> {
  const place: Finding["place"] = [["anchor", fetched.commit]];
  try {
    const anchor = openAnchor(ledger.crypto, state, ledger.repo, fetched);
    const findings: Finding[] = [];
    const statement = chain.statements[anchor.head.n];
    if (statement === undefined || toHex(ledger.crypto.hashes.h(statement)) !== toHex(anchor.head.hash)) findings.push({ severity: "error", code: "workspace-fork", message: `the workspace chain does not have statement ${anchor.head.n} of the anchor`, place });
    const trusts = new LaneTrusts(ledger.trust);
    for (const [lane, { seq, hash, keys }] of anchor.lanes) {
      const trust = await trusts.read(lane);
      const where: Finding["place"] = [["ref", laneRef(lane)], ...place];
      if (trust === null) findings.push({ severity: "error", code: "lane-rollback", message: `lane '${lane}', which the anchor names with header ${seq}, is not here`, place: where });
      else if (trust.seq < seq) findings.push({ severity: "error", code: "lane-rollback", message: `lane '${lane}' is at header ${trust.seq}, and the anchor names header ${seq}`, place: where });
      else if (trust.chain[seq] !== toHex(hash)) findings.push({ severity: "error", code: "lane-fork", message: `lane '${lane}' has another header ${seq} than the anchor names`, place: where });
      else if (keys !== undefined && (trust.keys?.counter ?? -1) < keys.counter) findings.push({ severity: "error", code: "keys-invalid", message: `the keys of lane '${lane}' are older than the anchor names them`, place: where });
    }
    return findings;
  } catch (error) {
    if (!isHxError(error)) throw error;
    return [{ severity: "error", code: error.code, message: error.message, place }];
  }
}
