import { equal } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { DeviceId, PersonId, ProjectId, RepoId } from "../../domain/ids.ts";
import { currentMembership, currentPersonKey, livingPersons } from "../../domain/workspace/state.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { decodeCard } from "../../format/card.ts";
import { signEnvelope } from "../../format/envelope.ts";
import { openJoin } from "../../format/join.ts";
import { encodeName } from "../../format/sealed-name.ts";
import type { SealedName } from "../../format/sealed-name.ts";
import { statementPayload } from "../../format/statement.ts";
import type { MembershipClaim } from "../../domain/workspace/membership-claim.ts";
import type { StatementBody } from "../../format/statement-body.ts";
import { membershipBeforeContext, membershipContext, nameContext, projectNameContext } from "../../format/wrap.ts";
import type { Crypto } from "../../ports/crypto.ts";

/** The device that makes statements, with the seed of its signing key. */
export interface StatementSigner {
  readonly device: DeviceId;
  readonly sign: Uint8Array;
}

/** A statement that follows the head of `state`; null: a genesis. @returns the envelope's bytes */
export function signStatement(crypto: Crypto, signer: StatementSigner, state: WorkspaceState | null, body: StatementBody): Uint8Array {
  const place = state === null ? { n: 0 } : { workspace: state.workspace, n: state.head.n + 1, previous: state.head.hash };
  return signEnvelope("hx/statement/v1", statementPayload({ ...place, by: signer.device, ...body }), (message) => crypto.signer.sign(signer.sign, message));
}

/** A membership key of one epoch: 64 bytes of seeds, signing first, and its public half. */
export interface MembershipSecret {
  readonly epoch: number;
  readonly seeds: Uint8Array;
  readonly sign: Uint8Array;
  readonly box: Uint8Array;
}

export function membershipSecret(crypto: Crypto, epoch: number, seeds: Uint8Array): MembershipSecret {
  return { epoch, seeds, sign: crypto.signer.publicKey(seeds.subarray(0, 32)), box: crypto.wrapper.publicKey(seeds.subarray(32, 64)) };
}

/** To whom a membership key goes: a person and their newest public person key. */
export interface BoxTarget {
  readonly person: PersonId;
  readonly key: Uint8Array;
}

export function boxMembership(crypto: Crypto, secret: MembershipSecret, member: BoxTarget): Uint8Array {
  return crypto.wrapper.wrap(member.key, membershipContext(secret.epoch, member.person), secret.seeds);
}

/** @param before box seed of the epoch before; none at epoch 0 */
function membershipClaim(crypto: Crypto, secret: MembershipSecret, members: readonly BoxTarget[], before?: Uint8Array): MembershipClaim {
  const boxes = members.map((member) => ({ person: member.person, wrap: boxMembership(crypto, secret, member) }));
  const claim = { epoch: secret.epoch, sign: secret.sign, box: secret.box, boxes };
  return before === undefined ? claim : { ...claim, before: crypto.wrapper.wrap(secret.box, membershipBeforeContext(secret.epoch), before) };
}

/**
 * The next membership epoch, with new seeds, boxed to the people given.
 * @param current 64 bytes: the seeds of the current epoch, whose box seed members who come later get
 * @throws HxError `no-key` when they are not those of the current epoch
 */
export function nextMembership(crypto: Crypto, state: WorkspaceState, current: Uint8Array, members: readonly PersonId[]): MembershipClaim {
  const newest = currentMembership(state);
  const box = current.subarray(32, 64);
  if (!equal(crypto.wrapper.publicKey(box), newest.box)) throw new HxError("no-key", `the key of membership epoch ${newest.epoch} is not open here`, { hints: ["hx sync"] });
  const targets = livingPersons(state).flatMap((person) => (members.includes(person.id) ? [{ person: person.id, key: currentPersonKey(person).key }] : []));
  return membershipClaim(crypto, membershipSecret(crypto, newest.epoch + 1, crypto.random.bytes(64)), targets, box);
}

export interface Genesis {
  readonly home: RepoId;
  /** The card's bytes. */
  readonly card: Uint8Array;
  readonly founder: BoxTarget;
  readonly name: SealedName;
  readonly membership: MembershipSecret;
}

export function genesisBody(crypto: Crypto, genesis: Genesis): StatementBody {
  const { home, card, founder, name, membership } = genesis;
  return {
    type: "genesis",
    home,
    threshold: 1,
    nonce: crypto.random.bytes(16),
    founder: decodeCard(card),
    name: crypto.wrapper.wrap(membership.box, nameContext(founder.person), encodeName(name)),
    membership: membershipClaim(crypto, membership, [founder]),
  };
}

/**
 * Lets somebody in. `join` is the envelope `hx/join/v1` that they pushed, `current` the membership key of the current epoch.
 * @throws HxError `encoding-invalid`, `signature-invalid`, `wrap-invalid`, `too-new` for a request that is not right
 */
export function personBody(crypto: Crypto, join: Uint8Array, current: MembershipSecret): StatementBody {
  const { opened } = openJoin(crypto.hashes, (key, message, signature) => crypto.signer.verify(key, message, signature), join);
  const key = opened.keys.at(-1);
  if (key === undefined) throw new HxError("encoding-invalid", "a card without a person key");
  return { type: "person", join, membership: boxMembership(crypto, current, { person: opened.person.id, key: key.key }) };
}

/** @param before box seed of the epoch before */
export function membershipBody(crypto: Crypto, secret: MembershipSecret, members: readonly BoxTarget[], before: Uint8Array): StatementBody {
  return { type: "membership", membership: membershipClaim(crypto, secret, members, before) };
}

/** The name is sealed to the membership box key that is the current one. */
export function projectBody(crypto: Crypto, state: WorkspaceState, project: ProjectId, name: string): StatementBody {
  const { box } = currentMembership(state);
  return { type: "project", project, name: crypto.wrapper.wrap(box, projectNameContext(project), encodeName({ name })) };
}
