import type { CommandSpec } from "../command.ts";
import { present } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "check",
  group: "Share",
  summary: "Check the four conditions under which you may read a session",
  details: [
    "Each condition with its evidence, what is missing, and the command that mends it. Without `--team`: with each team of yours.",
    "Exit 0 when all four hold with one of these teams, or the session is yours; else 4. Opens nothing, and leaves no entry.",
  ],
  arguments: [{ name: "<session>", summary: "Its id, or a beginning of it that no other has" }],
  options: [{ flags: "--team <team>", summary: "Only with this team" }],
  examples: ["hx check 7f3a91c2 --team core", "hx check 7f3a91c2 --json"],
  exits: [1, 4, 10, 12, 13],
  schema: SCHEMAS.check,
  async run(call) {
    const [session = ""] = call.arguments;
    const world = await call.world();
    const report = await world.reading.check(session, present({ team: call.options.text("team") }));
    call.progress.done();
    const [{ checkJson }, { checkedView }] = await Promise.all([import("../json/reading.ts"), import("../views/checked.ts")]);
    if (call.json) await call.out.json(checkJson(report));
    else await call.out.write(checkedView(report, call.out.style, call.host.now()));
    return report.own || report.teams.some(({ holds }) => holds) ? 0 : 4;
  },
};
