import { join } from "node:path";
import type { HookPlace, HookPlan } from "../../ports/hooks.ts";
import { ownFilePlace } from "./own-file-place.ts";
import { agentHookCommand, shellWord } from "./shell.ts";

export interface ClineHooksOptions {
  /** Absolute: Cline's own folder (`~/.cline`), or `.clinerules` of a project. Its hooks lie in `hooks/` there. */
  readonly folder: string;
  /** The project's hooks: `.clinerules` is made there. */
  readonly project: boolean;
  readonly hxCommand: string;
}

/** None of them can hold up a tool. Cline has an executable a event, named after it. */
export const clineEvents = ["TaskStart", "TaskResume", "TaskComplete", "TaskCancel", "PreCompact"] as const;

const HEAD = "#!/bin/sh\n# hx: keeps sessions beside the code. Made by `hx hooks install`, removed by `hx hooks remove`.\n";

/** What Cline reads of a hook: that it goes on. The text is the same in every version of hx. */
function scriptText(hxCommand: string): string {
  return `${HEAD}${agentHookCommand("cline", hxCommand)}\necho '{"cancel":false}'\n`;
}

/** Hooks of Cline: files of hx's own. Where a person has one for an event, what to add to it is said. */
export function clineHooks({ folder, project, hxCommand }: ClineHooksOptions): HookPlace {
  const places = clineEvents.map((event) =>
    ownFilePlace({
      name: "cline",
      path: join(folder, "hooks", event),
      text: scriptText(hxCommand),
      isOwn: (text) => text.startsWith(HEAD),
      mode: 0o755,
      events: [event],
      below: folder,
      makeBelow: project,
      lines: [`printf %s "$payload" | ${shellWord(hxCommand)} hook agent cline >/dev/null 2>&1 & # $payload: what your hook read from its standard input`],
    }),
  );
  const each = async (work: (place: HookPlace) => Promise<HookPlan>): Promise<HookPlan> => {
    const plans: HookPlan[] = [];
    for (const place of places) plans.push(await work(place));
    return { changes: plans.flatMap(({ changes }) => changes), byHand: plans.flatMap(({ byHand }) => byHand) };
  };
  return {
    name: "cline",
    plan: () => each((place) => place.plan()),
    install: () => each((place) => place.install()),
    remove: () => each((place) => place.remove()),
    state: async () => (await Promise.all(places.map((place) => place.state()))).flat(),
  };
}
