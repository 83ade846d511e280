import type { GuardFinding } from "../../domain/guard/finding.ts";
import type { Oid } from "../../domain/ids.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { ROOT_REF } from "../../format/paths.ts";
import type { ObjectReader } from "../../ports/git.ts";
import { readChain, readChainSince, readContentAt, type ChainContent } from "../workspace/chain.ts";
import { replayWhole } from "../workspace/replay.ts";
import type { GuardPorts } from "./ports.ts";
import { judged, refused, type Judged } from "./refusals.ts";

/** A workspace chain that holds: what it says, and `H` of each statement. */
export interface GuardedChain {
  readonly tip: Oid;
  readonly state: WorkspaceState;
  readonly hashes: readonly Uint8Array[];
}

type ChainPorts = Pick<GuardPorts, "crypto" | "clock">;

/** The chain of a ref that was judged when it came: every rule is held against it again, but no signature. */
export async function knownChain(ports: ChainPorts, store: ObjectReader, tip: Oid): Promise<GuardedChain> {
  const content = await readContentAt(store, tip, ports.clock.now());
  return guarded(ports, tip, content, content.statements.length);
}

/**
 * Judges the chain at a commit.
 * @param before the last good state; null where there was none, and everything is judged
 */
export async function judgeChain(ports: ChainPorts, store: ObjectReader, tip: Oid | null, before: GuardedChain | null): Promise<Judged<GuardedChain | null>> {
  if (tip === before?.tip) return { value: before };
  if (tip === null) return before === null ? { value: null } : { finding: deleted(before) };
  const chain = await judged<GuardedChain | null>(ROOT_REF, () => "chain-invalid", async () => {
    const now = ports.clock.now();
    if (before === null) return guarded(ports, tip, await readChain(store, tip, now), 0);
    const content = await readChainSince(store, tip, before.tip, now);
    return content === null ? null : guarded(ports, tip, content, before.hashes.length);
  });
  if (chain.finding !== undefined || chain.value !== null) return chain;
  return { finding: refused("chain-rewritten", ROOT_REF, "the workspace chain does not build on the one that is here: statements are only ever added to it") };
}

function deleted({ hashes }: GuardedChain): GuardFinding {
  return refused("chain-deleted", ROOT_REF, `the workspace chain with its ${hashes.length} statements would be deleted`);
}

function guarded({ crypto }: ChainPorts, tip: Oid, content: ChainContent, verified: number): GuardedChain {
  return { tip, state: replayWhole(crypto, content, verified), hashes: content.statements.map((statement) => crypto.hashes.h(statement)) };
}
