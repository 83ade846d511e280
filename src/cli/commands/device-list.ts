import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "device list",
  group: "Care",
  summary: "List your devices, and machines that ask to become one",
  options: [{ flags: "--all", summary: "Those of everybody" }],
  examples: ["hx device list", "hx device list --all --json"],
  exits: [1, 4, 10, 12, 13],
  schema: SCHEMAS.devices,
  async run(call) {
    const { people } = await call.world();
    const found = await people.devices({ all: call.options.flag("all") });
    call.progress.done();
    const [{ devicesJson }, { devicesView }] = await Promise.all([import("../json/people.ts"), import("../views/people.ts")]);
    if (call.json) await call.out.json(devicesJson(found));
    else await call.page((out) => out.write(devicesView(found, out.style)));
  },
};
