import type { GuardWorld } from "../cli/world-guard.ts";
import type { WorldContext } from "../cli/world.ts";
import type { Settings } from "./settings.ts";

export function guardWorld(settings: Settings, context: WorldContext): GuardWorld {
  return {
    push: async (lines, options) => (await import("./guard-push.ts")).guardHere(settings, context, lines, options),
    remote: async (options) => (await import("./guard-remote.ts")).guardRemoteHere(settings, context, options),
  };
}
