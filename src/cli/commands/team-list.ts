import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "team list",
  group: "Care",
  summary: "List the teams, as this clone knows them",
  details: ["In a pipe: one line each with tabs between id, state, members, nominated, your part, name and projects."],
  examples: ["hx team list", "hx team list --json"],
  exits: [1, 10, 12, 13],
  schema: SCHEMAS.teams,
  async run(call) {
    const world = await call.world();
    const listing = await world.teams.list();
    call.progress.done();
    const [{ teamsJson }, { teamsLines, teamsTable }] = await Promise.all([import("../json/teams.ts"), import("../views/teams.ts")]);
    if (call.json) return call.out.json(teamsJson(listing));
    if (listing.teams.length > 0) await call.out.write(call.out.isTTY ? teamsTable(listing, call.out.style) : teamsLines(listing));
    else if (call.out.isTTY) await call.err.line("hx: no teams; an administrator makes one:  hx team create <name>");
  },
};
