import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "shares",
  group: "Share",
  summary: "List what you gave, what you were given, and what waits",
  details: ["In a pipe: one line each with tabs between given or received, id, state, team, person, sessions, reads, time, expiry."],
  examples: ["hx shares", "hx shares --json"],
  exits: [1, 4, 10, 11, 13],
  schema: SCHEMAS.shares,
  async run(call) {
    const world = await call.world();
    const report = await world.share.shares();
    call.progress.done();
    const [{ sharesJson }, { sharesLines, sharesView }] = await Promise.all([import("../json/shares.ts"), import("../views/shares.ts")]);
    if (call.json) await call.out.json(sharesJson(report));
    else await call.page((out) => out.write(out.isTTY ? sharesView(report, out.style, call.host.now()) : sharesLines(report)));
    if (!report.fresh) call.progress.warn("no remote was reached: this is what is known here");
  },
};
