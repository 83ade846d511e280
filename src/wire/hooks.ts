import { captureSession } from "../app/capture/capture-session.ts";
import { QUIET_MS } from "../app/capture/quiet.ts";
import { requireSeen } from "../app/policy/seen.ts";
import { captureAll, type Captured } from "../app/sessions/capture-all.ts";
import { dueError } from "../app/publish/publish.ts";
import { sync } from "../app/sync/sync.ts";
import { localChain } from "../app/sync/workspace-chain.ts";
import { hasWork } from "../app/sync/waiting.ts";
import { HxError } from "../domain/errors.ts";
import { laneWait, type LaneWait } from "../domain/workspace/standing.ts";
import type { HookWorld } from "../hooks/world.ts";
import { agentNamed, presentAgents } from "./agents.ts";
import type { HookPayload } from "../ports/agent.ts";
import { identityPorts } from "./identity-ports.ts";
import { lookAfterPush } from "./request-notices.ts";
import { boundaryOf, connected, openClone, openLedger, writable, type Clone } from "./clone.ts";
import type { WritableLedger } from "../app/ledger.ts";
import { settlePause } from "./keeping-world.ts";
import { readSettings, type Settings } from "./settings.ts";

const WAIT_MS = 10_000;

/** Is told of a capture of all sessions. */
export interface CaptureWatch {
  /** Before any session is looked at. @param directories where agents are asked for sessions */
  before(directories: readonly string[]): Promise<void>;
  after(captured: readonly Captured[]): Promise<void>;
}

/** What hooks do. Everything here works without a passphrase. */
export async function hookWorld(watch?: CaptureWatch, settings: Settings = readSettings()): Promise<HookWorld> {
  const open = async (directory: string): Promise<{ clone: Clone; ledger: WritableLedger }> => {
    const clone = await openClone(settings, directory);
    const ledger = await writable(clone, await openLedger(clone));
    if (ledger === null) throw new HxError("not-connected", "this clone has no lane yet", { hints: ["hx init"] });
    return { clone, ledger };
  };
  return {
    async captureAll(directory) {
      const { clone, ledger } = await open(directory);
      const state = await connected(clone, ledger);
      await requireSeen(ledger, state.chain.state);
      const { boundary, directories, keep } = await boundaryOf(clone, ledger, state);
      if (await settlePause(settings, ledger, state, directories)) return;
      await watch?.before(directories);
      const captured = await captureAll(ledger, await presentAgents(settings), boundary, { directories, waitMs: WAIT_MS });
      await keep();
      await watch?.after(captured);
      // The others are captured; that one was not goes into the log of the hooks.
      const failed = captured.find(({ outcome }) => outcome.kind === "failed")?.outcome;
      if (failed?.kind === "failed") throw failed.error;
    },
    async captureSession(name, payload, directory) {
      const { clone, ledger } = await open(directory);
      const agent = await agentNamed(settings, ranBy(name, payload));
      const source = (await agent?.fromHook(payload)) ?? null;
      if (agent === null || source === null) return;
      const state = await connected(clone, ledger);
      await requireSeen(ledger, state.chain.state);
      const { boundary, directories, keep } = await boundaryOf(clone, ledger, state);
      if (await settlePause(settings, ledger, state, directories)) return;
      // Where the payload says, else where the agent started the hook: Windsurf says it nowhere else.
      await captureSession(ledger, agent, source, boundary, { waitMs: WAIT_MS, quietMs: QUIET_MS, hint: directory });
      await keep();
    },
    async pushWaiting(directory, { awaited, deadlineMs }) {
      const { clone, ledger } = await open(directory);
      const { chain, effective } = await connected(clone, ledger);
      if (isNobodysTurn(laneWait(chain.state, ledger.lane))) return;
      let hasFetched = false;
      for (const { name } of effective.listedRemotes) {
        if (!(await hasWork(ledger, name))) continue;
        const { push, waits } = await sync(ledger, clone.remote, name, { timeoutMs: deadlineMs, waitMs: Math.min(WAIT_MS, deadlineMs) });
        if (waits === "certificate" || waits === "renewal" || waits === "reissue") throw dueError(ledger.lane.id, waits);
        if (push.kind !== "done" && push.kind !== "nothing") throw new HxError("remote-failed", `'${name}' did not take the sessions`);
        hasFetched = true;
      }
      // Whoever waits for a push is an agent or a job, whom no request concerns.
      if (hasFetched && !awaited) await lookAfterPush(ledger, (await localChain(ledger)).state, await identityPorts(settings, { ask: async () => null }));
    },
  };
}

/** Nothing that the person of this clone could do would bring the sessions out: `status` tells whose turn it is. */
function isNobodysTurn(waits: LaneWait | null): boolean {
  return waits === "admission" || waits === "removed";
}

/** VS Code runs hooks that were installed for others too (`.github/hooks`, `~/.copilot/hooks`, `.claude/settings.json`): its payload alone has this key. */
function ranBy(name: string, payload: HookPayload): string {
  const isEditors = (name === "copilot-cli" || name === "claude-code") && typeof payload["hookEventName"] === "string";
  return isEditors ? "vscode-copilot" : name;
}
