import type { Entry } from "../../domain/view.ts";
import type { CaptureReport, Inspection, RawReport, RestoreReport, SessionRow, ShownSession, SyncReport, VerifyReport } from "../world.ts";
import { SCHEMAS } from "./schemas.ts";
import { accessJson, namedJson } from "./access.ts";
import { dutiesJson } from "./shares.ts";
import { timeOf } from "./time.ts";

export function captureJson({ sessions, skipped }: CaptureReport, dryRun: boolean) {
  return {
    schema: SCHEMAS.capture,
    dryRun,
    sessions: sessions.map(({ id, agent, title, newBytes, omittedBytes, isNew }) => ({ id, agent, title, new: isNew, newBytes, omittedBytes })),
    skipped: skipped.map(({ agent, session, reason }) => ({ agent, session, reason })),
  };
}

export function syncJson({ remotes, waiting, waits, requests, shares, warnings }: SyncReport, dryRun: boolean) {
  return {
    schema: SCHEMAS.sync,
    dryRun,
    waiting,
    waits,
    shares: shares === undefined ? undefined : dutiesJson(shares),
    remotes: remotes.map(({ remote, result, reason, pushedSessions, pushedBytes, lanesFetched, filtered }) => ({ remote, result, reason, pushedSessions, pushedBytes, lanesFetched, filtered })),
    requests: requests?.map(({ request, message, command }) => ({ request, message, command })),
    warnings,
  };
}

export function listJson(rows: readonly SessionRow[]) {
  return {
    schema: SCHEMAS.list,
    sessions: rows.map(({ id, state, kind, source, agent, title, branch, first, last, turns, bytes, parts, shared }) => ({ id, state, kind, source, agent, title, branch, first: timeOf(first), last: timeOf(last), turns, bytes, parts, ...sharedJson(shared) })),
  };
}

/** What of it is read is `attested`; without a lease nothing of it was read. */
function sharedJson(shared: SessionRow["shared"]) {
  if (shared === undefined) return {};
  const { author, team, expires, until } = shared;
  return { class: "attested", author: namedJson(author), team: namedJson(team), expires: timeOf(expires), until: timeOf(until) };
}

export function showJson({ id, access, view, unreadable, omittedBytes }: ShownSession) {
  const { agent, id: agentId, title, directory, branch, version, models, first, last, turns, tokens, damaged, unknown } = view;
  return {
    schema: SCHEMAS.show,
    id,
    access: accessJson(access),
    agent,
    agentId,
    agentVersion: version,
    title,
    directory,
    branch,
    models,
    first: timeOf(first),
    last: timeOf(last),
    turns: turns.map(({ index, started, prompt, entries }) => ({ index, started: timeOf(started), prompt, entries: entries.map(entryJson) })),
    tokens,
    damaged,
    unknown,
    unreadable: unreadable.map(({ part, reason }) => ({ part, reason })),
    omittedBytes,
  };
}

function entryJson(entry: Entry) {
  return { ...entry, at: timeOf(entry.at) };
}

export function rawJson({ id, access, files, unreadable }: RawReport) {
  return { schema: SCHEMAS.show, id, access: accessJson(access), files: files.map(({ path, bytes }) => ({ path, bytes })), unreadable: unreadable.map(({ part, reason }) => ({ part, reason })) };
}

export function restoreJson({ agent, access, unreadable, files, omittedBytes, mapped, kind, source, resume }: RestoreReport, dryRun: boolean) {
  return {
    schema: SCHEMAS.restore,
    dryRun,
    agent,
    access: accessJson(access),
    kind,
    source,
    exact: omittedBytes === 0 && unreadable.length === 0 && kind === undefined && (mapped?.records ?? 0) === 0,
    omittedBytes,
    mapped: mapped === undefined ? undefined : { from: mapped.from, to: mapped.to, records: mapped.records },
    unreadable: unreadable.map(({ part, reason }) => ({ part, reason })),
    files: files.map(({ path, bytes, action }) => ({ path, bytes, action })),
    resume,
  };
}

export function verifyJson(report: VerifyReport) {
  const { lanes, headers, sessions, segments, opened, notOpened, erased, shared, findings } = report;
  return {
    schema: SCHEMAS.verify,
    ok: findings.every(({ severity }) => severity !== "error"),
    lanes,
    headers,
    sessions,
    segments,
    opened,
    notOpened,
    erased,
    shared: { sessions: shared.sessions, opened: shared.opened },
    findings: findings.map(({ severity, code, message, place }) => ({ severity, code, message, place: place.map(([label, value]) => ({ label, value })) })),
  };
}

export function inspectJson({ what, kind, sections }: Inspection) {
  return { schema: SCHEMAS.inspect, what, kind, sections: sections.map(({ title, fields }) => ({ title, fields: fields.map(([label, value]) => ({ label, value })) })) };
}
