import type { CommandSpec } from "../command.ts";
import { START_HELP } from "../help.ts";
import { showStatus } from "./status.ts";

/** `hx` alone: where one stands, or how to start. */
export const home: CommandSpec = {
  name: "",
  group: "Start",
  summary: "Show the status in a connected repository, else how to start",
  examples: ["hx"],
  exits: [],
  async run(call) {
    const world = await call.world();
    const { connected } = await world.setup.place();
    if (connected || call.json) return showStatus(call);
    await call.out.write(START_HELP);
  },
};
