import type { HookEntry } from "../../ports/hooks.ts";
import { visibleLine } from "../io/control-characters.ts";
import type { Style } from "./words.ts";

export function hooksView(places: readonly { readonly place: string; readonly entries: readonly HookEntry[] }[], style: Style): string {
  return places.map(({ place, entries }) => `${style.bold(visibleLine(place))}\n${entries.map((entry) => entryLine(entry, style)).join("")}`).join("");
}

function entryLine({ event, state, where, note }: HookEntry, style: Style): string {
  const colour = state === "installed" ? style.green : state === "absent" ? style.dim : style.yellow;
  return `  ${colour(state.padEnd(9))}  ${visibleLine(event)}${style.dim(`  ${visibleLine(where)}`)}${note === undefined ? "" : `  ${visibleLine(note)}`}\n`;
}
