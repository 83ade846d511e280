import { HxError } from "../../domain/errors.ts";
import type { DeviceId, PersonId, WorkspaceId } from "../../domain/ids.ts";
import type { DeviceSecrets, EpochSeed, MembershipSeeds } from "../../format/key-file.ts";
import type { FileKey } from "./protection.ts";

/** The keys of this device, open in memory. Does not print itself by accident. */
export class UnlockedIdentity {
  readonly person: PersonId;
  readonly device: DeviceId;
  readonly #secrets: DeviceSecrets;
  readonly #fileKey: FileKey;

  constructor(secrets: DeviceSecrets, fileKey: FileKey) {
    this.person = secrets.person;
    this.device = secrets.device;
    this.#secrets = secrets;
    this.#fileKey = fileKey;
  }

  /** Ed25519 seed of the device. */
  get signSeed(): Uint8Array {
    return this.#secrets.sign;
  }

  /** X-Wing seed of the device. */
  get boxSeed(): Uint8Array {
    return this.#secrets.box;
  }

  /** X-Wing seeds of the person key, by epoch. */
  get personKeys(): readonly EpochSeed[] {
    return this.#secrets.keys;
  }

  /** No other device of the person has taken this one in yet. */
  get waits(): boolean {
    return this.#secrets.keys.length === 0;
  }

  personKey(epoch: number): Uint8Array | undefined {
    return this.#secrets.keys.find((key) => key.epoch === epoch)?.seed;
  }

  get memberships(): readonly MembershipSeeds[] {
    return this.#secrets.membership;
  }

  /** The seeds of the newest epoch known, or of one. */
  membership(workspace: WorkspaceId, epoch?: number): MembershipSeeds | undefined {
    const here = this.#secrets.membership.filter((seeds) => seeds.workspace === workspace && (epoch === undefined || seeds.epoch === epoch));
    return here.reduce<MembershipSeeds | undefined>((newest, seeds) => (newest === undefined || seeds.epoch > newest.epoch ? seeds : newest), undefined);
  }

  /** For locking the keys again. */
  get secrets(): DeviceSecrets {
    return this.#secrets;
  }

  /** For locking the keys again, and for an unlock that is remembered. */
  get fileKey(): FileKey {
    return this.#fileKey;
  }

  toJSON(): never {
    throw new HxError("internal", "an unlocked identity was about to be written");
  }

  toString(): string {
    return `UnlockedIdentity ${this.person}`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
