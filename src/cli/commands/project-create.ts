import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import { tellProject } from "./team-report.ts";

export const command: CommandSpec = {
  name: "project create",
  group: "Care",
  summary: "Create a project, as an administrator",
  details: ["`hx init` makes one for a repository that has none; this one has no repository yet."],
  arguments: [{ name: "<name>", summary: "Its name; one that looks like another project's is refused" }],
  examples: ["hx project create shop"],
  exits: [1, 4, 10, 11, 12, 13, 14],
  schema: SCHEMAS.project,
  async run(call) {
    const world = await call.world();
    await tellProject(call, await world.projects.create(call.arguments[0] ?? ""));
  },
};
