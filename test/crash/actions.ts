import { openIdentity } from "../../src/app/identity/open.ts";
import type { Ledger, WritableLedger } from "../../src/app/ledger.ts";
import { captureAll } from "../../src/app/sessions/capture-all.ts";
import { sync } from "../../src/app/sync/sync.ts";
import { agentsOf } from "../../src/wire/agents.ts";
import { boundaryOf, connected, openClone, openLedger, writable, type Clone, type Connected } from "../../src/wire/clone.ts";
import { identityPorts } from "../../src/wire/identity-ports.ts";
import { ensureLane } from "../../src/wire/own-lane.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { steppedKeys, steppedLedger, steppedRemote, type Step } from "./steps.ts";

export type Action = "capture" | "sync";

export interface Run {
  /** A working tree of the clone. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly actions: readonly Action[];
  /** Somebody else may be in the way, and then it is left for later. */
  readonly busyIsFine?: boolean;
  readonly waitMs?: number;
}

/** Captures and syncs as the commands do, with every write of it going through `step`. */
export async function runActions(run: Run, step: Step): Promise<void> {
  const settings = readSettings(run.env);
  const real = await openClone(settings, run.directory);
  const clone: Clone = { ...real, files: steppedKeys(step, real.files), remote: steppedRemote(step, real.remote) };
  const opened = await openLedger(clone);
  try {
    const ledger = steppedLedger(step, opened);
    const state = await connected(clone, ledger);
    const own = await ownLedger(clone, ledger, state, run);
    for (const action of run.actions) await (action === "capture" ? capture(run, clone, own, state) : push(run, clone, own));
  } finally {
    await Promise.all([opened.repository.store.close(), opened.stage.close(), opened.others.close()]);
  }
}

async function ownLedger(clone: Clone, ledger: Ledger, state: Connected, run: Run): Promise<WritableLedger> {
  const own = await writable(clone, ledger);
  if (own !== null) return own;
  const ports = await identityPorts(readSettings(run.env), { ask: async () => null });
  await ensureLane(clone, ledger, await openIdentity(ports), state.chain);
  const opened = await writable(clone, ledger);
  if (opened === null) throw new Error("no lane was opened");
  return opened;
}

async function capture(run: Run, clone: Clone, own: WritableLedger, state: Connected): Promise<void> {
  const { boundary, directories, keep } = await boundaryOf(clone, own, state);
  for (const { id, outcome } of await captureAll(own, await agentsOf(clone.settings), boundary, { directories, waitMs: run.waitMs ?? 10_000 })) {
    if (outcome.kind === "failed") {
      if (run.busyIsFine === true && outcome.error instanceof Error && "code" in outcome.error && outcome.error.code === "busy") continue;
      throw outcome.error;
    }
    if (outcome.kind === "busy" && run.busyIsFine === true) continue;
    if (outcome.kind !== "captured" && outcome.kind !== "current") throw new Error(`session ${id} is ${outcome.kind}`);
  }
  await keep();
}

async function push(run: Run, clone: Clone, own: WritableLedger): Promise<void> {
  try {
    const result = await sync(own, clone.remote, "origin", { waitMs: run.waitMs ?? 20_000 });
    const fine = result.push.kind === "done" || result.push.kind === "nothing" || (result.push.kind === "stale" && run.busyIsFine === true);
    if (!fine) throw new Error(`the push ended with ${JSON.stringify(result.push)}`);
    const problem = result.problems[0];
    if (problem !== undefined) throw problem.error;
    if (result.withheld.length > 0) throw new Error("a lane is withheld");
  } catch (error) {
    if (run.busyIsFine === true && error instanceof Error && "code" in error && error.code === "busy") return;
    throw error;
  }
}

/** Does not stop anywhere. */
export const freely: Step = (_, work) => work();
