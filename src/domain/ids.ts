import { HxError } from "./errors.ts";

declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** 32 hex digits. */
export type SessionId = Branded<string, "SessionId">;
export type PersonId = Branded<string, "PersonId">;
export type DeviceId = Branded<string, "DeviceId">;
export type ProjectId = Branded<string, "ProjectId">;
export type TeamId = Branded<string, "TeamId">;
export type ItemId = Branded<string, "ItemId">;
/** 64 hex digits. */
export type WorkspaceId = Branded<string, "WorkspaceId">;
export type RepoId = Branded<string, "RepoId">;
/** 26 characters of base32, RFC 4648 in lower case. */
export type LaneId = Branded<string, "LaneId">;
/** Git object id: 40 or 64 hex digits. */
export type Oid = Branded<string, "Oid">;
/** A full ref name, `refs/…`. */
export type RefName = Branded<string, "RefName">;

const HEX16 = /^[0-9a-f]{32}$/;
const HEX32 = /^[0-9a-f]{64}$/;
const LANE = /^[a-z2-7]{26}$/;
const OID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const REF = /^refs\/[A-Za-z0-9._/-]+$/;

function parser<Id extends string>(what: string, pattern: RegExp): (text: string) => Id {
  return (text) => {
    if (!pattern.test(text)) throw new HxError("encoding-invalid", `not a ${what}: '${text.slice(0, 80)}'`);
    return text as Id;
  };
}

export const sessionId = parser<SessionId>("session id", HEX16);
export const personId = parser<PersonId>("person id", HEX16);
export const deviceId = parser<DeviceId>("device id", HEX16);
export const projectId = parser<ProjectId>("project id", HEX16);
export const teamId = parser<TeamId>("team id", HEX16);
export const itemId = parser<ItemId>("item id", HEX16);
export const workspaceId = parser<WorkspaceId>("workspace id", HEX32);
export const repoId = parser<RepoId>("repo id", HEX32);
export const laneId = parser<LaneId>("lane id", LANE);
export const oid = parser<Oid>("git object id", OID);
export const refName = parser<RefName>("ref name", REF);

export const isSessionId = (text: string): text is SessionId => HEX16.test(text);
export const isLaneId = (text: string): text is LaneId => LANE.test(text);
export const isOid = (text: string): text is Oid => OID.test(text);
/** A ref with other characters is not one of hx. */
export const isRefName = (text: string): text is RefName => REF.test(text);
