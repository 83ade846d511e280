import { HxError } from "../domain/errors.ts";
import type { ProjectId, RepoId } from "../domain/ids.ts";
import type { DeviceRemovalBody } from "../domain/workspace/removal-bodies.ts";
import type { MembershipClaim } from "../domain/workspace/membership-claim.ts";
import type { AdministratorBody, PolicyBody } from "../domain/workspace/statement.ts";
import type { TeamStatementBody } from "../domain/workspace/team-bodies.ts";
import { cardMap, cardOf } from "./card.ts";
import type { CardEnvelopes } from "./card.ts";
import type { CborInput, CborMap } from "./cbor.ts";
import { bad, boolField, bytesField, intField, mapField } from "./fields.ts";
import { idBytes, personField, projectField, repoField } from "./ids.ts";
import { membershipClaim, membershipMap } from "./membership-body.ts";
import { policyBody, policyMap } from "./policy-body.ts";
import { deviceRemovalBody, deviceRemovalMap, removalBody, removalMap } from "./removal-body.ts";
import type { RemovalBody } from "./removal-body.ts";
import { admitBody, grantBody, nominateBody, successionBody, teamBody, teamBodyMap, teamKeyBody, teamRemovalBody } from "./team-body.ts";
import { wrapField } from "./wrap.ts";

/** The bodies of the statements that this version knows. Envelopes and wraps in them are bytes, not verified here. */
export type StatementBody =
  | { readonly type: "genesis"; readonly home: RepoId; readonly threshold: 1; readonly nonce: Uint8Array; readonly founder: CardEnvelopes; readonly name: Uint8Array; readonly membership: MembershipClaim }
  | { readonly type: "person"; readonly join: Uint8Array; readonly membership: Uint8Array }
  | AdministratorBody
  | { readonly type: "device"; readonly device: Uint8Array; readonly box: Uint8Array }
  | { readonly type: "person-key"; readonly key: Uint8Array }
  | { readonly type: "membership"; readonly membership: MembershipClaim }
  | { readonly type: "project"; readonly project: ProjectId; readonly name: Uint8Array }
  | { readonly type: "connect"; readonly repo: RepoId; readonly project: ProjectId; readonly genesis: Uint8Array }
  | { readonly type: "disconnect"; readonly repo: RepoId }
  | PolicyBody
  | TeamStatementBody
  | RemovalBody
  | DeviceRemovalBody;

export type StatementType = StatementBody["type"];

export function bodyMap(body: StatementBody): CborInput {
  switch (body.type) {
    case "genesis":
      return { home: idBytes(body.home), threshold: body.threshold, nonce: body.nonce, founder: cardMap(body.founder), name: body.name, membership: membershipMap(body.membership) };
    case "person":
      return { join: body.join, membership: body.membership };
    case "administrator":
      return { person: idBytes(body.person), is: body.is };
    case "device":
      return { device: body.device, box: body.box };
    case "person-key":
      return { key: body.key };
    case "membership":
      return membershipMap(body.membership);
    case "project":
      return { project: idBytes(body.project), name: body.name };
    case "connect":
      return { repo: idBytes(body.repo), project: idBytes(body.project), genesis: body.genesis };
    case "disconnect":
      return { repo: idBytes(body.repo) };
    case "policy":
      return policyMap(body);
    case "removal":
      return removalMap(body);
    case "device-removal":
      return deviceRemovalMap(body);
    default:
      return teamBodyMap(body);
  }
}

const DECODERS: Readonly<Record<StatementType, (map: CborMap) => StatementBody>> = {
  genesis: genesisBody,
  person: (map) => ({ type: "person", join: bytesField(map, "join"), membership: wrapField(map, "membership", "membership") }),
  administrator: (map) => ({ type: "administrator", person: personField(map, "person"), is: boolField(map, "is") }),
  device: (map) => ({ type: "device", device: bytesField(map, "device"), box: wrapField(map, "box", "person-key") }),
  "person-key": (map) => ({ type: "person-key", key: bytesField(map, "key") }),
  membership: (map) => ({ type: "membership", membership: membershipClaim(map) }),
  project: (map) => ({ type: "project", project: projectField(map, "project"), name: wrapField(map, "name", "name") }),
  connect: (map) => ({ type: "connect", repo: repoField(map, "repo"), project: projectField(map, "project"), genesis: bytesField(map, "genesis") }),
  disconnect: (map) => ({ type: "disconnect", repo: repoField(map, "repo") }),
  policy: policyBody,
  team: teamBody,
  nominate: nominateBody,
  "team-key": teamKeyBody,
  admit: admitBody,
  "team-removal": teamRemovalBody,
  grant: grantBody("grant"),
  withdraw: grantBody("withdraw"),
  removal: removalBody,
  "device-removal": deviceRemovalBody,
  succession: successionBody,
};

/** @throws HxError `encoding-invalid`, `wrap-invalid`, or `too-new` for a type that is not known. */
export function decodeStatementBody(type: string, map: CborMap): StatementBody {
  if (!isStatementType(type)) throw new HxError("too-new", `a statement of type '${type.slice(0, 40)}' is not known`);
  return DECODERS[type](map);
}

function isStatementType(type: string): type is StatementType {
  return Object.hasOwn(DECODERS, type);
}

function genesisBody(map: CborMap): StatementBody {
  if (intField(map, "threshold") !== 1) throw new HxError("too-new", "a workspace with a threshold over 1 is not known");
  const membership = membershipClaim(mapField(map, "membership"));
  if (membership.epoch !== 0) throw bad("membership", "epoch 0");
  return {
    type: "genesis",
    home: repoField(map, "home"),
    threshold: 1,
    nonce: bytesField(map, "nonce", 16),
    founder: cardOf(mapField(map, "founder")),
    name: wrapField(map, "name", "name"),
    membership,
  };
}
