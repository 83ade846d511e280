import { visibleLine } from "../io/control-characters.ts";
import type { Inspection } from "../world.ts";
import type { Style } from "./words.ts";

export function inspectionView(found: Inspection, style: Style): string {
  const head = `${style.bold(visibleLine(found.kind))}  ${visibleLine(found.what)}\n`;
  return head + found.sections.map(({ title, fields }) => `\n${style.bold(visibleLine(title))}\n${fieldLines(fields)}`).join("");
}

function fieldLines(fields: Inspection["sections"][number]["fields"]): string {
  const width = fields.reduce((widest, [label]) => Math.max(widest, label.length), 0);
  return fields.map(([label, value]) => `  ${visibleLine(label).padEnd(width)}  ${visibleLine(String(value))}\n`).join("");
}
