import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import type { Check } from "../world.ts";

export const command: CommandSpec = {
  name: "doctor",
  group: "Start",
  summary: "Check everything that hx needs, with a fix for each failure",
  details: ["Probes for real: fires a hook, and pushes, reads back and deletes a throwaway ref on the remote."],
  options: [{ flags: "--offline", summary: "Leave out what needs the remote" }],
  examples: ["hx doctor", "hx doctor --offline"],
  exits: [1, 10],
  schema: SCHEMAS.doctor,
  async run(call) {
    const world = await call.world();
    const { checkView } = await import("../views/check.ts");
    const checks: Check[] = [];
    for await (const check of world.setup.doctor({ offline: call.options.flag("offline") })) {
      checks.push(check);
      call.progress.done();
      if (!call.json) await call.out.write(checkView(check, call.out.style));
    }
    const { doctorJson } = await import("../json/setup.ts");
    if (call.json) await call.out.json(doctorJson(checks));
    return checks.some(({ result }) => result === "fail") ? 1 : 0;
  },
};
