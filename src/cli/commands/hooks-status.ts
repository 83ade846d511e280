import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "hooks status",
  group: "Care",
  summary: "Show which hooks are installed, and where",
  examples: ["hx hooks status"],
  exits: [1, 10],
  schema: SCHEMAS.hooks,
  async run(call) {
    const world = await call.world();
    const places = await world.hooks.status();
    const [{ hookStatesJson }, { hooksView }] = await Promise.all([import("../json/hooks.ts"), import("../views/hooks.ts")]);
    if (call.json) await call.out.json(hookStatesJson(places));
    else await call.out.write(hooksView(places, call.out.style));
  },
};
