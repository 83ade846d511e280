import { HxError } from "../../domain/errors.ts";
import type { SessionId, TeamId } from "../../domain/ids.ts";
import type { Condition, Verdict } from "../../domain/verdict.ts";
import { partsShared } from "./open-shared.ts";
import { judgeSession, namesOf, sessionsShown, type Judged, type Knowledge } from "./evidence.ts";

/** Teams with which somebody may hope to read a session: their own, and those for which it was approved. Sorted. */
export function teamsFor(known: Knowledge, session: SessionId): readonly TeamId[] {
  const { state, acting } = known;
  const mine = [...state.teams.values()].flatMap(({ id, members }) => (members.has(acting.person) ? [id] : []));
  return [...new Set([...mine, ...(sessionsShown(known).get(session) ?? [])])].sort();
}

/**
 * The verdict under which most parts may be read; where none holds, the one that comes closest.
 * Null: there is no team with which it could be read.
 */
export async function bestVerdict(known: Knowledge, session: SessionId): Promise<Judged | null> {
  let best: Judged | null = null;
  for (const team of teamsFor(known, session)) {
    const judged = await judgeSession(known, session, team);
    if (best === null || rank(judged.verdict) > rank(best.verdict)) best = judged;
  }
  return best;
}

/** @throws HxError `not-shared` unless all four conditions hold: it names those that do not, and what mends them */
export function requireShared(known: Knowledge, session: SessionId, judged: Judged | null): Judged {
  if (judged === null) {
    throw new HxError("not-shared", `session '${session}' is somebody else's, and you are in no team with which it could be shared`, { hints: ["hx team list"] });
  }
  if (judged.verdict.holds) return judged;
  const failed = (Object.entries(judged.verdict.conditions) as [string, Condition][]).filter(([, { holds }]) => !holds);
  const team = namesOf(known).team(judged.team) ?? judged.team;
  const why = failed.map(([name, { missing }]) => `${name}: ${missing ?? "does not hold"}`).join("; ");
  const fixes = failed.flatMap(([, { fix }]) => (fix === undefined ? [] : [fix]));
  throw new HxError("not-shared", `session '${session}' may not be read with team '${team}', and nothing was opened (${why})`, {
    hints: [...new Set(fixes), `hx check ${session}`],
    data: { session, team: judged.team, conditions: failed.map(([name]) => name).join(",") },
  });
}

function rank({ holds, conditions, openings }: Verdict): number {
  if (holds) return 10 + Math.max(0, ...openings.map(partsShared));
  return Object.values(conditions).filter((condition) => condition.holds).length;
}
