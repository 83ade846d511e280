import type { ChalkInstance } from "chalk";
import { visibleLine } from "../io/control-characters.ts";

export type Style = ChalkInstance;

const AGES: readonly (readonly [limit: number, unit: number, name: string])[] = [
  [60, 1, "second"],
  [3600, 60, "minute"],
  [86400, 3600, "hour"],
  [86400 * 30, 86400, "day"],
  [86400 * 365, 86400 * 30, "month"],
  [Number.POSITIVE_INFINITY, 86400 * 365, "year"],
];

/** `3 days ago`. */
export function ago(then: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - then) / 1000));
  if (seconds < 5) return "just now";
  const [, unit, name] = AGES.find(([limit]) => seconds < limit) ?? [0, 1, "second"];
  return `${counted(Math.floor(seconds / unit), name)} ago`;
}

/** RFC 3339 in UTC, for pipes and JSON. */
export function rfc3339(then: number): string {
  return new Date(then).toISOString();
}

/** `1 session`, `2 sessions`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `1.5 MB`, in powers of 1000. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes;
  let at = -1;
  while (value >= 999.5 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[at] ?? "B"}`;
}

export const shortId = (id: string): string => visibleLine(id.slice(0, 8));

/** Cuts to a width in code points, with a sign that something was cut. */
export function cut(text: string, width: number): string {
  const points = [...text];
  return points.length <= width ? text : `${points.slice(0, Math.max(0, width - 1)).join("")}…`;
}
