import { HxError } from "../../domain/errors.ts";
import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import type { TeamRemovalPlan } from "../world.ts";
import { tellTeam } from "./team-report.ts";

export const command: CommandSpec = {
  name: "team remove",
  group: "Care",
  summary: "End somebody's membership of a team, or their nomination; your own too",
  details: ["Others than yourself: as an administrator. Nothing is sealed to the team then before a member makes its next key.", "It takes no key back: what was shared with them before stays open to them."],
  arguments: [
    { name: "<team>", summary: "Its name, or a beginning of its id" },
    { name: "<person>", summary: "Name, e-mail, or a beginning of the id" },
  ],
  examples: ["hx team remove core cyd", "hx team remove core cyd --yes"],
  exits: [1, 4, 10, 11, 12, 13, 14, 130],
  schema: SCHEMAS.team,
  async run(call) {
    const [team = "", person = ""] = call.arguments;
    const { teams } = await call.world();
    const plan = await teams.planRemoval(team, person);
    call.progress.done();
    if (plan.was === "member" && !(await call.answers.confirm(await question(plan)))) throw new HxError("interrupted", "nobody was removed");
    await tellTeam(call, await teams.remove(plan.team.id, plan.person.id, { lastOk: plan.isLast }));
  },
};

async function question(plan: TeamRemovalPlan): Promise<string> {
  const { nameOf } = await import("../views/teams.ts");
  const [person, team] = [nameOf(plan.person), nameOf(plan.team)];
  if (plan.isLast) return `remove ${person}, the last member of ${team}? nobody can join it any more, and no new sessions can be shared with it`;
  return `remove ${person} from ${team}? its key is due then`;
}
