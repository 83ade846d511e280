import { resolve } from "node:path";
import type { IdentityPorts } from "../app/identity/ports.ts";
import type { RightsWorld } from "../cli/world-rights.ts";
import type { WorldContext } from "../cli/world.ts";
import { keepingOf } from "../domain/policy/retention.ts";
import { eraseHere, retentionHere, type KeepingRule } from "./erase.ts";
import { exportMe } from "./export-me.ts";
import type { Settings } from "./settings.ts";

/** @param rule what is in force; as the policy has it */
export function rightsWorld(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>, rule: KeepingRule = keepingOf): RightsWorld {
  return {
    retention: () => retentionHere(settings, context, ports, rule),
    erase: (options, confirm) => eraseHere(settings, context, ports, rule, options, confirm),
    exportMe: (directory, options, texts) => exportMe(settings, context, ports, resolve(context.directory, directory), options, texts),
  };
}
