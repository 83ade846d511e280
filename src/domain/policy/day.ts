const DAY_MS = 86_400_000;

/** 9999-12-31: days are written with four digits of the year. */
export const LAST_DAY = 2_932_896;

/** Whole days since 1970-01-01, UTC. @param ms since 1970 */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

/** Start of a day, ms since 1970. */
export function dayMs(day: number): number {
  return day * DAY_MS;
}

/** `2027-01-31` */
export function dayText(day: number): string {
  return new Date(dayMs(day)).toISOString().slice(0, 10);
}

/** The day of `2027-01-31`; null for what is none. */
export function parseDay(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const day = dayOf(Date.parse(`${text}T00:00:00Z`));
  return Number.isNaN(day) || day < 0 || dayText(day) !== text ? null : day;
}
