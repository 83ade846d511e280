import { toHex } from "../../domain/bytes.ts";
import type { PersonId } from "../../domain/ids.ts";
import type { Approval, ApprovedSession, Audience, ShownTie } from "../../domain/sharing/statement.ts";
import { decodeCborMap } from "../cbor.ts";
import type { CborInput, CborMap, CborValue } from "../cbor.ts";
import { asBytes, asInt, asList, bad, booleanField, bytesField, intField, listField, optionalIntField } from "../fields.ts";
import { asPerson, asSession, idBytes, personField, teamField } from "../ids.ts";
import { checkRising, hashBytes, optionalHashField, saidMap, saidOf } from "./said.ts";

const MAX_PARTS = 0xffffffff;

/** Audience and sessions are sorted here; ties stay in their order, as sessions name them by index. */
export function approvalPayload(approval: Approval): CborInput {
  const sessions = approval.sessions.toSorted((a, b) => (a.session < b.session ? -1 : 1));
  return {
    ...saidMap(approval),
    author: idBytes(approval.author),
    team: idBytes(approval.team),
    epoch: approval.epoch,
    audience: audienceValue(approval.audience),
    request: approval.request === undefined ? undefined : hashBytes(approval.request),
    extends: approval.extends === undefined ? undefined : hashBytes(approval.extends),
    expires: approval.expires,
    follow: approval.follow,
    tag: approval.tag,
    ties: approval.ties.map(({ lane, device, signature }) => [lane, device, signature]),
    sessions: sessions.map(({ session, tie, first, count, last }) => [idBytes(session), tie, first, count, last]),
  };
}

/** Ties are bytes here: the verifier judges what they say. @throws HxError `encoding-invalid`, `too-new` */
export function decodeApproval(payload: Uint8Array): Approval {
  const map = decodeCborMap(payload);
  const ties = tiesOf(map);
  const optional = { request: optionalHashField(map, "request"), extends: optionalHashField(map, "extends"), expires: optionalIntField(map, "expires") };
  return {
    kind: "approval",
    ...saidOf(map, "approval"),
    author: personField(map, "author"),
    team: teamField(map, "team"),
    epoch: intField(map, "epoch"),
    audience: audienceOf(map),
    ...(optional.request === undefined ? {} : { request: optional.request }),
    ...(optional.extends === undefined ? {} : { extends: optional.extends }),
    ...(optional.expires === undefined ? {} : { expires: optional.expires }),
    follow: booleanField(map, "follow"),
    tag: bytesField(map, "tag", 32),
    ties,
    sessions: sessionsOf(map, ties.length),
  };
}

function audienceValue(audience: Audience): CborInput {
  return typeof audience === "string" ? audience : audience.toSorted().map((person) => idBytes(person));
}

function audienceOf(map: CborMap): Audience {
  const audience = map.get("audience");
  if (typeof audience === "string") {
    if (audience !== "team") throw bad("audience", "'team' or a list of persons");
    return audience;
  }
  const people: PersonId[] = asList(audience, "audience").map((person) => asPerson(person, "audience"));
  checkRising(people, "audience");
  return people;
}

function tiesOf(map: CborMap): ShownTie[] {
  const ties = listField(map, "ties").map((value) => {
    const [lane, device, signature] = asList(value, "ties", 3);
    return { lane: asBytes(lane, "ties", 32), device: asBytes(device, "ties"), signature: asBytes(signature, "ties", 64) };
  });
  if (new Set(ties.map(({ lane }) => toHex(lane))).size !== ties.length) throw bad("ties", "one for each lane");
  return ties;
}

function sessionsOf(map: CborMap, ties: number): ApprovedSession[] {
  const sessions = listField(map, "sessions").map((value) => approvedSession(value, ties));
  checkRising(sessions.map(({ session }) => session), "sessions");
  return sessions;
}

function approvedSession(value: CborValue, ties: number): ApprovedSession {
  const [id, index, from, parts, hash] = asList(value, "sessions", 5);
  const session = { session: asSession(id, "sessions"), tie: asInt(index, "sessions"), first: asInt(from, "sessions"), count: asInt(parts, "sessions", MAX_PARTS), last: asBytes(hash, "sessions", 32) };
  if (session.tie >= ties) throw bad("sessions", "with an index of a tie that is there");
  if (session.first >= session.count) throw bad("sessions", "with a first part below the number of parts");
  return session;
}
