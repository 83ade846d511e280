import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import { tellTeam } from "./team-report.ts";

export const command: CommandSpec = {
  name: "team create",
  group: "Care",
  summary: "Create a team, as an administrator",
  details: ["It has no members and no key: nominate people, and the first of them makes the key."],
  arguments: [{ name: "<name>", summary: "Its name; one that looks like another team's is refused" }],
  examples: ["hx team create core"],
  exits: [1, 4, 10, 11, 12, 13, 14],
  schema: SCHEMAS.team,
  async run(call) {
    const world = await call.world();
    await tellTeam(call, await world.teams.create(call.arguments[0] ?? ""));
  },
};
