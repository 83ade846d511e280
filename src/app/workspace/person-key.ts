import type { DeviceId, PersonId } from "../../domain/ids.ts";
import { HxError } from "../../domain/errors.ts";
import { equal } from "../../domain/bytes.ts";
import { currentPersonKey, liveDevices, type WorkspaceState } from "../../domain/workspace/state.ts";
import { personKeyPayload } from "../../format/card.ts";
import { signEnvelope } from "../../format/envelope.ts";
import type { EpochSeed } from "../../format/key-file.ts";
import type { StatementBody } from "../../format/statement-body.ts";
import { personKeyBeforeContext, personKeyContext } from "../../format/wrap.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { StatementSigner } from "./compose.ts";

export interface NextPersonKey {
  readonly person: PersonId;
  /** 32 random bytes. */
  readonly seed: Uint8Array;
  /** Seeds of the epochs before, the newest among them. */
  readonly known: readonly EpochSeed[];
  /** A live device that is about to be removed: nothing is boxed to it. */
  readonly without?: DeviceId;
}

/**
 * The next epoch of the person key of whoever signs, boxed to their live devices and to their recovery key.
 * @throws HxError `not-found` when they are no member; `no-key` without the newest seed
 */
export function personKeyBody(crypto: Crypto, signer: StatementSigner, state: WorkspaceState, next: NextPersonKey): StatementBody {
  const { person: id, seed, known, without } = next;
  const person = state.persons.get(id);
  if (person === undefined) throw new HxError("not-found", `'${id}' is no member of the workspace`, { hints: ["hx member list"] });
  const current = currentPersonKey(person);
  const before = known.find(({ epoch }) => epoch === current.epoch)?.seed;
  if (before === undefined || !equal(crypto.wrapper.publicKey(before), current.key)) throw new HxError("no-key", `epoch ${current.epoch} of your person key is not open here`, { hints: ["hx sync"] });
  const epoch = person.keys.length;
  const key = crypto.wrapper.publicKey(seed);
  const devices = liveDevices(state, id).filter((device) => device.id !== without);
  const payload = personKeyPayload({
    person: id,
    epoch,
    key,
    boxes: devices.map((device) => ({ device: device.id, wrap: crypto.wrapper.wrap(device.box, personKeyContext(id, epoch, device.id), seed) })),
    recovery: crypto.wrapper.wrap(person.recovery, personKeyContext(id, epoch, "recovery"), seed),
    before: crypto.wrapper.wrap(key, personKeyBeforeContext(id, epoch), before),
  });
  return { type: "person-key", key: signEnvelope("hx/person-key/v1", payload, (message) => crypto.signer.sign(signer.sign, message)) };
}
