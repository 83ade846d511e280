import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import { tellTeam } from "./team-report.ts";

export const command: CommandSpec = {
  name: "team nominate",
  group: "Care",
  summary: "Say who may be let into a team, as an administrator",
  details: ["It lets nobody in: a member of the team does (hx team admit)."],
  arguments: [
    { name: "<team>", summary: "Its name, or a beginning of its id" },
    { name: "<person...>", summary: "Names, e-mails, or beginnings of ids" },
  ],
  examples: ["hx team nominate core ben", "hx team nominate core ben@example.com cyd@example.com"],
  exits: [1, 4, 10, 11, 12, 13, 14],
  schema: SCHEMAS.team,
  async run(call) {
    const [team = "", ...people] = call.arguments;
    const world = await call.world();
    await tellTeam(call, await world.teams.nominate(team, people));
  },
};
