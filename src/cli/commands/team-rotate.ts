import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import { tellTeam } from "./team-report.ts";

export const command: CommandSpec = {
  name: "team rotate",
  group: "Care",
  summary: "Make the next key of a team, as a member of it",
  details: ["Due after a removal: a member's next unlocked `hx sync` does it too."],
  arguments: [{ name: "<team>", summary: "Its name, or a beginning of its id" }],
  examples: ["hx team rotate core"],
  exits: [1, 4, 10, 11, 12, 13, 14],
  schema: SCHEMAS.team,
  async run(call) {
    const world = await call.world();
    await tellTeam(call, await world.teams.rotate(call.arguments[0] ?? ""));
  },
};
