import { visibleLine } from "../io/control-characters.ts";
import type { Check } from "../world.ts";
import type { Style } from "./words.ts";

/** One line of `hx doctor`, and below it what mends it. */
export function checkView(check: Check, style: Style): string {
  const colour = { ok: style.green, warn: style.yellow, fail: style.red }[check.result];
  const head = `${colour(check.result.padEnd(4))}  ${visibleLine(check.name)}: ${visibleLine(check.detail)}\n`;
  return check.fix === undefined ? head : `${head}      ${style.dim("fix:")} ${visibleLine(check.fix)}\n`;
}
