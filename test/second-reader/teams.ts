import { toHex } from "./bytes.ts";
import { type Device, type Person } from "./card.ts";
import { demand } from "./errors.ts";
import type { KeyBox, StatementBody, TeamBody } from "./statement.ts";
import type { Workspace } from "./workspace.ts";

const bad = "workspace-invalid";

/** A team as far as it was replayed. */
export interface Team {
  name: Uint8Array;
  nominated: Set<string>;
  members: Set<string>;
  keys: { key: Uint8Array; boxes: KeyBox[]; before: Uint8Array | undefined }[];
  grants: Set<string>;
  due: boolean;
  dead: boolean;
}

type Body<Type extends TeamBody["type"]> = Extract<TeamBody, { type: Type }>;

/** Applies a statement about a team or a succession; says whether it was one. */
export function applyTeamStatement(workspace: Workspace, author: { person: Person; device: Device }, body: StatementBody): boolean {
  const by = toHex(author.person.id);
  switch (body.type) {
    case "team":
      needAdministrator(workspace, by);
      demand(!workspace.teams.has(body.team), bad, "a team twice");
      workspace.teams.set(body.team, {
        name: body.name, nominated: new Set(), members: new Set(), keys: [], grants: new Set(), due: false, dead: false,
      });
      return true;
    case "nominate":
      needAdministrator(workspace, by);
      nominate(workspace, body);
      return true;
    case "team-key":
      addTeamKey(workspace, by, body);
      return true;
    case "admit":
      admit(workspace, by, body);
      return true;
    case "team-removal": {
      if (by !== body.person) needAdministrator(workspace, by);
      const team = livingTeam(workspace, body.team);
      demand(team.members.has(body.person) || team.nominated.has(body.person), bad, "somebody with no part in the team");
      leaveTeam(team, body.person);
      return true;
    }
    case "grant":
    case "withdraw":
      needAdministrator(workspace, by);
      grantOrWithdraw(workspace, body);
      return true;
    case "succession":
      succeed(workspace, author.person, body);
      return true;
    default:
      return false;
  }
}

/** Takes somebody out of a team, which is due if they were a member, and dead if they were the last one. */
export function leaveTeam(team: Team, person: string): void {
  team.nominated.delete(person);
  if (!team.members.delete(person)) return;
  team.due = true;
  team.dead = team.members.size === 0;
}

function needAdministrator(workspace: Workspace, by: string): void {
  demand(workspace.administrators.has(by), bad, "by somebody who is no administrator");
}

function livingTeam(workspace: Workspace, id: string): Team {
  const team = workspace.teams.get(id);
  demand(team !== undefined && !team.dead, bad, "a team that is unknown or dead");
  return team;
}

function nominate(workspace: Workspace, { team: id, person }: Body<"nominate" | "team-removal">): void {
  const team = livingTeam(workspace, id);
  demand(workspace.people.get(person)?.living === true, bad, "a nomination of nobody living");
  demand(!team.nominated.has(person) && !team.members.has(person), bad, "nominated, or a member, already");
  team.nominated.add(person);
}

function addTeamKey(workspace: Workspace, by: string, body: Body<"team-key">): void {
  const team = livingTeam(workspace, body.team);
  demand(body.epoch === team.keys.length, bad, "an epoch of the team key that does not follow");
  if (body.epoch === 0) {
    demand(team.nominated.delete(by), bad, "a first key by somebody who is not nominated");
    team.members.add(by);
  }
  demand(team.members.has(by), bad, "a team key by somebody who is no member");
  demand(body.boxes.map(({ person }) => person).join() === [...team.members].sort().join(), bad, "not one box for each member");
  for (const { person, epoch } of body.boxes) checkNewest(workspace, person, epoch);
  team.keys.push(body);
  team.due = false;
}

function admit(workspace: Workspace, by: string, body: Body<"admit">): void {
  const team = livingTeam(workspace, body.team);
  demand(team.members.has(by), bad, "admitted by somebody who is no member");
  demand(!team.due, bad, "admitted while the team is due");
  demand(team.nominated.delete(body.person), bad, "somebody who is not nominated");
  checkNewest(workspace, body.person, body.epoch);
  team.members.add(body.person);
  team.keys.at(-1)?.boxes.push({ person: body.person, epoch: body.epoch, wrap: body.box });
}

/** Team keys go to the newest key of a living person, and not while it is due. */
function checkNewest(workspace: Workspace, id: string, epoch: number): void {
  const person = workspace.people.get(id);
  demand(person?.living === true && !person.keyDue, bad, "boxed to somebody whose key is due");
  demand(epoch === person.keys.length - 1, bad, "boxed to an old person key");
}

function grantOrWithdraw(workspace: Workspace, { type, team: id, project }: Body<"grant" | "withdraw">): void {
  const team = type === "grant" ? livingTeam(workspace, id) : workspace.teams.get(id);
  demand(team !== undefined && workspace.projects.has(project), bad, "a team or project that is not known");
  demand(team.grants.has(project) === (type === "withdraw"), bad, `a ${type} that changes nothing`);
  if (type === "grant") team.grants.add(project);
  else team.grants.delete(project);
}

function succeed(workspace: Workspace, person: Person, { succession }: Body<"succession">): void {
  if (succession === undefined) {
    demand(person.succession !== undefined, bad, "no succession to take back");
    person.succession = undefined;
    return;
  }
  const team = livingTeam(workspace, succession.team);
  demand(!team.due && succession.epoch === team.keys.length - 1, bad, "a succession for a team that is due or without that key");
  demand(succession.key === person.keys.length - 1, bad, "a succession of an old person key");
  demand(succession.boxes.length > 0, bad, "a succession sealed to nobody");
  for (const { person: to, epoch } of succession.boxes) {
    demand(workspace.administrators.has(to), bad, "a succession sealed to somebody who is no administrator");
    demand(epoch === (workspace.people.get(to)?.keys.length ?? 0) - 1, bad, "a succession sealed to an old person key");
  }
  person.succession = succession.hash;
}
