import { HxError } from "../../domain/errors.ts";
import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "identity show",
  group: "Care",
  summary: "Show the identity of this device; public things only",
  examples: ["hx identity show"],
  exits: [1, 4],
  schema: SCHEMAS.identity,
  async run(call) {
    const world = await call.world();
    const summary = await world.identity.show();
    const [{ identityJson }, { identityView }] = await Promise.all([import("../json/identity.ts"), import("../views/identity.ts")]);
    if (call.json) return call.out.json(identityJson(summary));
    if (summary === null) throw new HxError("no-identity", "there is no identity on this device", { hints: ["hx identity new", "hx identity restore"] });
    await call.out.write(identityView(summary));
  },
};
