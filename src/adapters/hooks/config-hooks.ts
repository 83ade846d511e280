import type { Repository } from "../../ports/git.ts";
import type { HookEntry, HookPlan } from "../../ports/hooks.ts";
import type { GitEvent } from "./shell.ts";
import { gitEvents, gitHookCommand } from "./shell.ts";

export interface ConfigHooks {
  install(apply: boolean): Promise<HookPlan["changes"]>;
  remove(): Promise<HookPlan["changes"]>;
  state(): Promise<readonly HookEntry[]>;
}

/** Hooks as git's configuration (git 2.54, git-hook(1)): `hook.<name>.event` and `hook.<name>.command`. */
export function configHooks(repository: Pick<Repository, "config" | "setConfig">, hxCommand: string): ConfigHooks {
  const section = (event: GitEvent): string => `hook.hx-${event}`;

  async function entry(event: GitEvent): Promise<HookEntry> {
    const where = section(event);
    const command = await repository.config(`${where}.command`);
    const listens = await repository.config(`${where}.event`);
    if (command === null && listens === null) return { event, state: "absent", where };
    if ((await repository.config(`${where}.enabled`)) === "false") return { event, state: "changed", where, note: `switched off by ${where}.enabled` };
    const same = command === gitHookCommand(event, hxCommand) && listens === event;
    return { event, state: same ? "installed" : "changed", where };
  }

  return {
    install: async (apply) => {
      const changes: HookPlan["changes"][number][] = [];
      for (const event of gitEvents) {
        const { state, where, note } = await entry(event);
        if (state === "installed" || note !== undefined) continue;
        changes.push({ where, what: `set a ${event} hook in the configuration of this repository` });
        if (!apply) continue;
        await repository.setConfig(`${where}.command`, gitHookCommand(event, hxCommand));
        await repository.setConfig(`${where}.event`, event);
      }
      return changes;
    },
    remove: async () => {
      const changes: HookPlan["changes"][number][] = [];
      for (const event of gitEvents) {
        const { state, where } = await entry(event);
        if (state === "absent") continue;
        for (const key of ["event", "command", "enabled"]) {
          if ((await repository.config(`${where}.${key}`)) !== null) await repository.setConfig(`${where}.${key}`, null);
        }
        changes.push({ where, what: `take the ${event} hook out of the configuration` });
      }
      return changes;
    },
    state: () => Promise.all(gitEvents.map(entry)),
  };
}
