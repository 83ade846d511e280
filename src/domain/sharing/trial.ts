import { equal } from "../bytes.ts";
import type { PersonId } from "../ids.ts";
import type { Evidence } from "../verdict.ts";
import { hears } from "./contradiction.ts";
import { standing } from "./sharing.ts";
import type { Covering, GivenApproval } from "./sharing.ts";

/** What is wrong with an approval, by how close it comes: the later ones are judged after the earlier ones. */
export type Fault =
  | { readonly kind: "not-the-author"; readonly claims: PersonId; readonly author: PersonId }
  | { readonly kind: "not-heard" }
  | { readonly kind: "revoked" }
  | { readonly kind: "expired"; readonly at: number }
  | { readonly kind: "other-parts" }
  /** It covers `count` parts, more than are known here. */
  | { readonly kind: "parts-missing"; readonly count: number };

const CLOSENESS: readonly Fault["kind"][] = ["not-the-author", "not-heard", "revoked", "expired", "other-parts", "parts-missing"];

/** One approval of a session, held against the evidence. */
export interface Trial {
  readonly given: GivenApproval;
  /** To whom a tie that it shows ties the lane. */
  readonly author: PersonId | null;
  /** Where no tie does, why. */
  readonly untied?: string;
  readonly fault: Fault | null;
  /** Those that agree with the manifest and show a tie to the author. */
  readonly parts: readonly Covering[];
  /** How many parts these are. */
  readonly count: number;
}

/** All approvals of the session for the team, the best first, in an order that is the same for everybody. */
export function tryApprovals(evidence: Evidence): readonly Trial[] {
  const trials: Trial[] = [];
  for (const given of evidence.sharing.approvals.values()) {
    const pieces = given.covered.get(evidence.session);
    if (pieces !== undefined && given.first.said.team === evidence.team) trials.push(trial(evidence, given, pieces));
  }
  return trials.sort((a, b) => closeness(b) - closeness(a) || b.count - a.count || (a.given.first.hash < b.given.first.hash ? -1 : 1));
}

/** One that ties the lane comes closer than one that does not: the reader can see whose it is. */
function closeness({ author, fault }: Trial): number {
  return (author === null ? 0 : CLOSENESS.length + 1) + (fault === null ? CLOSENESS.length : CLOSENESS.indexOf(fault.kind));
}

function trial(evidence: Evidence, given: GivenApproval, pieces: readonly Covering[]): Trial {
  const { author: claims } = given.first.said;
  const tiedTo = (piece: Covering): PersonId | null => evidence.ties.get(piece.statement.hash)?.person ?? null;
  const tied = pieces.filter((piece) => tiedTo(piece) === claims);
  const author = tied.length > 0 ? claims : (pieces.map(tiedTo).find((person) => person !== null) ?? null);
  const considered = author === claims ? tied : pieces;
  const parts = considered.filter((piece) => agrees(evidence, piece));
  const fault = faultOf(evidence, given, { author, considered, parts });
  return { given, author, ...(author === null ? { untied: untied(evidence, pieces) } : {}), fault, parts, count: countOf(parts) };
}

interface Tried {
  readonly author: PersonId | null;
  readonly considered: readonly Covering[];
  readonly parts: readonly Covering[];
}

function faultOf({ author: known, reader, now, session, chain }: Evidence, given: GivenApproval, { author, considered, parts }: Tried): Fault | null {
  const { author: claims, audience } = given.first.said;
  for (const person of [author, known]) if (person != null && person !== claims) return { kind: "not-the-author", claims, author: person };
  if (!hears(audience, reader)) return { kind: "not-heard" };
  const stands = standing(given, now, session);
  if (stands === "revoked") return { kind: "revoked" };
  if (stands === "expired") return { kind: "expired", at: given.ends ?? now };
  if (parts.length > 0) return null;
  const count = Math.max(...considered.map((piece) => piece.parts.count));
  return count > chain.length ? { kind: "parts-missing", count } : { kind: "other-parts" };
}

/** Whether the session has the part records that were approved: the chain pins all of them, up to the last. */
function agrees({ chain }: Evidence, { parts }: Covering): boolean {
  const last = chain[parts.count - 1];
  return parts.first < parts.count && last !== undefined && equal(last, parts.last);
}

function countOf(parts: readonly Covering[]): number {
  const numbers = new Set<number>();
  for (const { parts: covered } of parts) for (let n = covered.first; n < covered.count; n++) numbers.add(n);
  return numbers.size;
}

function untied({ ties }: Evidence, pieces: readonly Covering[]): string {
  for (const { statement } of pieces) {
    const tie = ties.get(statement.hash);
    if (tie?.person === null) return `the tie that the approval shows does not count: ${tie.why}`;
  }
  return "the approval shows no tie of its lane";
}
