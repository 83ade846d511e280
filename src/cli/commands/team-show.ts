import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "team show",
  group: "Care",
  summary: "Show a team: members, key, projects, and who must do what next",
  details: ["As this clone knows it: `hx sync` first for what others changed. Exit 13 when something is wrong with its key."],
  arguments: [{ name: "<team>", summary: "Its name, or a beginning of its id" }],
  examples: ["hx team show core", "hx team show core --json"],
  exits: [1, 10, 12, 13],
  schema: SCHEMAS.team,
  async run(call) {
    const world = await call.world();
    const team = await world.teams.show(call.arguments[0] ?? "");
    call.progress.done();
    const [{ teamJson }, { teamView }] = await Promise.all([import("../json/teams.ts"), import("../views/teams.ts")]);
    if (call.json) await call.out.json(teamJson(team, []));
    else await call.out.write(teamView(team, call.out.style));
    return team.problems.length > 0 ? 13 : 0;
  },
};
