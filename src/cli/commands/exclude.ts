import { HxError } from "../../domain/errors.ts";
import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "exclude",
  group: "Keep",
  summary: "Keep a session out of the record, where the policy permits it",
  details: ["What was captured of it and not published is dropped, and nothing more of it is captured on this machine. What is published stays: nobody can take it back."],
  arguments: [{ name: "[session]", summary: "Its id here or at its agent, or a beginning of it" }],
  options: [{ flags: "--current", summary: "The session of this repository that was written to last" }],
  examples: ["hx exclude 7f3a91c2", "hx exclude --current --yes"],
  exits: [1, 4, 10, 11, 14],
  schema: SCHEMAS.exclude,
  async run(call) {
    const [what] = call.arguments;
    const isCurrent = call.options.flag("current");
    if (isCurrent === (what !== undefined)) throw new HxError("usage", isCurrent ? "'--current' and an id exclude each other" : "which session is to be kept out", { hints: ["hx exclude <session>", "hx exclude --current"] });
    const { keeping } = await call.world();
    const session = await keeping.toExclude(what ?? { current: true });
    call.progress.done();
    const { visibleLine } = await import("../io/control-characters.ts");
    if (!(await call.answers.confirm(`keep session ${visibleLine(session.id)} of ${visibleLine(session.agent)} out of the record, for good?`))) throw new HxError("interrupted", "nothing was changed");
    const report = await keeping.exclude(session);
    call.progress.done();
    const [{ excludeJson }, { excludeView }] = await Promise.all([import("../json/keeping.ts"), import("../views/keeping.ts")]);
    if (call.json) await call.out.json(excludeJson(report));
    else await call.out.write(excludeView(report));
  },
};
