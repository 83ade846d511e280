import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "project list",
  group: "Care",
  summary: "List the projects, their repositories and teams, and where those of this checkout come from",
  details: ["In a pipe: one line each with tabs between id, repositories, teams, whether this repository is in it, and name."],
  examples: ["hx project list", "hx project list --json"],
  exits: [1, 10, 12, 13],
  schema: SCHEMAS.projects,
  async run(call) {
    const world = await call.world();
    const listing = await world.projects.list();
    call.progress.done();
    const [{ projectsJson }, { projectsLines, projectsTable }] = await Promise.all([import("../json/teams.ts"), import("../views/projects.ts")]);
    if (call.json) await call.out.json(projectsJson(listing));
    else await call.out.write(call.out.isTTY ? projectsTable(listing, call.out.style) : projectsLines(listing));
  },
};
