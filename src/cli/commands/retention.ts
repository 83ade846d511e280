import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "retention",
  group: "Care",
  summary: "Show for how long your sessions are kept, and which are due to be erased",
  details: ["Your own of this repository, counted from their last record. Nothing is erased by itself. In a pipe: tabs between id, day, age in days, the day on which it is due, `due`, and title."],
  examples: ["hx retention", "hx retention --json"],
  exits: [1, 4, 10, 12, 13],
  schema: SCHEMAS.retention,
  async run(call) {
    const { rights } = await call.world();
    const report = await rights.retention();
    call.progress.done();
    const [{ retentionJson }, { retentionLines, retentionView }] = await Promise.all([import("../json/rights.ts"), import("../views/rights.ts")]);
    if (call.json) await call.out.json(retentionJson(report));
    else if (call.out.isTTY) await call.page((out) => out.write(retentionView(report, out.style)));
    else await call.out.write(retentionLines(report));
  },
};
