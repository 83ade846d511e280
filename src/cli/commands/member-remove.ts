import { HxError } from "../../domain/errors.ts";
import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "member remove",
  group: "Care",
  summary: "End somebody's membership, with all their devices",
  details: ["Shows what it does, and asks. What they kept stays, closed as it is; what they have read or hold keys for cannot be taken back."],
  arguments: [{ name: "<person>", summary: "By name, e-mail, or a beginning of their id" }],
  options: [{ flags: "--departed", summary: "They left in peace: what they approved stays approved, and their succession opens to the team they named" }],
  examples: ["hx member remove ben@example.com", "hx member remove ben --departed --yes"],
  exits: [1, 4, 10, 11, 12, 13, 14, 130],
  schema: SCHEMAS.member,
  async run(call) {
    const { people } = await call.world();
    const departed = call.options.flag("departed");
    const plan = await people.planRemoval(call.arguments[0] ?? "", departed);
    call.progress.done();
    const { personChangesView, planned } = await import("../views/people.ts");
    if (!call.json) await call.out.write(planned(plan, call.out.style));
    if (!(await call.answers.confirm("remove them?"))) throw new HxError("interrupted", "nothing was changed");
    const change = await people.removeMember(plan.id, departed);
    call.progress.done();
    if (call.json) await call.out.json((await import("../json/people.ts")).memberJson([change]));
    else await call.out.write(personChangesView([change], call.out.style));
  },
};
