import type { DeviceId, PersonId, RepoId, TeamId } from "../ids.ts";
import type { WorkspaceState } from "../workspace/state.ts";
import type { StatementBody } from "../workspace/statement.ts";
import type { LogEntry, LogKind } from "./log-entry.ts";
import type { GivenApproval, Sharing } from "./sharing.ts";

/** A statement of the verified workspace chain. */
export interface ChainEvent {
  readonly n: number;
  readonly by: DeviceId;
  /** Of the commit that added it, seconds since 1970. */
  readonly day: number;
  readonly body: StatementBody;
}

interface Replay {
  readonly members: Map<TeamId, Set<PersonId>>;
  readonly due: Set<TeamId>;
}

/** What one statement changed, for whom it matters. */
interface Change {
  readonly kind: LogKind;
  readonly team?: TeamId;
  readonly more?: Partial<LogEntry>;
  /** It matters whatever is shared. */
  readonly always?: boolean;
}

/**
 * What the workspace chain says that touches the shares of this person: changes of teams with which something of theirs was shared at that
 * place, the repository that is disconnected, and what befell themselves. A statement of the chain has a day and no time.
 * @param events all statements, by number
 */
export function workspaceEntries(state: WorkspaceState, repo: RepoId, events: readonly ChainEvent[], sharing: Sharing, person: PersonId): readonly LogEntry[] {
  const mine = [...sharing.approvals.values()].filter(({ first }) => first.said.author === person);
  const replay: Replay = { members: new Map(), due: new Set() };
  const personOf = (device: DeviceId): PersonId | undefined => state.devices.get(device)?.person;
  return events.flatMap(({ n, by, day, body }) => {
    const who = personOf(by);
    const changes = changesOf(replay, { state, repo, person, body, who });
    const shared = new Set(mine.filter((given) => livedAt(given, n, day)).map(({ first }) => first.said.team));
    return changes
      .filter(({ team, always }) => always === true || (team === undefined ? shared.size > 0 : shared.has(team)))
      .map(
        ({ kind, team, more }): LogEntry => ({
          kind,
          when: { day },
          source: { statement: n },
          sessions: [],
          ...(who === undefined ? {} : { who }),
          ...(team === undefined ? {} : { team }),
          ...more,
        }),
      );
  });
}

interface Said {
  readonly state: WorkspaceState;
  readonly repo: RepoId;
  readonly person: PersonId;
  readonly body: StatementBody;
  readonly who: PersonId | undefined;
}

function changesOf(replay: Replay, { state, repo, person, body, who }: Said): readonly Change[] {
  switch (body.type) {
    case "team-key":
      replay.due.delete(body.team);
      if (body.epoch === 0) return who === undefined ? [] : joined(replay, body.team, who);
      return [{ kind: "team-key", team: body.team, more: { epoch: body.epoch } }];
    case "admit":
      return joined(replay, body.team, body.person);
    case "team-removal":
      return left(replay, body.team, body.person, "team-removal", false);
    case "removal": {
      const kind = body.departed ? "departure" : "removal";
      const changes = [...replay.members].flatMap(([team]) => left(replay, team, body.person, kind, body.person === person));
      const alone: Change[] = body.person === person && changes.length === 0 ? [{ kind, more: { whom: person }, always: true }] : [];
      const successor = body.succession === undefined ? undefined : state.persons.get(body.person)?.succession?.team;
      const opened: Change[] = successor === undefined ? [] : [{ kind: "succession-opened", team: successor, more: { whom: body.person }, always: isIn(replay, successor, person) || body.person === person }];
      return [...changes, ...alone, ...opened];
    }
    case "device-removal": {
      const whose = state.devices.get(body.device)?.person;
      const teams = [...replay.members].filter(([team, members]) => whose !== undefined && members.has(whose) && !replay.due.has(team));
      return teams.map(([team]): Change => {
        replay.due.add(team);
        return { kind: "team-due", team, more: whose === undefined ? {} : { whom: whose } };
      });
    }
    case "grant":
    case "withdraw":
      return [{ kind: body.type, team: body.team, more: { project: body.project } }];
    case "connect":
    case "disconnect":
      return body.repo === repo ? [{ kind: body.type, always: body.type === "disconnect", more: body.type === "connect" ? { project: body.project } : {} }] : [];
    case "succession": {
      const { succession } = body;
      if (succession === null) return who === person ? [{ kind: "succession-withdrawn", always: true }] : [];
      const namesMe = who === person || isIn(replay, succession.team, person) || succession.boxes.some((box) => box.person === person);
      return namesMe ? [{ kind: "succession", team: succession.team, always: true }] : [];
    }
    default:
      return [];
  }
}

function joined({ members }: Replay, team: TeamId, whom: PersonId): readonly Change[] {
  members.set(team, new Set([...(members.get(team) ?? []), whom]));
  return [{ kind: "admission", team, more: { whom } }];
}

/** A team that loses a member is due for another key; one that loses the last is dead. */
function left({ members, due }: Replay, team: TeamId, whom: PersonId, kind: LogKind, always: boolean): readonly Change[] {
  const before = members.get(team);
  if (before === undefined || !before.delete(whom)) return [];
  const change: Change = { kind, team, more: { whom }, always };
  if (before.size === 0) return [change, { kind: "team-dead", team }];
  if (due.has(team)) return [change];
  due.add(team);
  return [change, { kind: "team-due", team, more: { whom } }];
}

function isIn({ members }: Replay, team: TeamId, person: PersonId): boolean {
  return members.get(team)?.has(person) === true;
}

/**
 * Whether something was shared where a statement of the chain stands, as far as places tell. A revocation whose header does not know the
 * statement yet does not hide it: what is told too much misleads less than what is kept back.
 */
function livedAt({ first, covered, revocations, ends }: GivenApproval, n: number, day: number): boolean {
  if (first.place.head >= n) return false;
  if (ends !== undefined && ends <= day * 1000) return false;
  const before = revocations.filter(({ place }) => place.head < n && place.day < day);
  const gone = new Set(before.flatMap(({ said }) => said.sessions ?? [...covered.keys()]));
  return !(before.some(({ said }) => said.sessions === undefined) || (covered.size > 0 && [...covered.keys()].every((session) => gone.has(session))));
}
