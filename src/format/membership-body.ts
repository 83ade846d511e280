import { compare } from "../domain/bytes.ts";
import type { MembershipClaim } from "../domain/workspace/membership-claim.ts";
import type { CborInput, CborMap } from "./cbor.ts";
import { asList, bad, bytesField, intField, listField, rising } from "./fields.ts";
import { asPerson, idBytes } from "./ids.ts";
import { WRAP_PUBLIC_KEY, asWrap, optionalWrapField } from "./wrap.ts";

/** `{epoch, sign, box, boxes, before}`: docs/spec/workspace.md, "Statements". */
export function membershipMap(membership: MembershipClaim): CborInput {
  const boxes = membership.boxes.map(({ person, wrap }) => [idBytes(person), wrap] as const);
  return { epoch: membership.epoch, sign: membership.sign, box: membership.box, boxes: boxes.toSorted((a, b) => compare(a[0], b[0])), before: membership.before };
}

/** @throws HxError `encoding-invalid`, `wrap-invalid`, `too-new` */
export function membershipClaim(map: CborMap): MembershipClaim {
  const epoch = intField(map, "epoch");
  const before = optionalWrapField(map, "before", "membership-before");
  if ((epoch === 0) !== (before === undefined)) throw bad("before", "absent at epoch 0 and there after it");
  const boxes = listField(map, "boxes").map((value) => {
    const [person, wrap] = asList(value, "boxes", 2);
    return { person: asPerson(person, "boxes"), wrap: asWrap(wrap, "boxes", "membership") };
  });
  rising(boxes.map(({ person }) => idBytes(person)), "boxes");
  return { epoch, sign: bytesField(map, "sign", 32), box: bytesField(map, "box", WRAP_PUBLIC_KEY), boxes, ...(before === undefined ? {} : { before }) };
}
