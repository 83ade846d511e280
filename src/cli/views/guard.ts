import { isRefused, type GuardFinding } from "../../domain/guard/finding.ts";
import { visibleLine } from "../io/control-characters.ts";
import type { GuardResult } from "../world-guard.ts";
import { counted, type Style } from "./words.ts";

/** Nothing for a push that may pass: a hook that has nothing to say is silent. */
export function guardView(result: GuardResult, style: Style): string {
  const told = result.findings.map((finding) => findingView(finding, style)).join("");
  if (result.since === "refs") return told;
  const { lanes, headers, keys, cards } = result.counts;
  const seen = [counted(lanes, "lane"), counted(headers, "header"), `${counted(keys, "lane")} with keys`, counted(cards, "card")].join(", ");
  const against = result.since === "state" ? "held against the last good state" : "no last good state: everything was judged from its start";
  const verdict = isRefused(result) ? style.red("refused") : style.green("nothing to refuse");
  return `${told}${seen}; ${against}\n${verdict}\n`;
}

function findingView({ severity, code, ref, message, hint }: GuardFinding, style: Style): string {
  const head = severity === "refused" ? style.red("refused") : style.yellow("warning");
  return `hx guard: ${head} ${visibleLine(code)}: ${visibleLine(message)}\n  ref   ${visibleLine(ref)}\n  mend  ${visibleLine(hint)}\n`;
}
