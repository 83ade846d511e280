import type { DutiesReport, GivenShare, ReceivedShare, RevokeReport, ShareReport, SharesReport, WaitingShare } from "../world-share.ts";
import { SCHEMAS } from "./schemas.ts";
import { timeOf } from "./time.ts";

export function shareJson({ team, approvals, sessions, pushed, reason }: ShareReport) {
  return { schema: SCHEMAS.share, team, approvals, sessions: sessions.map(({ id, copy, replaced }) => ({ id, copy, replaced })), pushed, reason };
}

export function revokeJson({ revocations, approvals, removed, elsewhere, pushed, reason }: RevokeReport) {
  return { schema: SCHEMAS.revoke, revocations, approvals, removed, elsewhere, pushed, reason };
}

export function sharesJson({ given, received, waiting, fresh }: SharesReport) {
  return { schema: SCHEMAS.shares, fresh, given: given.map(givenJson), received: received.map(receivedJson), waiting: waiting.map(waitingJson) };
}

function givenJson({ id, state, team, audience, sessions, revokedSessions, at, expires, follow, reads, request }: GivenShare) {
  return { id, state, team, audience, sessions, revokedSessions, at: timeOf(at), expires: timeOf(expires), follow, reads, request };
}

function receivedJson({ id, state, team, author, sessions, at, expires, follow }: ReceivedShare) {
  return { id, state, team, author, sessions, at: timeOf(at), expires: timeOf(expires), follow };
}

function waitingJson({ id, kind, session, why, fix }: WaitingShare) {
  return { id: id === "" ? undefined : id, kind, session, why, fix };
}

export function dutiesJson({ rewrapped, removed, followed, waiting }: DutiesReport) {
  return { rewrapped, removed, followed, waiting: waiting.map(waitingJson) };
}
