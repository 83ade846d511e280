import { HxError } from "../../domain/errors.ts";
import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "policy publish",
  group: "Care",
  summary: "Sign what lies in .hx/policy into the workspace as its next version, as an administrator",
  details: ["It takes effect on a day that leaves the notice period of the version in force. What was published stays readable for ever, and cannot be taken back: a later version replaces it."],
  options: [{ flags: "--effective <date>", summary: "The day from which it is in force, UTC: 2027-01-31" }],
  examples: ["hx policy publish --effective 2027-01-31"],
  exits: [1, 4, 10, 11, 12, 13, 14, 130],
  schema: SCHEMAS["policy-publish"],
  async run(call) {
    const effective = call.options.text("effective") ?? (await call.answers.text("From which day on is it in force (like 2027-01-31)?", "--effective"));
    if (!(await call.answers.confirm(`publish '.hx/policy', in force from ${effective} on? It stays readable for ever.`))) throw new HxError("interrupted", "nothing was published");
    const { policy } = await call.world();
    const published = await policy.publish(effective);
    call.progress.done();
    const [{ rowJson }, { publishedView }] = await Promise.all([import("../json/policy.ts"), import("../views/policy.ts")]);
    if (call.json) await call.out.json({ schema: SCHEMAS["policy-publish"], ...rowJson(published) });
    else await call.out.write(publishedView(published));
  },
};
