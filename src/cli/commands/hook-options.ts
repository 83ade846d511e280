import { HxError } from "../../domain/errors.ts";
import type { Call, OptionSpec } from "../command.ts";

export const HOOK_OPTIONS: readonly OptionSpec[] = [
  { flags: "--agent <name>", summary: "Only the hooks of this agent", repeatable: true },
  { flags: "--place <name>", summary: "Only `git`, or only this agent", repeatable: true },
  { flags: "--project", summary: "The project's settings instead of yours" },
  { flags: "-n, --dry-run", summary: "Show what would change, change nothing" },
];

export async function changeHooks(call: Call, verb: "install" | "remove"): Promise<void> {
  const agents = call.options.list("agent");
  if (agents.includes("git")) throw new HxError("usage", "'git' is no agent", { hints: [`hx hooks ${verb} --place git`] });
  const options = { places: [...agents, ...call.options.list("place")], project: call.options.flag("project") };
  const dryRun = call.options.flag("dryRun");
  const { hooks } = await call.world();
  const plans = dryRun ? await hooks.plan(verb, options) : await hooks[verb](options);
  const [{ hookPlansJson }, { hookPlansView }] = await Promise.all([import("../json/hooks.ts"), import("../views/plan.ts")]);
  if (call.json) await call.out.json(hookPlansJson(!dryRun, plans));
  else await call.out.write(hookPlansView(plans, call.out.style));
}
