import { compare } from "../domain/bytes.ts";
import { HxError } from "../domain/errors.ts";
import type { ProjectId, RepoId } from "../domain/ids.ts";
import type { MembershipClaim, PersonBox } from "../domain/workspace/statement.ts";
import { cardMap, cardOf } from "./card.ts";
import type { CardEnvelopes } from "./card.ts";
import type { CborInput, CborMap, CborValue } from "./cbor.ts";
import { asBytes, asList, bad, bytesField, intField, listField, mapField } from "./fields.ts";
import { asPerson, idBytes, projectField, repoField } from "./ids.ts";
import { WRAP_PUBLIC_KEY, parseWrap } from "./wrap.ts";

/** The bodies of the statements that this version knows. Envelopes and wraps in them are bytes, not verified here. */
export type StatementBody =
  | { readonly type: "genesis"; readonly home: RepoId; readonly threshold: 1; readonly nonce: Uint8Array; readonly founder: CardEnvelopes; readonly name: Uint8Array; readonly membership: MembershipClaim }
  | { readonly type: "person"; readonly card: CardEnvelopes; readonly name: Uint8Array; readonly membership: Uint8Array }
  | { readonly type: "device"; readonly device: Uint8Array; readonly box: Uint8Array }
  | { readonly type: "person-key"; readonly key: Uint8Array }
  | { readonly type: "membership"; readonly membership: MembershipClaim }
  | { readonly type: "project"; readonly project: ProjectId; readonly name: Uint8Array }
  | { readonly type: "connect"; readonly repo: RepoId; readonly project: ProjectId; readonly genesis: Uint8Array }
  | { readonly type: "disconnect"; readonly repo: RepoId };

export type StatementType = StatementBody["type"];

export function bodyMap(body: StatementBody): CborInput {
  switch (body.type) {
    case "genesis":
      return { home: idBytes(body.home), threshold: body.threshold, nonce: body.nonce, founder: cardMap(body.founder), name: body.name, membership: membershipMap(body.membership) };
    case "person":
      return { card: cardMap(body.card), name: body.name, membership: body.membership };
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
  }
}

const DECODERS: Readonly<Record<StatementType, (map: CborMap) => StatementBody>> = {
  genesis: genesisBody,
  person: (map) => ({ type: "person", card: cardOf(mapField(map, "card")), name: wrapField(map, "name", "name"), membership: wrapField(map, "membership", "membership") }),
  device: (map) => ({ type: "device", device: bytesField(map, "device"), box: wrapField(map, "box", "person-key") }),
  "person-key": (map) => ({ type: "person-key", key: bytesField(map, "key") }),
  membership: (map) => ({ type: "membership", membership: membershipEpoch(map) }),
  project: (map) => ({ type: "project", project: projectField(map, "project"), name: wrapField(map, "name", "name") }),
  connect: (map) => ({ type: "connect", repo: repoField(map, "repo"), project: projectField(map, "project"), genesis: bytesField(map, "genesis") }),
  disconnect: (map) => ({ type: "disconnect", repo: repoField(map, "repo") }),
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
  const membership = membershipEpoch(mapField(map, "membership"));
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

function membershipMap(membership: MembershipClaim): CborInput {
  const boxes = membership.boxes.map(({ person, wrap }) => [idBytes(person), wrap] as const);
  return { epoch: membership.epoch, sign: membership.sign, box: membership.box, boxes: boxes.toSorted((a, b) => compare(a[0], b[0])) };
}

function membershipEpoch(map: CborMap): MembershipClaim {
  const boxes = listField(map, "boxes").map(personBox);
  boxes.forEach(({ person }, i) => {
    const before = boxes[i - 1]?.person;
    if (before !== undefined && before >= person) throw bad("boxes", "sorted, one for each person");
  });
  return { epoch: intField(map, "epoch"), sign: bytesField(map, "sign", 32), box: bytesField(map, "box", WRAP_PUBLIC_KEY), boxes };
}

function personBox(value: CborValue): PersonBox {
  const [person, wrap] = asList(value, "boxes", 2);
  const bytes = asBytes(wrap, "boxes");
  parseWrap(bytes, "membership");
  return { person: asPerson(person, "boxes"), wrap: bytes };
}

function wrapField(map: CborMap, key: string, purpose: "name" | "membership" | "person-key"): Uint8Array {
  const bytes = bytesField(map, key);
  parseWrap(bytes, purpose);
  return bytes;
}
