import { join } from "node:path";
import type { HookPlace } from "../../ports/hooks.ts";
import { ownFilePlace } from "./own-file-place.ts";

export interface PiHooksOptions {
  /** Absolute: Pi's own directory (`~/.pi/agent`), or `.pi` of a project. hx's file lies in `extensions/` there. */
  readonly directory: string;
  /** The project's extensions: `.pi` is made there. */
  readonly project: boolean;
  readonly hxCommand: string;
}

/** None of them can change what Pi does: what a listener returns counts for others only. */
export const piEvents = ["session_start", "agent_end", "session_compact", "session_shutdown"] as const;

const firstLine = "// Made by hx: tells it that a session of Pi began, answered, was compacted or ended.";

/**
 * The extension that Pi loads. It starts hx in a session of its own and waits for nothing; whatever goes wrong is
 * kept from Pi. Sessions may lie in a folder that was given to Pi at its start alone, so hx is told which it is.
 */
export function piExtension(hxCommand: string): string {
  return `${firstLine}
import { spawn } from "node:child_process";
import { dirname, resolve } from "node:path";

const command = ${JSON.stringify(hxCommand)};
const events = ${JSON.stringify(piEvents)};

export default function (pi) {
  const tell = (event, context) => {
    try {
      if (process.env.HX_SKIP || process.env.HX_HOOK) return;
      const file = context.sessionManager.getSessionFile();
      if (!file) return;
      const transcript = resolve(file);
      const payload = { session_id: context.sessionManager.getSessionId(), transcript_path: transcript, cwd: context.cwd, hook_event_name: event };
      const env = { ...process.env, PI_CODING_AGENT_SESSION_DIR: dirname(transcript) };
      const hx = spawn(command, ["hook", "agent", "pi"], { detached: true, env, stdio: ["pipe", "ignore", "ignore"], windowsHide: true });
      hx.on("error", () => {});
      hx.stdin.on("error", () => {});
      hx.stdin.end(JSON.stringify(payload));
      hx.unref();
    } catch {}
  };
  for (const event of events) pi.on(event, (_event, context) => tell(event, context));
}
`;
}

/** Hooks of Pi: an extension in a file of hx's own. */
export function piHooks(options: PiHooksOptions): HookPlace {
  return ownFilePlace({
    name: "pi",
    path: join(options.directory, "extensions", "hx.ts"),
    text: piExtension(options.hxCommand),
    isOwn: (text) => text.startsWith(`${firstLine}\n`),
    mode: 0o644,
    events: piEvents,
    below: options.directory,
    makeBelow: options.project,
  });
}
