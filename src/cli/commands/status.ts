import type { Call, CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "status",
  group: "Start",
  summary: "Show where this repository stands and what waits",
  examples: ["hx status", "hx status --json"],
  exits: [1, 10],
  schema: SCHEMAS.status,
  run: showStatus,
};

export async function showStatus(call: Call): Promise<void> {
  const world = await call.world();
  const status = await world.setup.status();
  const [{ statusJson }, { statusView }] = await Promise.all([import("../json/setup.ts"), import("../views/status.ts")]);
  if (call.json) await call.out.json(statusJson(status));
  else await call.out.write(statusView(status, call.out.style, call.host.now()));
}
