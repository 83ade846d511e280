import { compare } from "../domain/bytes.ts";
import type { PersonId } from "../domain/ids.ts";
import type { DeviceRemovalBody, FrozenHead, FrozenRepository, RemovalClaim } from "../domain/workspace/removal-bodies.ts";
import type { CborInput, CborMap, CborValue } from "./cbor.ts";
import { asBytes, asInt, asList, boolField, listField, mapField, rising } from "./fields.ts";
import { asRepo, deviceField, idBytes, laneIdBytes, laneIdFrom, personField } from "./ids.ts";
import { membershipClaim, membershipMap } from "./membership-body.ts";
import { optionalWrapField } from "./wrap.ts";

/** docs/spec/workspace.md, "Removal". */
export interface RemovalBody extends RemovalClaim {
  readonly type: "removal";
  readonly person: PersonId;
  readonly departed: boolean;
  /** The inner wrap of a succession. */
  readonly succession?: Uint8Array;
}

export function removalMap(body: RemovalBody): CborInput {
  return { person: idBytes(body.person), departed: body.departed, membership: membershipMap(body.membership), frozen: frozenList(body.frozen), succession: body.succession };
}

export function deviceRemovalMap(body: DeviceRemovalBody): CborInput {
  return { device: idBytes(body.device), membership: membershipMap(body.membership), frozen: frozenList(body.frozen) };
}

/** @throws HxError `encoding-invalid`, `wrap-invalid`, `too-new` */
export function removalBody(map: CborMap): RemovalBody {
  const succession = optionalWrapField(map, "succession", "succession");
  return { type: "removal", person: personField(map, "person"), departed: boolField(map, "departed"), ...removalClaim(map), ...(succession === undefined ? {} : { succession }) };
}

export function deviceRemovalBody(map: CborMap): DeviceRemovalBody {
  return { type: "device-removal", device: deviceField(map, "device"), ...removalClaim(map) };
}

function removalClaim(map: CborMap): RemovalClaim {
  const frozen = listField(map, "frozen").map(frozenRepository);
  rising(frozen.map(({ repo }) => idBytes(repo)), "frozen");
  return { membership: membershipClaim(mapField(map, "membership")), frozen };
}

function frozenList(frozen: readonly FrozenRepository[]): CborInput {
  return frozen.map(({ repo, lanes }) => [idBytes(repo), headList(lanes)] as const).toSorted((a, b) => compare(a[0], b[0]));
}

function headList(lanes: readonly FrozenHead[]): readonly CborInput[] {
  return lanes.map(({ lane, seq, hash }) => [laneIdBytes(lane), seq, hash] as const).toSorted((a, b) => compare(a[0], b[0]));
}

function frozenRepository(value: CborValue): FrozenRepository {
  const [repo, heads] = asList(value, "frozen", 2);
  const lanes = asList(heads, "frozen").map(frozenHead);
  rising(lanes.map(({ lane }) => laneIdBytes(lane)), "frozen");
  return { repo: asRepo(repo, "frozen"), lanes };
}

function frozenHead(value: CborValue): FrozenHead {
  const [lane, seq, hash] = asList(value, "frozen", 3);
  return { lane: laneIdFrom(asBytes(lane, "frozen", 16)), seq: asInt(seq, "frozen"), hash: asBytes(hash, "frozen", 32) };
}
