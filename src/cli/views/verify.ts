import { visibleLine } from "../io/control-characters.ts";
import type { Finding, VerifyReport } from "../world.ts";
import { counted } from "./words.ts";
import type { Style } from "./words.ts";

export function verifyView(report: VerifyReport, style: Style): string {
  const checked = [counted(report.lanes, "lane"), counted(report.headers, "header"), counted(report.sessions, "session"), counted(report.segments, "segment")].join(", ");
  const opened = `opened ${report.opened}${report.notOpened === 0 ? "" : `, ${report.notOpened} not readable with these keys`}${report.erased === 0 ? "" : ` (${report.erased} erased by their authors)`}`;
  const wrong = report.findings.filter(({ severity }) => severity === "error").length;
  const verdict = wrong === 0 ? style.green("everything agrees") : style.red(`${counted(wrong, "thing")} ${wrong === 1 ? "does" : "do"} not agree`);
  return `${report.findings.map((finding) => findingView(finding, style)).join("")}checked ${checked}; ${opened}\n${sharedLine(report.shared)}${verdict}\n`;
}

function sharedLine({ sessions, opened }: VerifyReport["shared"]): string {
  return sessions === 0 ? "" : `of ${counted(sessions, "session")} of others that you may read, ${opened} opened: the rest would need an access entry\n`;
}

/** What is wrong, and the exact place. */
function findingView({ severity, code, message, place }: Finding, style: Style): string {
  const colour = severity === "error" ? style.red : style.yellow;
  const head = `${colour(severity)}  ${visibleLine(code)}: ${visibleLine(message)}\n`;
  return head + place.map(([label, value]) => `       ${visibleLine(label).padEnd(8)} ${visibleLine(value)}\n`).join("");
}
