import { join } from "node:path";
import type { HookPlace } from "../../ports/hooks.ts";
import { ownFilePlace } from "./own-file-place.ts";
import { shellWord } from "./shell.ts";

export interface AmpHooksOptions {
  /** Absolute: Amp's folder of settings (`~/.config/amp`), or `.amp` of a project. hx's file lies in `plugins/` there. */
  readonly folder: string;
  /** The project's plugins: `.amp` is made there. */
  readonly project: boolean;
  readonly hxCommand: string;
}

/** Amp has none for the end of a session, nor for a compaction. */
export const ampEvents = ["session.start", "agent.end"] as const;

/** Amp loads no plugin without the first line. */
const OWN = `// @i-know-the-amp-plugin-api-is-wip-and-very-experimental-right-now
// hx: keeps sessions beside the code. Made by \`hx hooks install\`, removed by \`hx hooks remove\`.
`;

/** A listener that returns nothing changes nothing; nothing is thrown, and nothing is waited for. The text is the same in every version of hx. */
function pluginText(hxCommand: string): string {
  const hx = shellWord(hxCommand);
  const script = `if [ -z "$HX_SKIP$HX_HOOK" ] && command -v ${hx} >/dev/null 2>&1; then printf %s "$1" | ${hx} hook agent amp; fi`;
  return `${OWN}import { spawn } from "node:child_process";

const events = ${JSON.stringify(ampEvents)};
const script = ${JSON.stringify(script)};

export default function (amp) {
  for (const name of events) {
    amp.on(name, (event, context) => {
      try {
        const id = event?.thread?.id ?? context?.thread?.id;
        const payload = JSON.stringify({ hook_event_name: name, session_id: id, cwd: process.cwd() });
        const child = spawn("sh", ["-c", script, "hx", payload], { detached: true, stdio: "ignore", windowsHide: true });
        child.on("error", () => {});
        child.unref();
      } catch {}
    });
  }
}
`;
}

/** Hooks of Amp: a plugin in a file of hx's own. */
export function ampHooks({ folder, project, hxCommand }: AmpHooksOptions): HookPlace {
  return ownFilePlace({
    name: "amp",
    path: join(folder, "plugins", "hx.ts"),
    text: pluginText(hxCommand),
    isOwn: (text) => text.startsWith(OWN),
    mode: 0o600,
    events: ampEvents,
    below: folder,
    makeBelow: project,
  });
}
