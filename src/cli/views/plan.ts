import { visibleLine } from "../io/control-characters.ts";
import type { NamedHookPlan, PlanLine } from "../world.ts";
import type { Style } from "./words.ts";

/** What a command is about to do, or did: one line each. */
export function planView(lines: readonly PlanLine[], style: Style): string {
  const width = Math.max(0, ...lines.map(({ action }) => action.length));
  return lines.map(({ action, what, where }) => `  ${style.bold(visibleLine(action).padEnd(width))}  ${visibleLine(what)}${where === undefined ? "" : style.dim(`  ${visibleLine(where)}`)}\n`).join("");
}

export function warningsView(warnings: readonly string[], style: Style): string {
  return warnings.map((warning) => `  ${style.yellow("warning")}  ${visibleLine(warning)}\n`).join("");
}

/** Hooks of each place, and the lines that a person has to add by hand. */
export function hookPlansView(plans: readonly NamedHookPlan[], style: Style): string {
  return plans.map((plan) => hookPlanView(plan, style)).join("");
}

function hookPlanView(plan: NamedHookPlan, style: Style): string {
  const head = `${style.bold(visibleLine(plan.place))}${plan.changes.length + plan.byHand.length === 0 ? "  nothing to change" : ""}\n`;
  const changes = plan.changes.map(({ what, where }) => `  ${visibleLine(what)}${style.dim(`  ${visibleLine(where)}`)}\n`);
  const byHand = plan.byHand.map(({ where, lines }) => `  add to ${visibleLine(where)} by hand:\n${lines.map((line) => `    ${visibleLine(line)}\n`).join("")}`);
  return head + changes.join("") + byHand.join("");
}
