import type { IdentityPorts } from "../app/identity/ports.ts";
import type { GuardWorld } from "../cli/world-guard.ts";
import type { WorldContext } from "../cli/world.ts";
import type { Settings } from "./settings.ts";

export function guardWorld(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>): GuardWorld {
  const { directory } = context;
  return {
    push: async (lines, options) => (await import("./guard-push.ts")).guardHere(settings, context, lines, options),
    remote: async (options) => (await import("./guard-remote.ts")).guardRemoteHere(settings, context, options),
    anchor: async (options) => (await import("./guard-anchor.ts")).anchorHere(settings, context, ports, options),
    script: async (options) => (await import("./guard-install.ts")).serverScript(options),
    install: async (at, options) => (await import("./guard-install.ts")).changeServerHook(directory, at, "install", options),
    uninstall: async (at) => (await import("./guard-install.ts")).changeServerHook(directory, at, "uninstall", {}),
  };
}
