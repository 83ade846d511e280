import { join } from "node:path";
import type { HookPlace } from "../../ports/hooks.ts";
import { ownFilePlace } from "./own-file-place.ts";
import { shellWord } from "./shell.ts";

export interface PluginHooksOptions {
  /** The agent's name in hx. */
  readonly agent: string;
  /** Absolute: the agent's folder of settings, a person's or a project's. */
  readonly folder: string;
  /** The project's folder: it is made there. Without a person's the agent is not here. */
  readonly project: boolean;
  readonly hxCommand: string;
}

/** A session was made, a turn or a sub-agent ended, a history was compacted. */
const events = ["session.created", "session.idle", "session.compacted"] as const;

const OWN = "// hx: keeps sessions beside the code. Made by `hx hooks install`, removed by `hx hooks remove`.\n";

/**
 * Nothing but node's own module, so that no package is needed; one callback, which is only told; nothing is thrown. The payload is an
 * argument: `run` ends the process as soon as a turn is over, before a pipe would be written. The text is the same in every version of hx.
 */
function pluginText(agent: string, hxCommand: string): string {
  const hx = shellWord(hxCommand);
  const script = `if [ -z "$HX_SKIP$HX_HOOK" ] && command -v ${hx} >/dev/null 2>&1; then printf %s "$1" | ${hx} hook agent ${agent}; fi`;
  return `${OWN}import { spawn } from "node:child_process";

const events = new Set(${JSON.stringify(events)});
const script = ${JSON.stringify(script)};

export const hx = async ({ directory }) => ({
  event: async ({ event }) => {
    try {
      if (!events.has(event.type)) return;
      const id = event.properties?.sessionID ?? event.properties?.info?.id;
      const payload = JSON.stringify({ hook_event_name: event.type, session_id: id, cwd: directory });
      const child = spawn("sh", ["-c", script, "hx", payload], { cwd: directory, detached: true, stdio: "ignore", windowsHide: true });
      child.on("error", () => {});
      child.unref();
    } catch {}
  },
});
`;
}

/** Hooks of an agent that loads plugins as OpenCode does. */
export function pluginHooks({ agent, folder, project, hxCommand }: PluginHooksOptions): HookPlace {
  return ownFilePlace({
    name: agent,
    path: join(folder, "plugin", "hx.js"),
    text: pluginText(agent, hxCommand),
    isOwn: (text) => text.startsWith(OWN),
    mode: 0o600,
    events,
    below: folder,
    makeBelow: project,
  });
}
