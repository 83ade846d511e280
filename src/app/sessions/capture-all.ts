import { isHxError } from "../../domain/errors.ts";
import type { Agent, SessionSource } from "../../ports/agent.ts";
import type { Boundary } from "../capture/boundary.ts";
import { captureSession, type CaptureOutcome } from "../capture/capture-session.ts";
import { QUIET_MS } from "../capture/quiet.ts";
import type { WritableLedger } from "../ledger.ts";

export interface CaptureAllOptions {
  /** Working trees of the repository, by which agents narrow their search. */
  readonly directories: readonly string[];
  /** The agent's own id, or a beginning of it. */
  readonly session?: string;
  /** Only sessions that changed after, ms since 1970. */
  readonly since?: number;
  readonly dryRun?: boolean;
  /** Also what was erased. */
  readonly again?: boolean;
  readonly waitMs: number;
  readonly signal?: AbortSignal;
}

export interface Captured {
  readonly agent: string;
  /** The agent's own id; empty where its store could not be read, so that no session is known. */
  readonly id: string;
  readonly outcome: CaptureOutcome | { readonly kind: "failed"; readonly error: unknown };
}

/** Captures every session of the agents that may have run here. One that fails, and a store that cannot be read, does not stop the others. */
export async function captureAll(ledger: WritableLedger, agents: readonly Agent[], boundary: Boundary, options: CaptureAllOptions): Promise<readonly Captured[]> {
  const results: Captured[] = [];
  const sources = sourcesOf(agents, options);
  const worker = async (): Promise<void> => {
    for (let next = await sources.next(); next.done !== true; next = await sources.next()) {
      options.signal?.throwIfAborted();
      if ("error" in next.value) {
        results.push({ agent: next.value.agent.name, id: "", outcome: { kind: "failed", error: next.value.error } });
        continue;
      }
      const { agent, source } = next.value;
      results.push({ agent: source.agent, id: source.id, outcome: await attempt(ledger, agent, source, boundary, options) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results.sort((a, b) => (a.agent === b.agent ? (a.id < b.id ? -1 : 1) : a.agent < b.agent ? -1 : 1));
}

/** Sessions that are captured at once: while one is compressed, the next is read. */
const AT_ONCE = 2;

type Next = { readonly agent: Agent; readonly source: SessionSource } | { readonly agent: Agent; readonly error: unknown };

async function* sourcesOf(agents: readonly Agent[], options: CaptureAllOptions): AsyncGenerator<Next> {
  for (const agent of agents) {
    const narrowing = options.since === undefined ? {} : { changedSince: options.since };
    try {
      for await (const source of agent.discover(options.directories, narrowing)) {
        if (options.session === undefined || source.id.startsWith(options.session)) yield { agent, source };
      }
    } catch (error) {
      if (isHxError(error) && error.code === "internal") throw error;
      yield { agent, error };
    }
  }
}

async function attempt(ledger: WritableLedger, agent: Agent, source: SessionSource, boundary: Boundary, options: CaptureAllOptions): Promise<Captured["outcome"]> {
  try {
    const { waitMs, dryRun = false, again = false } = options;
    return await captureSession(ledger, agent, source, boundary, { waitMs, quietMs: QUIET_MS, dryRun, again });
  } catch (error) {
    if (isHxError(error) && error.code === "internal") throw error;
    return { kind: "failed", error };
  }
}
