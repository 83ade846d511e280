import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "policy history",
  group: "Care",
  summary: "List the versions of the policy, with their days and who published them",
  details: ["In a pipe: one line each with tabs between version, standing, published, effective, the day on which it came into this copy, statement and person."],
  examples: ["hx policy history", "hx policy history --json"],
  exits: [1, 10, 13],
  schema: SCHEMAS.policies,
  async run(call) {
    const { policy } = await call.world();
    const history = await policy.history();
    call.progress.done();
    const [{ historyJson }, { historyLines, historyTable }] = await Promise.all([import("../json/policy.ts"), import("../views/policy.ts")]);
    if (call.json) await call.out.json(historyJson(history));
    else await call.out.write(call.out.isTTY ? historyTable(history, call.out.style) : historyLines(history));
  },
};
