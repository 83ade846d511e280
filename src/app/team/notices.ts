import type { PersonId } from "../../domain/ids.ts";
import { teamsOf, type WorkspaceState } from "../../domain/workspace/state.ts";
import { stepsOf } from "../../domain/workspace/team-steps.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { Acting } from "../workspace/acting.ts";
import { called, Directory } from "../workspace/directory.ts";
import { anyOf, handle } from "../workspace/handle.ts";
import { stepWords, teamProblems } from "./show-team.ts";

/** Something that a person is told where they look anyway. */
export interface Notice {
  readonly message: string;
  /** A command that can be pasted. */
  readonly fix?: string;
}

/**
 * What a person can or must do about teams, what they wait for, and which key they were given does not open.
 * @param acting null where the identity is locked: names are then closed, and no box is tried
 */
export function teamNotices(crypto: Crypto, state: WorkspaceState, person: PersonId, acting: Acting | null): readonly Notice[] {
  const directory = acting?.directory ?? new Directory(crypto, state, []);
  return [...alarms(crypto, state, directory, person, acting), ...toDo(state, directory, person), ...waits(state, directory, person)];
}

function alarms(crypto: Crypto, state: WorkspaceState, directory: Directory, person: PersonId, acting: Acting | null): readonly Notice[] {
  return teamsOf(state, person).flatMap((team) =>
    teamProblems(crypto, state, team, acting).map((problem) => {
      const entry = directory.team(team.id);
      return { message: `something is wrong with the key of team ${called(entry)}: ${problem}`, fix: `hx team show ${handle(entry, directory.teams())}` };
    }),
  );
}

function toDo(state: WorkspaceState, directory: Directory, person: PersonId): readonly Notice[] {
  return stepsOf(state, person).map((step) => {
    const team = called(directory.team(step.team));
    const fix = stepWords(directory, step).command;
    switch (step.act) {
      case "begin":
        return { message: `you are nominated for team ${team}, which has no key yet: make it, and be its first member`, fix };
      case "rotate":
        return { message: `somebody was removed, and the key of team ${team} is due: nothing is shared with it before a member makes the next one`, fix };
      case "renew":
        return { message: `team ${team} waits for your new person key, because a device of yours was removed`, fix };
      default:
        return { message: `${step.whom === undefined ? "somebody" : called(directory.person(step.whom))} waits to be admitted to ${team}`, fix };
    }
  });
}

function waits(state: WorkspaceState, directory: Directory, person: PersonId): readonly Notice[] {
  return [...state.teams.values()].flatMap((team) => {
    if (!team.nominated.has(person) || team.members.size === 0) return [];
    const members = [...team.members.keys()].map((id) => directory.person(id));
    return [{ message: `you are nominated for team ${called(directory.team(team.id))}: ${anyOf(members)} can admit you` }];
  });
}
