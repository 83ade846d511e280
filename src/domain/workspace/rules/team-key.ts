import { authorOf, boxable, demand, livingPerson, livingTeam } from "../checks.ts";
import type { Author, Verify } from "../checks.ts";
import type { PersonId } from "../../ids.ts";
import { currentTeamKey } from "../state.ts";
import type { PersonKeyWrap, Team, TeamKeyEpoch, WorkspaceState } from "../state.ts";
import type { Statement } from "../statement.ts";
import type { AdmitBody, PersonKeyBox, TeamKeyBody } from "../team-bodies.ts";
import { withTeam } from "./team.ts";

/** The next epoch of a team key. Who makes epoch 0 is nominated, and becomes the first member by it. */
export function applyTeamKey(verify: Verify, state: WorkspaceState, statement: Statement, body: TeamKeyBody): WorkspaceState {
  const author = authorOf(verify, state, statement);
  const { n } = statement;
  const team = begunBy(livingTeam(state, body.team, n), author, n);
  demand(body.epoch === team.keys.length, n, `the team key has epoch ${body.epoch} where ${team.keys.length} comes next`);
  demand((body.epoch === 0) === (body.before === undefined), n, "a team key holds the one before it, and the first holds none");
  const boxes = memberBoxes(state, team, body.boxes, n);
  const epoch: TeamKeyEpoch = { epoch: body.epoch, key: body.key, boxes, ...(body.before === undefined ? {} : { before: body.before }), since: n, by: author.person.id };
  return withTeam(state, { ...team, keys: [...team.keys, epoch], due: null });
}

/** A member lets in somebody whom an administrator nominated, by boxing the key to them. */
export function applyAdmit(verify: Verify, state: WorkspaceState, statement: Statement, body: AdmitBody): WorkspaceState {
  const { person: author } = authorOf(verify, state, statement);
  const { n } = statement;
  const team = livingTeam(state, body.team, n);
  demand(team.members.has(author.id), n, `'${author.id}' is not a member of the team`);
  demand(team.nominated.has(body.person), n, `'${body.person}' is not nominated`);
  demand(team.due === null, n, "the key of the team is due");
  const person = livingPerson(state, body.person, n);
  boxable(person, body.epoch, n);
  const current = currentTeamKey(team);
  demand(current !== null, n, "the team has no key");
  const boxed: TeamKeyEpoch = { ...current, boxes: new Map([...current.boxes, [person.id, { epoch: body.epoch, wrap: body.box }]]) };
  return withTeam(state, {
    ...team,
    nominated: withoutId(team.nominated, person.id),
    members: new Map([...team.members, [person.id, n]]),
    keys: [...team.keys.slice(0, -1), boxed],
  });
}

function begunBy(team: Team, { person }: Author, n: number): Team {
  if (team.keys.length > 0) {
    demand(team.members.has(person.id), n, `'${person.id}' is not a member of the team`);
    return team;
  }
  demand(team.nominated.has(person.id), n, `'${person.id}' is not nominated`);
  return { ...team, nominated: withoutId(team.nominated, person.id), members: new Map([[person.id, n]]) };
}

function withoutId(ids: ReadonlySet<PersonId>, id: PersonId): ReadonlySet<PersonId> {
  return new Set([...ids].filter((other) => other !== id));
}

/** Exactly one box for each member, sorted. */
function memberBoxes(state: WorkspaceState, team: Team, boxes: readonly PersonKeyBox[], n: number): ReadonlyMap<PersonId, PersonKeyWrap> {
  const wanted = [...team.members.keys()].sort();
  const boxed = boxes.map(({ person }) => person);
  const outsider = boxed.find((person) => !team.members.has(person));
  demand(outsider === undefined, n, `the team key is boxed to '${outsider ?? ""}', who is no member of the team`);
  const missing = wanted.find((person) => !boxed.includes(person));
  demand(missing === undefined, n, `the team key is not boxed to '${missing ?? ""}'`);
  demand(boxed.length === wanted.length && boxed.every((person, i) => person === wanted[i]), n, "the boxes of the team key are not sorted, each person once");
  for (const { person, epoch } of boxes) boxable(livingPerson(state, person, n), epoch, n);
  return new Map(boxes.map(({ person, epoch, wrap }) => [person, { epoch, wrap }]));
}
