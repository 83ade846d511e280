import { HxError } from "../../domain/errors.ts";
import type { PersonId, WorkspaceId } from "../../domain/ids.ts";
import { currentMembership, currentPersonKey } from "../../domain/workspace/state.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { decodeCard, devicePayload } from "../../format/card.ts";
import { signEnvelope } from "../../format/envelope.ts";
import { deviceJoinPayload, joinPayload } from "../../format/join.ts";
import type { DeviceJoin } from "../../format/join.ts";
import type { EpochSeed } from "../../format/key-file.ts";
import { encodeName } from "../../format/sealed-name.ts";
import type { SealedName } from "../../format/sealed-name.ts";
import type { StatementBody } from "../../format/statement-body.ts";
import { nameContext, personKeyContext } from "../../format/wrap.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { StatementSigner } from "./compose.ts";
import type { ActingMember } from "./found.ts";

/** What somebody pushes who asks to come in: their card and their name, signed by their device. @returns the envelope `hx/join/v1` */
export function joinEnvelope(crypto: Crypto, member: ActingMember, state: WorkspaceState, name: SealedName): Uint8Array {
  const { epoch, box } = currentMembership(state);
  const sealed = crypto.wrapper.wrap(box, nameContext(member.person), encodeName(name));
  const payload = joinPayload({ workspace: state.workspace, card: decodeCard(member.card), name: sealed, epoch });
  return signEnvelope("hx/join/v1", payload, (message) => crypto.signer.sign(member.sign, message));
}

/** Seeds of a device that is not in the workspace yet. */
export interface WaitingDevice {
  readonly person: PersonId;
  readonly sign: Uint8Array;
  readonly box: Uint8Array;
}

/** What a machine pushes that asks to become a device of a member. @returns the envelope `hx/join-device/v1` */
export function deviceJoinEnvelope(crypto: Crypto, workspace: WorkspaceId, device: WaitingDevice): Uint8Array {
  const payload = deviceJoinPayload(workspace, { person: device.person, sign: crypto.signer.publicKey(device.sign), box: crypto.wrapper.publicKey(device.box) });
  return signEnvelope("hx/join-device/v1", payload, (message) => crypto.signer.sign(device.sign, message));
}

/**
 * A live device's answer to that: the statement `device`, whose envelope it signs itself.
 * @param keys seeds of the person key, by epoch
 * @throws HxError `not-found` when the person is no member; `no-key` without the newest person key
 */
export function deviceBody(crypto: Crypto, signer: StatementSigner, state: WorkspaceState, { device }: DeviceJoin, keys: readonly EpochSeed[]): StatementBody {
  const person = state.persons.get(device.person);
  if (person === undefined) throw new HxError("not-found", `'${device.person}' is no member of the workspace`, { hints: ["hx member list"] });
  const { epoch } = currentPersonKey(person);
  const seed = keys.find((key) => key.epoch === epoch)?.seed;
  if (seed === undefined) throw new HxError("no-key", `epoch ${epoch} of your person key is not open here`, { hints: ["hx sync"] });
  const envelope = signEnvelope("hx/device/v1", devicePayload(device), (message) => crypto.signer.sign(signer.sign, message));
  return { type: "device", device: envelope, box: crypto.wrapper.wrap(device.box, personKeyContext(person.id, epoch, device.id), seed) };
}
