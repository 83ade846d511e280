import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import { HOOK_OPTIONS, changeHooks } from "./hook-options.ts";

export const command: CommandSpec = {
  name: "hooks install",
  group: "Care",
  summary: "Install git's and the agents' hooks",
  options: HOOK_OPTIONS,
  examples: ["hx hooks install", "hx hooks install --agent codex", "hx hooks install --place git --dry-run"],
  exits: [1, 10, 11],
  schema: SCHEMAS.hooks,
  run: (call) => changeHooks(call, "install"),
};
