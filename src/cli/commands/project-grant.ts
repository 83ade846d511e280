import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import { tellProject } from "./team-report.ts";

export const command: CommandSpec = {
  name: "project grant",
  group: "Care",
  summary: "Let a team ask for sessions of a project, as an administrator",
  details: ["It opens nothing: each author still decides about each request."],
  arguments: [{ name: "<team>", summary: "Its name, or a beginning of its id" }],
  options: [{ flags: "--project <project>", summary: "Name or beginning of the id; that of this repository when not given" }],
  examples: ["hx project grant core", "hx project grant core --project shop"],
  exits: [1, 4, 10, 11, 12, 13, 14],
  schema: SCHEMAS.project,
  async run(call) {
    const world = await call.world();
    await tellProject(call, await world.projects.grant(call.arguments[0] ?? "", call.options.text("project")));
  },
};
