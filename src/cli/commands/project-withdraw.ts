import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import { tellProject } from "./team-report.ts";

export const command: CommandSpec = {
  name: "project withdraw",
  group: "Care",
  summary: "End what `hx project grant` began, as an administrator",
  details: ["It takes no key back: honest clients open nothing more for the team, patched ones can open what was shared before."],
  arguments: [{ name: "<team>", summary: "Its name, or a beginning of its id" }],
  options: [{ flags: "--project <project>", summary: "Name or beginning of the id; that of this repository when not given" }],
  examples: ["hx project withdraw core", "hx project withdraw core --project shop"],
  exits: [1, 4, 10, 11, 12, 13, 14],
  schema: SCHEMAS.project,
  async run(call) {
    const world = await call.world();
    await tellProject(call, await world.projects.withdraw(call.arguments[0] ?? "", call.options.text("project")));
  },
};
