import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import { pointOf } from "../policy-version.ts";

export const command: CommandSpec = {
  name: "policy diff",
  group: "Care",
  summary: "Show what changed between two versions of the policy",
  details: ["Without numbers: the newest version and the one before. `draft` is what lies in .hx/policy."],
  arguments: [
    { name: "[from]", summary: "Number of a version, or draft" },
    { name: "[to]", summary: "Number of a version, or draft; the newest when not given" },
  ],
  examples: ["hx policy diff", "hx policy diff 1 3", "hx policy diff 2 draft"],
  exits: [1, 3, 10, 13, 14],
  schema: SCHEMAS["policy-diff"],
  async run(call) {
    const { policy } = await call.world();
    const diff = await policy.diff(pointOf(call.arguments[0]), pointOf(call.arguments[1]));
    call.progress.done();
    const [{ diffJson }, { diffView }] = await Promise.all([import("../json/policy.ts"), import("../views/policy.ts")]);
    if (call.json) await call.out.json(diffJson(diff));
    else await call.page((out) => out.write(diffView(diff, out.style)));
    return diff.missing.length > 0 ? 3 : 0;
  },
};
