import { HxError } from "../../domain/errors.ts";
import { equal, fromHex, fromUtf8, toHex, utf8 } from "../../domain/bytes.ts";
import type { Oid } from "../../domain/ids.ts";
import { compareChains, forkError } from "../../domain/workspace/compare.ts";
import { membershipKey, type WorkspaceState } from "../../domain/workspace/state.ts";
import { ROOT_REF } from "../../format/paths.ts";
import type { ObjectReader } from "../../ports/git.ts";
import type { Ledger } from "../ledger.ts";
import type { LaneRules } from "../lane/verify-lane.ts";
import { readChain, type Chain } from "../workspace/chain.ts";
import { replayWhole } from "../workspace/replay.ts";

/** A verified workspace chain: its statements, and what they say. */
export interface VerifiedChain {
  readonly chain: Chain;
  readonly state: WorkspaceState;
  /** `H` of each statement's envelope. */
  readonly hashes: readonly Uint8Array[];
}

const TRUST = "root.json";

/**
 * Reads and replays the chain below a commit, as that of this ledger's workspace.
 * @param known hashes of statements that verified on this device before
 * @throws HxError `workspace-invalid`, `too-new`
 */
export async function verifyChain(ledger: Pick<Ledger, "crypto" | "clock" | "workspace">, store: ObjectReader, tip: Oid, known: readonly Uint8Array[] = []): Promise<VerifiedChain> {
  const chain = await readChain(store, tip, ledger.clock.now());
  const hashes = chain.statements.map((statement) => ledger.crypto.hashes.h(statement));
  const first = hashes.findIndex((hash, n) => !equal(hash, known[n] ?? new Uint8Array()));
  const state = replayWhole(ledger.crypto, chain, first < 0 ? hashes.length : first);
  if (state.workspace !== ledger.workspace) throw new HxError("workspace-invalid", "the workspace chain is that of another workspace");
  return { chain, state, hashes };
}

/** The newest chain of each store that was replayed in this process: a command asks for it at every step. */
const replayed = new WeakMap<ObjectReader, VerifiedChain>();

/**
 * The chain of the local ref, checked against what was verified before.
 * @throws HxError `not-connected` when there is none; `workspace-fork` when it is older or another
 */
export async function localChain(ledger: Ledger): Promise<VerifiedChain> {
  const tip = await ledger.repository.store.read(ROOT_REF);
  if (tip === null) throw new HxError("not-connected", "the workspace chain is not in this clone yet", { hints: ["hx sync"] });
  const known = await trusted(ledger);
  const verified = await chainHere(ledger, tip, known);
  if (known.length > verified.hashes.length) throw new HxError("workspace-fork", "the local copy of the workspace chain is older than one that was verified", { hints: ["hx sync"] });
  requirePrefix(known, verified.hashes);
  if (known.length < verified.hashes.length) await trust(ledger, verified.hashes);
  return verified;
}

/** @param known hashes of statements that verified on this device before */
async function chainHere(ledger: Ledger, tip: Oid, known: readonly Uint8Array[]): Promise<VerifiedChain> {
  const { store } = ledger.repository;
  const before = replayed.get(store);
  if (before?.chain.tip === tip && before.state.workspace === ledger.workspace) return before;
  const verified = await verifyChain(ledger, store, tip, known);
  replayed.set(store, verified);
  return verified;
}

/** Whether the chain here is one that was verified, and more of it was: another clone on this device has seen that. */
export async function isBehind(ledger: Ledger, tip: Oid): Promise<boolean> {
  const known = await trusted(ledger);
  const { hashes } = await chainHere(ledger, tip, known);
  return compareChains(hashes, known).kind === "behind";
}

/** Takes a fetched chain when it extends what is known. @returns the longer of the two */
export async function acceptChain(ledger: Ledger, store: ObjectReader, fetched: Oid): Promise<{ readonly chain: VerifiedChain; readonly longer: boolean }> {
  const theirs = await verifyChain(ledger, store, fetched);
  const known = await trusted(ledger);
  const relation = compareChains(known, theirs.hashes);
  if (relation.kind === "fork") throw forkError(relation.at);
  if (relation.kind === "behind") await trust(ledger, theirs.hashes);
  return { chain: theirs, longer: relation.kind === "behind" };
}

/** The rules that this chain gives for lanes. */
export function laneRules(ledger: Pick<Ledger, "crypto" | "clock" | "repo" | "workspace">, { state, hashes }: Pick<VerifiedChain, "state" | "hashes">): LaneRules {
  return {
    crypto: ledger.crypto,
    repo: ledger.repo,
    workspace: ledger.workspace,
    membershipKey: (epoch) => membershipKey(state, epoch)?.sign ?? null,
    statementHash: (n) => hashes[n] ?? null,
    removals: state,
    nowMs: () => ledger.clock.now(),
  };
}

function requirePrefix(known: readonly Uint8Array[], now: readonly Uint8Array[]): void {
  const relation = compareChains(known, now);
  if (relation.kind === "fork") throw forkError(relation.at);
}

async function trusted(ledger: Ledger): Promise<readonly Uint8Array[]> {
  const bytes = await ledger.trust.read(TRUST);
  if (bytes === null) return [];
  return (JSON.parse(fromUtf8(bytes)) as string[]).map((hash) => fromHex(hash));
}

async function trust(ledger: Ledger, hashes: readonly Uint8Array[]): Promise<void> {
  await ledger.trust.write(TRUST, utf8(JSON.stringify(hashes.map(toHex))));
}
