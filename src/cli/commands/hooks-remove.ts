import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import { HOOK_OPTIONS, changeHooks } from "./hook-options.ts";

export const command: CommandSpec = {
  name: "hooks remove",
  group: "Care",
  summary: "Remove hx's hooks; what was there before stays as it was",
  options: HOOK_OPTIONS,
  examples: ["hx hooks remove", "hx hooks remove --place git --dry-run"],
  exits: [1, 10, 11],
  schema: SCHEMAS.hooks,
  run: (call) => changeHooks(call, "remove"),
};
