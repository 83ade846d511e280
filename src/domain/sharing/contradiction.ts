import type { PersonId } from "../ids.ts";
import { wasTeamMember } from "../workspace/state.ts";
import type { WorkspaceState } from "../workspace/state.ts";
import { MAX_LEASE } from "./sharing.ts";
import type { GivenApproval } from "./sharing.ts";
import type { Access, Approval, Audience, Believed, Denial, Request, Revocation, Withdrawal } from "./statement.ts";

/*
 * Why a statement means nothing, in words that fit behind "it means nothing: ". Null: nothing contradicts it.
 * Everything is judged where the statement lies: what was said with the right to say it stays said.
 */

/** The author, or after their departure a member of the team that succeeds them. */
export function actsFor(state: WorkspaceState, author: PersonId, { said, place }: Believed): boolean {
  if (said.person === author) return true;
  const person = state.persons.get(author);
  if (person?.state !== "departed" || person.until === undefined || place.head < person.until) return false;
  return person.succession?.wrap !== undefined && wasTeamMember(state, person.succession.team, said.person, place.head);
}

const NOT_THE_AUTHOR = "it is neither by the author nor by who succeeds them";

/** @param request the one that it names, where that is known: it is sealed to two people, so most readers judge without it */
export function approvalContradiction(state: WorkspaceState, approval: Believed<Approval>, request: Believed<Request> | undefined): string | null {
  const { said, place } = approval;
  if (!actsFor(state, said.author, approval)) return NOT_THE_AUTHOR;
  const key = state.teams.get(said.team)?.keys[said.epoch];
  if (key === undefined || key.since > place.head) return `the team had no key of epoch ${said.epoch}`;
  if (request === undefined) return null;
  if (request.said.team !== said.team) return "the request that it names is for another team";
  if (request.said.to !== said.author) return "the request that it names goes to somebody else";
  if (!wasAsked(state, request)) return "the request that it names is not by a member of the team";
  return null;
}

export function extensionContradiction({ said }: Believed<Approval>, first: Believed<Approval>): string | null {
  if (said.author !== first.said.author) return "the approval that it extends has another author";
  if (said.team !== first.said.team) return "the approval that it extends is for another team";
  if (!sameAudience(said.audience, first.said.audience)) return "the approval that it extends has another audience";
  if (said.expires !== first.said.expires) return "the approval that it extends expires at another time";
  return null;
}

export function revocationContradiction(state: WorkspaceState, revocation: Believed<Revocation>, first: Believed<Approval>): string | null {
  if (revocation.said.author !== first.said.author) return "the approval that it names has another author";
  return actsFor(state, first.said.author, revocation) ? null : NOT_THE_AUTHOR;
}

export function withdrawalContradiction({ said }: Believed<Withdrawal>, request: Believed<Request>): string | null {
  return said.person === request.said.person && said.to === request.said.to ? null : "it is not by who asked";
}

export function denialContradiction({ said }: Believed<Denial>, request: Believed<Request>): string | null {
  return said.person === request.said.to && said.to === request.said.person ? null : "it is not by who was asked";
}

export function accessContradiction({ said }: Believed<Access>, given: GivenApproval | undefined): string | null {
  if (given === undefined) return "the approval that it names is not known";
  const { author, team, audience } = given.first.said;
  if (said.author !== author || said.team !== team) return "the approval that it names is of another author or team";
  if (!given.covered.has(said.session)) return "the approval that it names does not cover the session";
  if (!hears(audience, said.person)) return "the approval that it names is not for who made it";
  if (said.until <= said.from || said.until - said.from > MAX_LEASE) return "no lease is that long";
  return null;
}

/** Whether a request was made by a member of the team for which it asks. */
export function wasAsked(state: WorkspaceState, { said, place }: Believed<Request>): boolean {
  return wasTeamMember(state, said.team, said.person, place.head);
}

/** Whether somebody who is a member of the team is in the audience. */
export function hears(audience: Audience, person: PersonId): boolean {
  return audience === "team" || audience.includes(person);
}

function sameAudience(a: Audience, b: Audience): boolean {
  if (a === "team" || b === "team") return a === b;
  return a.length === b.length && a.every((person, i) => person === b[i]);
}
