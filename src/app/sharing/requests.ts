import type { PersonId } from "../../domain/ids.ts";
import { standing, type RequestRecord, type RequestState, type Sharing } from "../../domain/sharing/sharing.ts";
import type { Subject, TurnRange } from "../../domain/sharing/statement.ts";
import { isTeamMember, type WorkspaceState } from "../../domain/workspace/state.ts";
import type { Acting } from "../workspace/acting.ts";
import { called } from "../workspace/directory.ts";
import { handle } from "../workspace/handle.ts";
import { requestName } from "./find-request.ts";

/** `expired`, `revoked`: it was approved, and no approval of it lives. */
export type ShownState = RequestState | "expired" | "revoked";

/** @param now ms since 1970, the newest time this device has seen */
export function stateShown({ approvals }: Sharing, record: RequestRecord, now: number): ShownState {
  if (record.state !== "approved") return record.state;
  const standings = record.approvals.flatMap((hash) => {
    const given = approvals.get(hash);
    return given === undefined ? [] : [standing(given, now)];
  });
  if (standings.includes("living")) return "approved";
  return standings.includes("expired") ? "expired" : "revoked";
}

/** Whether a person answers for whom was asked: themselves, or for who departed with a succession to a team of theirs. */
export function answersFor(state: WorkspaceState, person: PersonId, asked: PersonId): boolean {
  if (person === asked) return true;
  const departed = state.persons.get(asked);
  return departed?.state === "departed" && departed.succession?.wrap !== undefined && isTeamMember(state, departed.succession.team, person);
}

/** Requests that wait for this person's word, the oldest first. */
export function waitingRequests(state: WorkspaceState, { requests }: Sharing, person: PersonId): readonly RequestRecord[] {
  const waiting = [...requests.values()].filter((record) => record.state === "open" && answersFor(state, person, record.request.said.to));
  return waiting.toSorted((a, b) => a.request.said.at - b.request.said.at || (a.request.hash < b.request.hash ? -1 : 1));
}

/** `src/a.ts:42 of commit 1a2b3c4d`, `commit 1a2b3c4d`, `session 7f3a91c2`. Paths are as whoever asked wrote them. */
export function subjectWords(about: Subject): string {
  if ("session" in about) return `session ${about.session.slice(0, 8)}`;
  const commit = `commit ${about.commit.slice(0, 8)}`;
  if (about.path === undefined) return commit;
  return `${about.path}${about.line === undefined ? "" : `:${about.line}`} of ${commit}`;
}

/** `3-7, 9`. */
export function turnWords(turns: readonly TurnRange[]): string {
  return turns.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");
}

/** A request that waits, in one sentence, and the command that answers it. */
export interface RequestNotice {
  readonly request: string;
  readonly message: string;
  readonly command: string;
}

export function requestNotice(sharing: Sharing, { person, directory }: Pick<Acting, "person" | "directory">, { request }: RequestRecord): RequestNotice {
  const { said } = request;
  const team = directory.team(said.team);
  const name = requestName(sharing, request.hash);
  const whose = said.to === person ? "" : ` of ${called(directory.person(said.to))}, who departed`;
  const turns = said.turns === undefined ? "" : `, turns ${turnWords(said.turns)}`;
  return {
    request: name,
    message: `${called(directory.person(said.person))} asks for ${subjectWords(said.about)}${whose}${turns}, for team ${called(team)}`,
    command: `hx share ${name} --team ${handle(team, directory.teams())}`,
  };
}
