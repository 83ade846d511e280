import type { WorkspaceState } from "../workspace/state.ts";
import { effectiveTerms } from "./in-force.ts";
import type { RepositoryTerms } from "./terms.ts";

/** For how long a session is kept, counted from its last record. */
export interface Retention {
  /** At least 1. */
  readonly count: number;
  readonly unit: "months" | "days";
}

/** What the policy in force says of keeping and erasing. */
export interface Keeping {
  /** null: without end. */
  readonly retention: Retention | null;
  /** Whether an author may erase a session before it is due. */
  readonly early: boolean;
}

/**
 * What holds in a repository on a day. Whoever may keep a session out of the record may take one out again; where the policy does not
 * permit that, a session is erased when it is due. Where no policy is in force its author decides.
 * @param day since 1970, UTC
 */
export function keepingOf(state: Pick<WorkspaceState, "policies">, connection: { readonly terms?: RepositoryTerms }, day: number): Keeping {
  const { retention, exclude } = effectiveTerms(state, connection, day);
  return { retention: retention === null ? null : { count: retention, unit: "months" }, early: exclude };
}

const DAY_MS = 86_400_000;

/**
 * The first day on which a session is not kept any more: ms since 1970, midnight UTC. The last day of a month that is shorter stands for
 * the days that it lacks.
 * @param last time of its last record, ms since 1970
 */
export function dueDay(last: number, { count, unit }: Retention): number {
  const day = Math.floor(last / DAY_MS) * DAY_MS;
  if (unit === "days") return day + count * DAY_MS;
  const from = new Date(day);
  const month = from.getUTCMonth() + count;
  const lastOfMonth = new Date(Date.UTC(from.getUTCFullYear(), month + 1, 0)).getUTCDate();
  return Date.UTC(from.getUTCFullYear(), month, Math.min(from.getUTCDate(), lastOfMonth));
}

/** How one session stands to a retention. */
export interface Due {
  /** Midnight UTC of the day of its last record, ms since 1970; absent: it does not say. */
  readonly day?: number;
  /** Whole days since. */
  readonly age?: number;
  /** First day on which it is due, ms since 1970; absent: never, or not known. */
  readonly on?: number;
  readonly due: boolean;
}

/** @param last time of its last record, ms since 1970. @param now the newest time that this device has seen */
export function dueOf(last: number | undefined, retention: Retention | null, now: number): Due {
  if (last === undefined) return { due: false };
  const day = Math.floor(last / DAY_MS) * DAY_MS;
  const age = Math.max(0, Math.floor((now - day) / DAY_MS));
  if (retention === null) return { day, age, due: false };
  const on = dueDay(last, retention);
  return { day, age, on, due: on <= now };
}
