import { visibleLine } from "../io/control-characters.ts";
import type { SessionRow, SharedRow } from "../world.ts";
import { nameOf } from "./access.ts";
import { ago, cut, rfc3339, shortId, size } from "./words.ts";
import type { Style } from "./words.ts";

/** For a terminal: short ids, relative times, cut to the width. */
export function sessionsTable(rows: readonly SessionRow[], style: Style, now: number, width: number): string {
  const cells = rows.map((row) => [shortId(row.id), row.last === undefined ? "" : ago(row.last, now), visibleLine(row.agent ?? ""), row.turns === undefined ? "" : String(row.turns), row.bytes === undefined ? "" : size(row.bytes), row.state]);
  const heads = ["ID", "WHEN", "AGENT", "TURNS", "SIZE", "STATE"];
  const widths = heads.map((head, i) => Math.max(head.length, ...cells.map((row) => (row[i] ?? "").length)));
  const left = Math.max(12, width - widths.reduce((sum, cell) => sum + cell + 2, 0));
  const line = (row: readonly string[]): string => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ");
  const head = style.bold(`${line(heads)}  TITLE`);
  const body = rows.map((row, i) => {
    const text = `${line(cells[i] ?? [])}  ${cut(visibleLine(titleOf(row)), left)}`.trimEnd();
    return ["locked", "unreadable", "erased"].includes(row.state) ? style.dim(text) : text;
  });
  return [head, ...body].map((text) => `${text}\n`).join("");
}

/** For a pipe: whole ids, RFC 3339, tabs, no header, nothing cut. */
export function sessionsLines(rows: readonly SessionRow[]): string {
  return rows
    .map((row) => cellsOf(row).map((cell) => visibleLine(String(cell))).join("\t"))
    .map((line) => `${line}\n`)
    .join("");
}

/** A copy has the title of its source, and must not be taken for it. */
function titleOf(row: SessionRow): string {
  const { kind, source, title = "", shared } = row;
  if (shared !== undefined) return sharedTitle(row, shared);
  if (kind === undefined) return title;
  return [`redacted copy${source === undefined ? "" : ` of ${shortId(source)}`}`, ...(title === "" ? [] : [title])].join(": ");
}

function sharedTitle({ title }: SessionRow, { author, team, until }: SharedRow): string {
  const from = `by ${nameOf(author)} to ${nameOf(team)}`;
  return `${title ?? "-"} (${until === undefined ? from : `${from}, lease until ${rfc3339(until)}`})`;
}

function cellsOf(row: SessionRow): readonly (string | number)[] {
  const title = row.title ?? (row.shared === undefined ? "" : "-");
  const copy = row.kind === undefined ? [] : [row.kind, row.source ?? ""];
  return [row.id, row.last === undefined ? "" : rfc3339(row.last), row.agent ?? "", row.turns ?? "", row.bytes ?? "", row.state, title, ...copy, ...sharedCells(row.shared)];
}

function sharedCells(shared: SharedRow | undefined): readonly string[] {
  if (shared === undefined) return [];
  const { author, team, expires, until } = shared;
  return [nameOf(author), nameOf(team), "attested", expires === undefined ? "" : rfc3339(expires), until === undefined ? "" : rfc3339(until)];
}
