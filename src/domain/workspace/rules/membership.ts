import type { PersonId } from "../../ids.ts";
import { administratorOf, demand } from "../checks.ts";
import type { Verify } from "../checks.ts";
import { livingPersons } from "../state.ts";
import type { MembershipEpoch, WorkspaceState } from "../state.ts";
import type { MembershipClaim } from "../membership-claim.ts";
import type { MembershipBody, Statement } from "../statement.ts";

/** A new membership epoch: an administrator, one higher, boxed to every living member and to nobody else. */
export function applyMembership(verify: Verify, state: WorkspaceState, statement: Statement, body: MembershipBody): WorkspaceState {
  administratorOf(verify, state, statement);
  const members = livingPersons(state).map(({ id }) => id);
  return { ...state, membership: [...state.membership, newMembership(body.membership, state.membership.length, members, statement.n)] };
}

/** @throws HxError `workspace-invalid` */
export function newMembership(claim: MembershipClaim, epoch: number, members: readonly PersonId[], n: number): MembershipEpoch {
  demand(claim.epoch === epoch, n, `the membership key has epoch ${claim.epoch} where ${epoch} comes next`);
  demand((epoch === 0) === (claim.before === undefined), n, "a membership key holds the one before it, and the first holds none");
  const wanted = [...members].sort();
  const boxed = claim.boxes.map(({ person }) => person);
  const outsider = boxed.find((person) => !members.includes(person));
  demand(outsider === undefined, n, `the membership key is boxed to '${outsider ?? ""}', who is no member`);
  const missing = wanted.find((person) => !boxed.includes(person));
  demand(missing === undefined, n, `the membership key is not boxed to '${missing ?? ""}'`);
  demand(boxed.length === wanted.length && boxed.every((person, i) => person === wanted[i]), n, "the boxes of the membership key are not sorted, each person once");
  const boxes = new Map(claim.boxes.map(({ person, wrap }) => [person, wrap]));
  return { epoch, sign: claim.sign, box: claim.box, boxes, ...(claim.before === undefined ? {} : { before: claim.before }), since: n };
}
