import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "member list",
  group: "Care",
  summary: "List the people of the workspace, and who waits to come in",
  options: [{ flags: "--pending", summary: "Ask the remotes who waits, with the fingerprints to compare" }],
  examples: ["hx member list", "hx member list --pending --json"],
  exits: [1, 4, 10, 12, 13],
  schema: SCHEMAS.members,
  async run(call) {
    const { people } = await call.world();
    const found = await people.members({ pending: call.options.flag("pending") });
    call.progress.done();
    const [{ membersJson }, { membersView }] = await Promise.all([import("../json/people.ts"), import("../views/people.ts")]);
    if (call.json) await call.out.json(membersJson(found));
    else await call.page((out) => out.write(membersView(found, call.options.flag("pending"), out.style)));
  },
};
