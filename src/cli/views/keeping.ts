import { visibleLine } from "../io/control-characters.ts";
import type { ExcludeReport, PauseReport } from "../world-keeping.ts";
import { shortId } from "./words.ts";

export function pauseView({ paused, changed, until }: PauseReport): string {
  if (!paused) return changed ? "capture goes on; what was written during the pause stays out\n" : "nothing was paused\n";
  return `nothing is captured in this clone ${until === undefined ? "until you end it" : `until ${new Date(until).toISOString()}`}\nhx pause --end ends it; what is written meanwhile stays out\n`;
}

export function excludeView({ agent, id, already, dropped }: ExcludeReport): string {
  const head = `session ${visibleLine(id)} of ${visibleLine(agent)} ${already ? "was kept out already" : "stays out of the record"}\n`;
  return dropped === undefined ? head : `${head}what was captured of it (${shortId(dropped)}) is dropped\n`;
}
