import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import { versionOf } from "../policy-version.ts";

export const command: CommandSpec = {
  name: "policy check",
  group: "Care",
  summary: "Check clause by clause what holds a policy: keys, clients, or nothing but a promise",
  details: [
    "And whether its texts state the terms that hx keeps. Looks at .hx/policy where there is one, else at the version in force. Needs no key.",
    "`keys`: nobody can do otherwise without a key that they do not have. `clients`: every unchanged hx holds it, a changed one need not. Each of these names the tests that fail when it does not hold.",
  ],
  arguments: [{ name: "[version]", summary: "A published version instead" }],
  examples: ["hx policy check", "hx policy check 1 --json"],
  exits: [1, 3, 10, 13, 14],
  schema: SCHEMAS["policy-check"],
  async run(call) {
    const { policy } = await call.world();
    const check = await policy.check(versionOf(call.arguments[0]));
    call.progress.done();
    const [{ checkJson }, { checkView }] = await Promise.all([import("../json/policy.ts"), import("../views/policy.ts")]);
    if (call.json) await call.out.json(checkJson(check));
    else await call.page((out) => out.write(checkView(check, out.style)));
    if (check.problems.length > 0) return 14;
    return check.missing.length > 0 ? 3 : 0;
  },
};
