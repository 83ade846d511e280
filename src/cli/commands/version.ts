import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "version",
  group: "Care",
  summary: "Print the version",
  examples: ["hx version", "hx version --json"],
  exits: [],
  schema: SCHEMAS.version,
  async run(call) {
    const { version } = call.host;
    if (call.json) await call.out.json({ schema: SCHEMAS.version, version, node: process.versions.node, format: "refs/sessions/v1" });
    else await call.out.line(version);
  },
};
