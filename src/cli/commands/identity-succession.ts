import { HxError } from "../../domain/errors.ts";
import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "identity succession",
  group: "Care",
  summary: "Say which team may open and approve what is yours, after you left in peace",
  details: ["Shows what you signed. Nobody opens anything before an administrator removes you with --departed; an administrator and a member of the team together could."],
  options: [
    { flags: "--team <team>", summary: "Sign it for a team of which you are a member" },
    { flags: "--none", summary: "Take it back" },
  ],
  examples: ["hx identity succession", "hx identity succession --team core", "hx identity succession --none --yes"],
  exits: [1, 4, 10, 11, 12, 13, 14, 130],
  schema: SCHEMAS.succession,
  async run(call) {
    const team = call.options.text("team");
    const none = call.options.flag("none");
    if (team !== undefined && none) throw new HxError("usage", "'--team' and '--none' exclude each other");
    const { people } = await call.world();
    const change = team !== undefined || none;
    const question = none ? "take your succession back?" : `let team '${team ?? ""}' open and approve what is yours, once you left in peace?`;
    if (change && !(await call.answers.confirm(question))) throw new HxError("interrupted", "nothing was changed");
    const shown = change ? await people.setSuccession(team ?? null) : await people.succession();
    call.progress.done();
    const [{ successionJson }, { successionView }] = await Promise.all([import("../json/people.ts"), import("../views/people.ts")]);
    if (call.json) await call.out.json(successionJson(shown));
    else await call.out.write(successionView(shown, call.out.style));
  },
};
