import { HxError } from "../../domain/errors.ts";
import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "uninstall",
  group: "Start",
  summary: "Undo what `hx init` did; never deletes a session",
  options: [
    { flags: "--state", summary: "Also remove local work files and trust state of this repository" },
    { flags: "-n, --dry-run", summary: "Show the plan, do nothing" },
  ],
  examples: ["hx uninstall --dry-run", "hx uninstall"],
  exits: [1, 10, 11, 130],
  schema: SCHEMAS.uninstall,
  async run(call) {
    const world = await call.world();
    const options = { state: call.options.flag("state") };
    const plan = await world.setup.planUninstall(options);
    const [{ uninstallJson }, { planView }] = await Promise.all([import("../json/setup.ts"), import("../views/plan.ts")]);
    if (!call.json) await call.out.write(`plan:\n${planView(plan, call.out.style)}`);
    if (call.options.flag("dryRun")) return call.json ? call.out.json(uninstallJson(false, plan)) : undefined;
    if (!(await call.answers.confirm("do this?"))) throw new HxError("interrupted", "nothing was changed");
    const done = await world.setup.uninstall(options);
    call.progress.done();
    if (call.json) return call.out.json(uninstallJson(true, done));
    await call.out.line("done; the sessions stay in refs/sessions/*");
  },
};
