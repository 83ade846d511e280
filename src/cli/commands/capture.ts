import { HxError } from "../../domain/errors.ts";
import type { CommandSpec } from "../command.ts";
import { present } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import { parseSince } from "../since.ts";

export const command: CommandSpec = {
  name: "capture",
  group: "Keep",
  summary: "Take what is new in the agents' sessions of this repository",
  details: ["Only what ran in this repository or one of its worktrees is taken. Needs no passphrase. What you erased is left out, until `--again` takes it up."],
  options: [
    { flags: "--agent <name>", summary: "Only this agent", repeatable: true },
    { flags: "--session <id>", summary: "Only this session, by the agent's own id" },
    { flags: "--since <when>", summary: "Only what changed since an age (3d, 12h) or a date" },
    { flags: "--again", summary: "Also if you erased it; with `--session`" },
    { flags: "-n, --dry-run", summary: "Show what would be taken, take nothing" },
  ],
  examples: ["hx capture", "hx capture --agent claude-code --since 3d --dry-run"],
  exits: [1, 3, 4, 10, 11, 14, 130],
  schema: SCHEMAS.capture,
  async run(call) {
    const { options } = call;
    const since = parseSince(options.text("since"), call.host.now());
    const dryRun = options.flag("dryRun");
    const again = options.flag("again");
    if (again && options.text("session") === undefined) throw new HxError("usage", "'--again' goes with '--session <id>'", { hints: ["hx help capture"] });
    const world = await call.world();
    const report = await world.sessions.capture({ agents: options.list("agent"), dryRun, again, ...present({ session: options.text("session"), since }) });
    call.progress.done();
    const [{ captureJson }, { captureView }] = await Promise.all([import("../json/sessions.ts"), import("../views/reports.ts")]);
    if (call.json) await call.out.json(captureJson(report, dryRun));
    else await call.out.write(captureView(report, call.out.style, dryRun));
    return report.failed > 0 ? 3 : 0;
  },
};
