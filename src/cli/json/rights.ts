import type { Keeping } from "../../domain/policy/retention.ts";
import type { ErasePlanSession, EraseReport, RetentionReport, RetentionRow } from "../world-rights.ts";
import type { ExportedMe } from "../world-export-me.ts";
import { REMAINS } from "../remains.ts";
import { timeOrNumber } from "./log.ts";
import { SCHEMAS } from "./schemas.ts";
import { timeOf } from "./time.ts";

export function retentionJson({ keeping, sessions, closed }: RetentionReport) {
  return { schema: SCHEMAS.retention, ...keepingJson(keeping), sessions: sessions.map(rowJson), closed };
}

export function eraseJson({ sessions, approvals, revocations, removed, pushed, reason }: EraseReport) {
  return {
    schema: SCHEMAS.erase,
    sessions: sessions.map((session: ErasePlanSession) => ({ ...rowJson(session), erased: session.erased, elsewhere: session.elsewhere })),
    approvals: approvals.map(({ id, team }) => ({ id, team })),
    revocations,
    removed,
    remains: REMAINS,
    pushed,
    reason,
  };
}

/** `index.json` of `export --me`, and what the command prints. */
export function meJson(me: ExportedMe) {
  const { made, workspace, repo, known, lanes, sessions, closed, received, policies, log, given, statements, logWarnings, files } = me;
  return {
    schema: SCHEMAS.exportMe,
    made: timeOf(made),
    workspace,
    repository: repo,
    known: { statement: known.statement, remote: known.remote, asked: known.asked, verified: timeOf(known.verified) },
    me: me.me,
    lanes,
    sessions: sessions.map(({ id, copy, source, agent, title, first, last, omitted, files: its }) => ({ id, copy, source, agent, title, first: timeOf(first), last: timeOf(last), omitted, files: its.map(({ path }) => path) })),
    closed: closed.map(({ session, code, why }) => ({ session, code, why })),
    received: received.map(({ approval, author, team, state, at, sessions: ids }) => ({ approval, author, team, state, at: timeOrNumber(at), sessions: ids })),
    policies: policies.map(({ version, effective, shown, files: its }) => ({ version, effective: dayOf(effective), shown: timeOf(shown), files: its })),
    log: { entries: log.length, given: given.length, warnings: logWarnings },
    statements: statements.length,
    files: files.map(({ path, bytes }) => ({ path, bytes })),
  };
}

function keepingJson({ retention, early }: Keeping) {
  return { retention: retention === null ? undefined : { count: retention.count, unit: retention.unit }, early };
}

function rowJson({ id, agent, title, day, age, on, due }: RetentionRow) {
  return { id, agent, title, day: dayOf(day), age, on: dayOf(on), due };
}

function dayOf(then: number | undefined): string | undefined {
  return timeOf(then)?.slice(0, 10);
}
