import type { CommandSpec } from "../command.ts";
import { present } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "sync",
  group: "Keep",
  summary: "Push what was captured, fetch and verify the others' lanes",
  options: [
    { flags: "--remote <remote>", summary: "Only this remote" },
    { flags: "--full", summary: "Fetch all segments too, for a mirror" },
    { flags: "-n, --dry-run", summary: "Show what would be pushed, push nothing" },
  ],
  examples: ["hx sync", "hx sync --remote origin --full"],
  exits: [1, 3, 4, 10, 11, 13, 14, 130],
  schema: SCHEMAS.sync,
  async run(call) {
    const dryRun = call.options.flag("dryRun");
    const world = await call.world();
    const report = await world.sessions.sync({ ...present({ remote: call.options.text("remote") }), full: call.options.flag("full"), dryRun });
    call.progress.done();
    const [{ syncJson }, { syncView }] = await Promise.all([import("../json/sessions.ts"), import("../views/reports.ts")]);
    if (call.json) await call.out.json(syncJson(report, dryRun));
    else await call.out.write(syncView(report, call.out.style, dryRun));
    for (const warning of report.warnings) call.progress.warn(warning);
    if (report.remotes.some(({ result }) => result !== "done" && result !== "nothing")) return 1;
    return report.waits === "certificate" || report.waits === "renewal" || report.waits === "reissue" ? 4 : 0;
  },
};
