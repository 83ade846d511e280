import { visibleLine } from "../io/control-characters.ts";
import type { CaptureReport, RestoreReport, SyncReport } from "../world.ts";
import { accessLine } from "./access.ts";
import { dutyLines } from "./shares.ts";
import { counted, shortId, size } from "./words.ts";
import type { Style } from "./words.ts";

export function captureView(report: CaptureReport, style: Style, dryRun: boolean): string {
  const taken = report.sessions.map(({ id, agent, title, newBytes, omittedBytes, isNew }) => {
    const omitted = omittedBytes === 0 ? "" : style.yellow(`  ${size(omittedBytes)} left out: outside the collection boundary, or in a pause`);
    return `${shortId(id)}  ${visibleLine(agent)}  ${isNew ? "new" : "grown"}  ${size(newBytes)}  ${visibleLine(title ?? "")}${omitted}`.trimEnd();
  });
  const skipped = report.skipped.map(({ agent, session, reason }) => style.dim(`skipped  ${visibleLine(agent)} ${visibleLine(session)}: ${visibleLine(reason)}`));
  const total = report.sessions.reduce((sum, { newBytes }) => sum + newBytes, 0);
  const end = report.sessions.length === 0 ? "nothing new" : `${dryRun ? "would capture" : "captured"} ${counted(report.sessions.length, "session")}, ${size(total)}`;
  return [...taken, ...skipped, end].map((line) => `${line}\n`).join("");
}

export function syncView(report: SyncReport, style: Style, dryRun: boolean): string {
  const lines = report.remotes.map((remote) => {
    const name = style.bold(visibleLine(remote.remote));
    if (remote.result === "refused" || remote.result === "unreachable" || remote.result === "stale") return `${name}  ${style.red(remote.result)}${remote.reason === undefined ? "" : `: ${visibleLine(remote.reason)}`}`;
    const pushed = remote.result === "nothing" ? "nothing to push" : `${dryRun ? "would push" : "pushed"} ${counted(remote.pushedSessions, "session")} (${size(remote.pushedBytes)})`;
    return `${name}  ${pushed}, ${counted(remote.lanesFetched, "lane")} of others${remote.filtered ? "" : style.dim("  the host does not filter")}`;
  });
  const waiting = report.waiting === 0 ? [] : [`${counted(report.waiting, "session")} still to push`];
  const requests = (report.requests ?? []).map(({ message, command }) => `${visibleLine(message)}:  ${visibleLine(command)}`);
  return [...lines, ...waiting, ...requests, ...dutyLines(report.shares)].map((line) => `${line}\n`).join("");
}

export function restoreView(report: RestoreReport, style: Style, dryRun: boolean): string {
  const files = report.files.map(({ action, path, bytes }) => `${style.bold((dryRun && action !== "same" ? `would be ${action}` : action).padEnd(8))}  ${visibleLine(path)}  ${size(bytes)}`);
  const omitted = report.omittedBytes === 0 ? [] : [style.yellow(`not exact: ${size(report.omittedBytes)} were left out at capture, outside the collection boundary or in a pause`)];
  const mapped = report.mapped === undefined ? [] : [`${counted(report.mapped.records, "record")} ${dryRun ? "would be mapped" : "mapped"}: paths below '${visibleLine(report.mapped.from)}' now lie below '${visibleLine(report.mapped.to)}' (\`--exact\` keeps every byte)`];
  const copy = report.kind === undefined ? [] : [style.yellow(`not exact: a redacted copy${report.source === undefined ? "" : ` of session '${visibleLine(report.source)}'`}`)];
  const resume = report.resume === undefined || dryRun ? [] : [`resume it with:  ${visibleLine(report.resume)}`];
  const locked = report.unreadable.map(({ part, reason }) => style.yellow(`part ${part} is missing: ${visibleLine(reason)}`));
  const access = [visibleLine(accessLine(report.access))];
  return [...files, ...mapped, ...omitted, ...copy, ...locked, ...access, ...resume].map((line) => `${line}\n`).join("");
}
