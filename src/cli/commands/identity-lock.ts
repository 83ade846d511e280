import type { CommandSpec } from "../command.ts";

export const command: CommandSpec = {
  name: "identity lock",
  group: "Care",
  summary: "Forget an unlock",
  examples: ["hx identity lock"],
  exits: [1],
  async run(call) {
    const world = await call.world();
    await world.identity.lock();
    await call.err.line("hx: locked");
  },
};
