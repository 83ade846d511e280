import { equal } from "../domain/bytes.ts";
import { HxError } from "../domain/errors.ts";
import type { DeviceId, PersonId, RepoId } from "../domain/ids.ts";
import { decodeCborMap, encodeCbor } from "./cbor.ts";
import type { CborInput, CborMap } from "./cbor.ts";
import { decodeEnvelope, encodeEnvelope, openEnvelope, signedMessage } from "./envelope.ts";
import { bytesField, checkVersion, textField } from "./fields.ts";
import { deviceField, idBytes, labelled, personField, repoField } from "./ids.ts";
import type { Verify } from "./primitives.ts";

/** docs/spec/wrap.md, "Tie": binds a lane to its author. */
export interface Tie {
  readonly repo: RepoId;
  /** Public key of the lane. */
  readonly lane: Uint8Array;
  readonly person: PersonId;
  readonly device: DeviceId;
}

type Sign = (message: Uint8Array) => Uint8Array;

/** The body of the sealed item. */
export function tieBody(tie: Tie, signByDevice: Sign, signByLane: Sign): CborInput {
  const payload = encodeCbor({ v: 1, repo: idBytes(tie.repo), lane: tie.lane, person: idBytes(tie.person), device: idBytes(tie.device) });
  const device = encodeEnvelope({ type: "hx/tie/v1", payload, signature: signByDevice(signedMessage("hx/tie/v1", payload)) });
  return { kind: "tie", device, lane: signByLane(tieLaneMessage(payload)) };
}

/** What the lane key signs. */
export function tieLaneMessage(payload: Uint8Array): Uint8Array {
  return labelled("hx/tie-lane/v1", payload);
}

/** What a tie claims, to find the device's key. Nothing is verified. @throws HxError `encoding-invalid` */
export function claimedTie(body: CborMap): Tie {
  return tieOf(decodeCborMap(decodeEnvelope(bytesField(body, "device"), "hx/tie/v1").payload));
}

/**
 * @param deviceKey signing key of the device that the tie claims
 * @throws HxError `signature-invalid` unless device and lane both signed; `item-invalid` for another repository or lane
 */
export function openTie(body: CborMap, place: { readonly repo: RepoId; readonly lane: Uint8Array }, deviceKey: Uint8Array, verify: Verify): Tie {
  if (textField(body, "kind") !== "tie") throw new HxError("item-invalid", "the item is not a tie");
  const { payload, map } = openEnvelope(bytesField(body, "device"), "hx/tie/v1", (message, signature) => verify(deviceKey, message, signature));
  const tie = tieOf(map);
  if (tie.repo !== place.repo || !equal(tie.lane, place.lane)) throw new HxError("item-invalid", "the tie is for another lane");
  if (!verify(tie.lane, tieLaneMessage(payload), bytesField(body, "lane", 64))) throw new HxError("signature-invalid", "the lane's signature of a tie does not verify");
  return tie;
}

function tieOf(map: CborMap): Tie {
  checkVersion(map, "tie");
  return { repo: repoField(map, "repo"), lane: bytesField(map, "lane", 32), person: personField(map, "person"), device: deviceField(map, "device") };
}
