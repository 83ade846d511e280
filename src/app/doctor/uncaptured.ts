import type { Agent } from "../../ports/agent.ts";
import type { Boundary } from "../capture/boundary.ts";
import { captureSession } from "../capture/capture-session.ts";
import { lastWritten } from "../capture/find-source.ts";
import type { WritableLedger } from "../ledger.ts";
import { fail, ok, warn, type Finding } from "./check.ts";

const DAY_MS = 86_400_000;
/** Days before an agent deletes a session at which it is a failure that it was not captured. */
const NOTICE = 7;

export interface AgentStore {
  readonly agent: Agent;
  /** Days after which the agent deletes a session that nobody continues; absent: it keeps them. */
  readonly keepsDays?: number;
}

export interface Collecting {
  readonly ledger: WritableLedger;
  readonly boundary: Boundary;
  readonly directories: readonly string[];
  /** ms since 1970. */
  readonly nowMs: number;
  /** Why nothing is captured now, and the command that mends it. */
  readonly held?: { readonly why: string; readonly fix: string };
}

/** Sessions of this repository in an agent's store, and whether the agent would soon delete one that is not captured. Writes nothing. */
export async function uncapturedFinding({ ledger, boundary, directories, nowMs, held }: Collecting, { agent, keepsDays }: AgentStore): Promise<Finding> {
  let captured = 0;
  let behind = 0;
  let oldest = nowMs;
  for await (const source of agent.discover(directories)) {
    const outcome = await captureSession(ledger, agent, source, boundary, { waitMs: 0, quietMs: 0, dryRun: true });
    if (outcome.kind === "current") captured += 1;
    if (outcome.kind !== "captured") continue;
    behind += 1;
    oldest = Math.min(oldest, await lastWritten(agent, source));
  }
  if (behind === 0) return ok(captured === 0 ? "no session of this repository" : captured === 1 ? "1 session of this repository, captured" : `${captured} sessions of this repository, all captured`);
  const days = Math.floor((nowMs - oldest) / DAY_MS);
  const said = `${behind} session${behind === 1 ? "" : "s"} of this repository ${behind === 1 ? "is" : "are"} not captured up to the end${held === undefined ? "" : `, as ${held.why}`}`;
  const fix = held?.fix ?? "hx capture";
  if (keepsDays !== undefined && days >= keepsDays - NOTICE) return fail(`${said}; the oldest was last written ${days} days ago, and ${agent.title} deletes after ${keepsDays}`, fix);
  return warn(said, fix);
}
