import { compare } from "../domain/bytes.ts";
import type { AdmitBody, GrantBody, NominateBody, PersonKeyBox, SuccessionBody, TeamBody, TeamKeyBody, TeamRemovalBody, TeamStatementBody } from "../domain/workspace/team-bodies.ts";
import type { CborInput, CborMap } from "./cbor.ts";
import { asInt, asList, bad, bytesField, intField, listField, rising } from "./fields.ts";
import { asPerson, idBytes, personField, projectField, teamField } from "./ids.ts";
import { WRAP_PUBLIC_KEY, asWrap, optionalWrapField, wrapField } from "./wrap.ts";
import type { WrapPurpose } from "./wrap.ts";

/** Statements about teams: docs/spec/workspace.md, "Statements". */
export function teamBodyMap(body: TeamStatementBody): CborInput {
  switch (body.type) {
    case "team":
      return { team: idBytes(body.team), name: body.name };
    case "nominate":
    case "team-removal":
      return { team: idBytes(body.team), person: idBytes(body.person) };
    case "team-key":
      return { team: idBytes(body.team), epoch: body.epoch, key: body.key, boxes: boxList(body.boxes), before: body.before };
    case "admit":
      return { team: idBytes(body.team), person: idBytes(body.person), epoch: body.epoch, box: body.box };
    case "grant":
    case "withdraw":
      return { team: idBytes(body.team), project: idBytes(body.project) };
    case "succession":
      return successionMap(body);
  }
}

export const teamBody = (map: CborMap): TeamBody => ({ type: "team", team: teamField(map, "team"), name: wrapField(map, "name", "name") });

export const nominateBody = (map: CborMap): NominateBody => ({ type: "nominate", team: teamField(map, "team"), person: personField(map, "person") });

export const teamRemovalBody = (map: CborMap): TeamRemovalBody => ({ type: "team-removal", team: teamField(map, "team"), person: personField(map, "person") });

export const grantBody = (type: GrantBody["type"]) => (map: CborMap): GrantBody => ({ type, team: teamField(map, "team"), project: projectField(map, "project") });

export const admitBody = (map: CborMap): AdmitBody => ({
  type: "admit",
  team: teamField(map, "team"),
  person: personField(map, "person"),
  epoch: intField(map, "epoch"),
  box: wrapField(map, "box", "team"),
});

export function teamKeyBody(map: CborMap): TeamKeyBody {
  const epoch = intField(map, "epoch");
  const before = optionalWrapField(map, "before", "team-before");
  if ((epoch === 0) !== (before === undefined)) throw bad("before", "absent at epoch 0 and there after it");
  const key = bytesField(map, "key", WRAP_PUBLIC_KEY);
  return { type: "team-key", team: teamField(map, "team"), epoch, key, boxes: personKeyBoxes(map, "team"), ...(before === undefined ? {} : { before }) };
}

export function successionBody(map: CborMap): SuccessionBody {
  if (map.size === 0) return { type: "succession", succession: null };
  const boxes = personKeyBoxes(map, "succession-box");
  const succession = { team: teamField(map, "team"), teamEpoch: intField(map, "epoch"), keyEpoch: intField(map, "key"), hash: bytesField(map, "hash", 32), boxes };
  return { type: "succession", succession };
}

function successionMap({ succession }: SuccessionBody): CborInput {
  if (succession === null) return {};
  return { team: idBytes(succession.team), epoch: succession.teamEpoch, key: succession.keyEpoch, hash: succession.hash, boxes: boxList(succession.boxes) };
}

function boxList(boxes: readonly PersonKeyBox[]): CborInput {
  return boxes.map(({ person, epoch, wrap }) => [idBytes(person), epoch, wrap] as const).toSorted((a, b) => compare(a[0], b[0]));
}

/** `[ [person, person key epoch, wrap] … ]` */
function personKeyBoxes(map: CborMap, purpose: WrapPurpose): readonly PersonKeyBox[] {
  const boxes = listField(map, "boxes").map((value) => {
    const [person, epoch, wrap] = asList(value, "boxes", 3);
    return { person: asPerson(person, "boxes"), epoch: asInt(epoch, "boxes"), wrap: asWrap(wrap, "boxes", purpose) };
  });
  rising(boxes.map(({ person }) => idBytes(person)), "boxes");
  return boxes;
}
