import { sessionsHere, type Here } from "../app/agents/sessions-here.ts";
import { present } from "../cli/command.ts";
import type { AgentRow, AgentsWorld } from "../cli/world-agents.ts";
import { isNewerThanAll } from "../domain/agent-version.ts";
import { isHxError } from "../domain/errors.ts";
import type { Agent } from "../ports/agent.ts";
import type { HookEntry } from "../ports/hooks.ts";
import { AGENTS, isSeenHere } from "./agents.ts";
import { boundaryOf, connected, laneHere, openClone, openLedger } from "./clone.ts";
import { agentEntries } from "./hooks-world.ts";
import type { Settings } from "./settings.ts";
import type { WiredAgent } from "./wired-agent.ts";

export function agentsWorld(settings: Settings, directory: string): AgentsWorld {
  return {
    async list({ all }) {
      const hooks = await agentEntries(settings, directory);
      const here = await hereOf(settings, directory);
      const checkouts = "why" in here ? [directory] : here.directories;
      const rows = await Promise.all(AGENTS.map((wired) => rowOf(settings, wired, { all, hooks, here, checkouts })));
      return { ...("why" in here ? { uncounted: here.why } : {}), agents: rows.filter((row) => row !== null) };
    },
  };
}

interface Around {
  readonly all: boolean;
  readonly hooks: ReadonlyMap<string, readonly HookEntry[]>;
  readonly here: Here | { readonly why: string };
  /** Where to look for sessions of agents that keep them in the checkout. */
  readonly checkouts: readonly string[];
}

/** Null: it is not here, and was not asked for. */
async function rowOf(settings: Settings, wired: WiredAgent, { all, hooks, here, checkouts }: Around): Promise<AgentRow | null> {
  const isPresent = await isSeenHere(settings, wired, checkouts);
  if (!isPresent && !all) return null;
  const agent = await wired.load(settings);
  const { name, title, verifiedWith } = agent;
  const row = { name, title, present: isPresent, hooks: hookState(hooks.get(name)), verified: verifiedWith };
  if (!isPresent) return { ...row, stores: wired.places(settings) };
  const stores = await agent.roots();
  return { ...row, stores, ...("why" in here ? {} : await counted(here, agent)) };
}

/** A store that cannot be read hides none of the other agents. */
async function counted(here: Here, agent: Agent): Promise<Pick<AgentRow, "sessions" | "version" | "newer" | "problem">> {
  try {
    const { version, ...sessions } = await sessionsHere(here, agent);
    const newer = version !== undefined && isNewerThanAll(version, agent.verifiedWith) ? true : undefined;
    return { sessions, ...present({ version, newer }) };
  } catch (error) {
    if (!isHxError(error)) throw error;
    return { problem: error.message };
  }
}

async function hereOf(settings: Settings, directory: string): Promise<Around["here"]> {
  try {
    const clone = await openClone(settings, directory);
    const ledger = await openLedger(clone);
    const state = await connected(clone, ledger);
    const lane = await laneHere(clone, ledger);
    const { boundary, directories } = await boundaryOf(clone, ledger, state);
    return { ledger, lane: lane?.id ?? null, boundary, directories };
  } catch (error) {
    if (!isHxError(error)) throw error;
    return { why: error.message };
  }
}

function hookState(entries: readonly HookEntry[] | undefined): AgentRow["hooks"] {
  if (entries === undefined) return "none";
  const is = (state: HookEntry["state"]): boolean => entries.some((entry) => entry.state === state);
  if (entries.every(({ state }) => state === "absent")) return "absent";
  if (is("untrusted")) return "untrusted";
  if (is("unknown")) return "unknown";
  return entries.every(({ state }) => state === "installed") ? "installed" : "partly";
}
