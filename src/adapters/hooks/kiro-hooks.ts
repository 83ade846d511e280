import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { HookPlace, HookPlan } from "../../ports/hooks.ts";
import { settingsPlace } from "./settings-place.ts";
import type { SettingsHook } from "./settings-text.ts";
import { agentHookCommand } from "./shell.ts";

export interface KiroHooksOptions {
  /** Absolute: `$KIRO_HOME/agents`, or `.kiro/agents` of a project. */
  readonly agentsPath: string;
  /** The project's agents. Without any nothing is said: a person's own may do. */
  readonly project: boolean;
  readonly hxCommand: string;
}

/** The session's start and each turn's end; Kiro has no event for a session's end. */
export const kiroEvents = ["agentSpawn", "stop"] as const;

const selected = "kiro runs the hooks of the selected agent only";

/**
 * Hooks of Kiro CLI: they stand in the file of each agent that a person configured, and run while that agent is selected. An agent
 * is never made: whoever selects none gets Kiro's own, which has no file.
 */
export function kiroHooks(options: KiroHooksOptions): HookPlace {
  const command = agentHookCommand("kiro", options.hxCommand);
  const hooks: readonly SettingsHook[] = kiroEvents.map((event) => ({ event, command, timeout: 10, flat: { timeout_ms: 10_000 } }));

  async function places(): Promise<readonly HookPlace[]> {
    const names = await readdir(options.agentsPath).catch((): string[] => []);
    return names.filter((name) => name.endsWith(".json")).sort().map((name) =>
      settingsPlace({ name: "kiro", path: join(options.agentsPath, name), hooks, makeDirectory: false, judge: async () => ({ state: "installed", note: selected }) }),
    );
  }

  async function each(work: (place: HookPlace) => Promise<HookPlan>): Promise<HookPlan> {
    const plans: HookPlan[] = [];
    for (const place of await places()) plans.push(await work(place));
    return { changes: plans.flatMap(({ changes }) => changes), byHand: plans.flatMap(({ byHand }) => byHand) };
  }

  /** What a person puts into the file of an agent of their own, where they have none. */
  async function byHand(): Promise<HookPlan["byHand"]> {
    const isHere = await stat(dirname(options.agentsPath)).then((found) => found.isDirectory(), () => false);
    if (options.project || !isHere || (await places()).length > 0) return [];
    const entries = Object.fromEntries(kiroEvents.map((event) => [event, [{ command, timeout_ms: 10_000 }]]));
    return [{ where: join(options.agentsPath, "<agent>.json"), lines: JSON.stringify({ hooks: entries }, null, 2).split("\n") }];
  }

  return {
    name: "kiro",
    plan: async () => ({ changes: (await each((place) => place.plan())).changes, byHand: await byHand() }),
    install: async () => ({ changes: (await each((place) => place.install())).changes, byHand: await byHand() }),
    remove: () => each((place) => place.remove()),
    async state() {
      const found = await Promise.all((await places()).map((place) => place.state()));
      if (found.length > 0) return found.flat();
      return kiroEvents.map((event) => ({ event, state: "absent", where: options.agentsPath, note: `${selected}, and there is none of yours` }));
    },
  };
}
