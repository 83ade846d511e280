import { join } from "node:path";
import type { HookPlace } from "../../ports/hooks.ts";
import { ownFilePlace } from "./own-file-place.ts";
import { agentHookCommand } from "./shell.ts";

export interface CopilotHooksOptions {
  /** Absolute: the agent's own directory (`~/.copilot`), or `.github` of a project. hx's file lies in `hooks/` there. */
  readonly directory: string;
  /** The project's hooks: `.github` is made there. */
  readonly project: boolean;
  readonly hxCommand: string;
}

/** None of them can hold up a tool. */
export const copilotEvents = ["sessionStart", "agentStop", "subagentStop", "preCompact", "sessionEnd"] as const;

/** Seconds. Far more than the hook takes: it returns as soon as it has read its payload. */
const timeoutSec = 10;

const mark = "hook agent copilot-cli";

/** Hooks of Copilot CLI: it reads every file in its folder, so that hx has one of its own. */
export function copilotHooks(options: CopilotHooksOptions): HookPlace {
  const bash = agentHookCommand("copilot-cli", options.hxCommand);
  const hooks = Object.fromEntries(copilotEvents.map((event) => [event, [{ type: "command", bash, timeoutSec }]]));
  return ownFilePlace({
    name: "copilot-cli",
    path: join(options.directory, "hooks", "hx.json"),
    text: `${JSON.stringify({ version: 1, hooks }, null, 2)}\n`,
    isOwn,
    mode: 0o644,
    events: copilotEvents,
    below: options.directory,
    makeBelow: options.project,
    judge: async () => ({ state: "installed", ...(options.project ? { note: "copilot runs a project's hooks in folders that are trusted" } : {}) }),
  });
}

/** Nothing but hooks of hx stands in it. */
function isOwn(text: string): boolean {
  try {
    const file: unknown = JSON.parse(text);
    if (!isRecord(file) || Object.keys(file).some((key) => key !== "version" && key !== "hooks")) return false;
    const entries = isRecord(file["hooks"]) ? Object.values(file["hooks"]).flat() : [];
    return entries.length > 0 && entries.every((entry) => isRecord(entry) && typeof entry["bash"] === "string" && entry["bash"].includes(mark));
  } catch {
    return false;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
