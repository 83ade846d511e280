import { HxError } from "../../domain/errors.ts";
import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import { chooseCards } from "./choose-cards.ts";

export const command: CommandSpec = {
  name: "device add",
  group: "Care",
  summary: "Take a machine in that asked to become a device of yours",
  details: ["Compare the fingerprint with the one that the machine shows: it gets your person key, and opens everything of yours."],
  arguments: [{ name: "[fingerprint...]", summary: "Which, by a beginning of at least 8 digits" }],
  options: [{ flags: "--pending", summary: "Go through all that ask, with a question for each" }],
  examples: ['hx device add "1a2b 3c4d"', "hx device add --pending"],
  exits: [1, 4, 10, 11, 12, 13, 14, 130],
  schema: SCHEMAS.device,
  async run(call) {
    const isAll = call.options.flag("pending");
    if (isAll === call.arguments.length > 0) throw new HxError("usage", "either fingerprints, or '--pending'", { hints: ["hx device list", "hx device add --pending"] });
    const { people } = await call.world();
    const agreed = await chooseCards(call, await people.pendingDevices(), call.arguments, "hx device add");
    const changes = agreed.length === 0 ? [] : await people.addDevices(agreed);
    call.progress.done();
    const [{ deviceJson }, { deviceChangesView }] = await Promise.all([import("../json/people.ts"), import("../views/people.ts")]);
    if (call.json) await call.out.json(deviceJson(changes));
    else await call.out.write(changes.length === 0 ? "no machine was taken in\n" : deviceChangesView(changes, call.out.style));
  },
};
