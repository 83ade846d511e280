import { visible, visibleLine } from "../io/control-characters.ts";
import type { HandoffReport } from "../world.ts";
import { accessLine } from "./access.ts";
import { counted, size } from "./words.ts";

/** The brief itself where it was not written; else where it is, and how to go on. */
export function handoffView(report: HandoffReport): string {
  if (report.brief !== undefined) return visible(report.brief);
  const { file = "", directory = "", title, command, say, characters } = report;
  const start = command === undefined ? `open ${visibleLine(title)} in ${visibleLine(directory)} and say:  ${visibleLine(say ?? "")}` : `start ${visibleLine(title)} in ${visibleLine(directory)} with:  ${visibleLine(command)}`;
  return `written  ${visibleLine(file)}  ${characters} characters, ignored by git\n${handoffNotes(report)}${start}\n`;
}

export function handoffNotes({ access, left, replaced, unreadable, omittedBytes }: HandoffReport): string {
  const lines = [
    ...(replaced === 0 ? [] : [`${counted(replaced, "secret")} replaced by a marker`]),
    ...(left === 0 ? [] : [`${counted(left, "line")} left out for want of room: \`--max\` gives more`]),
    ...(omittedBytes === 0 ? [] : [`${size(omittedBytes)} of the session were left out at capture`]),
    ...unreadable.map(({ part, reason }) => `part ${part} is missing: ${visibleLine(reason)}`),
    visibleLine(accessLine(access)),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
