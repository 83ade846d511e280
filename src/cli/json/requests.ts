import type { Answered, Asked, RequestList, RequestRow } from "../world-requests.ts";
import type { Named } from "../named.ts";
import { SCHEMAS } from "./schemas.ts";
import { timeOf } from "./time.ts";

export function askedJson({ row, proven, known, successor }: Asked) {
  return { schema: SCHEMAS.request, ...rowJson(row), authorProven: proven, sessionKnown: known, successor: successor === undefined ? undefined : partyJson(successor) };
}

export function withdrawnJson({ row, already }: Answered) {
  return { schema: SCHEMAS.request, ...rowJson(row), already };
}

export function deniedJson({ row, already }: Answered) {
  return { schema: SCHEMAS.deny, ...rowJson(row), already };
}

export function requestsJson({ inbox, asked, settled, incomplete, offline }: RequestList) {
  return { schema: SCHEMAS.requests, inbox: inbox.map(rowJson), asked: asked.map(rowJson), settled: settled.map(rowJson), incomplete, offline };
}

function rowJson({ id, name, state, from, to, team, about, turns, reason, at, denial, command }: RequestRow) {
  return {
    id,
    name,
    state,
    from: partyJson(from),
    to: partyJson(to),
    team: partyJson(team),
    about: "session" in about ? { session: about.session } : { commit: about.commit, path: about.path, line: about.line },
    turns: turns?.map(([first, last]) => ({ from: first, to: last })),
    reason,
    at: timeOf(at),
    denial: denial === undefined ? undefined : { at: timeOf(denial.at), reason: denial.reason },
    command,
  };
}

function partyJson({ id, name }: Named) {
  return { id, name };
}
