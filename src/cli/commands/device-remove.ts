import { HxError } from "../../domain/errors.ts";
import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "device remove",
  group: "Care",
  summary: "End a device: one of yours, or, as an administrator, anybody's",
  details: ["What it holds or has read cannot be taken back; nothing new is sealed to it. Shows what it does, and asks."],
  arguments: [{ name: "<device>", summary: "A beginning of its id, of at least 4 digits" }],
  examples: ["hx device remove 9c1e", "hx device remove 9c1e77b2 --yes"],
  exits: [1, 4, 10, 11, 12, 13, 14, 130],
  schema: SCHEMAS.device,
  async run(call) {
    const { people } = await call.world();
    const plan = await people.planDeviceRemoval(call.arguments[0] ?? "");
    call.progress.done();
    const { deviceChangesView, planned } = await import("../views/people.ts");
    if (!call.json) await call.out.write(planned(plan, call.out.style));
    if (!(await call.answers.confirm("remove it?"))) throw new HxError("interrupted", "nothing was changed");
    const change = await people.removeDevice(plan.id);
    call.progress.done();
    if (call.json) await call.out.json((await import("../json/people.ts")).deviceJson([change]));
    else await call.out.write(deviceChangesView([change], call.out.style));
  },
};
