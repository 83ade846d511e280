import { isRefused, type GuardFinding } from "../../domain/guard/finding.ts";
import { visibleLine } from "../io/control-characters.ts";
import { dayText } from "../../domain/policy/day.ts";
import type { AnchorResult, GuardResult, ServerHookResult } from "../world-guard.ts";
import { counted, type Style } from "./words.ts";

/** Nothing for a push that may pass: a hook that has nothing to say is silent. */
export function guardView(result: GuardResult, style: Style): string {
  const told = result.findings.map((finding) => findingView(finding, style)).join("");
  if (result.since === "refs") return told;
  const { lanes, headers, keys, cards } = result.counts;
  const seen = [counted(lanes, "lane"), counted(headers, "header"), `${counted(keys, "lane")} with keys`, counted(cards, "card")].join(", ");
  const against = { state: "held against the last good state", anchor: "held against the anchor", nothing: "no last good state: everything was judged from its start" }[result.since];
  const verdict = isRefused(result) ? style.red("refused") : style.green("nothing to refuse");
  return `${told}${seen}; ${against}\n${policyLine(result)}${verdict}\n`;
}

export function findingView({ severity, code, ref, message, hint }: GuardFinding, style: Style): string {
  const head = severity === "refused" ? style.red("refused") : style.yellow("warning");
  return `hx guard: ${head} ${visibleLine(code)}: ${visibleLine(message)}\n  ref   ${visibleLine(ref)}\n  mend  ${visibleLine(hint)}\n`;
}

function policyLine({ policy }: GuardResult): string {
  return policy === undefined ? "" : `policy: version ${policy.version}, in force since ${dayText(policy.effective)}\n`;
}

export function anchorView({ branch, done, n, report }: AnchorResult, style: Style): string {
  const told = report.findings.map((finding) => findingView(finding, style)).join("");
  if (done === "refused") return `${told}${style.red("no anchor was made")}: it would vouch for what is refused\n`;
  if (done === "unchanged") return `${told}anchor ${n ?? 0} on ${visibleLine(branch)} says all of it already\n`;
  return `${told}${style.green(`anchor ${n ?? 0}`)} is on ${visibleLine(branch)}: ${counted(report.counts.lanes, "lane")}\nlet a rule of the host permit no forced push and no deletion of that branch\n`;
}

export function serverHookView({ path, done, lines, next }: ServerHookResult): string {
  const said = { installed: "guard judges each push now", unchanged: "guard is there already", removed: "guard is gone", absent: "guard was not there", "by-hand": "this hook is somebody else's and was not touched" }[done];
  const add = lines.length === 0 ? "" : `for guard, let it end with these lines, and hand it the stdin that git gave:\n${lines.map((line) => `  ${line}\n`).join("")}`;
  return `${visibleLine(path)}: ${said}\n${add}${next === undefined ? "" : `next: ${next}\n`}`;
}
