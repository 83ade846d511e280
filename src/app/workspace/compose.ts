import type { DeviceId, PersonId, ProjectId, RepoId } from "../../domain/ids.ts";
import { currentMembership } from "../../domain/workspace/state.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { decodeCborMap } from "../../format/cbor.ts";
import type { CborInput } from "../../format/cbor.ts";
import { signEnvelope } from "../../format/envelope.ts";
import { idBytes } from "../../format/ids.ts";
import { encodeName } from "../../format/sealed-name.ts";
import type { SealedName } from "../../format/sealed-name.ts";
import { membershipContext, nameContext, projectNameContext } from "../../format/wrap.ts";
import type { Crypto } from "../../ports/crypto.ts";

/** What is said, before it has a number, a predecessor and a signature. */
export interface Draft {
  readonly type: string;
  readonly body: CborInput;
}

/** The device that makes statements, with the seed of its signing key. */
export interface StatementSigner {
  readonly device: DeviceId;
  readonly sign: Uint8Array;
}

/** A statement that follows the head of `state`; null: a genesis. */
export function signStatement(crypto: Crypto, signer: StatementSigner, state: WorkspaceState | null, draft: Draft): Uint8Array {
  const place =
    state === null ? { n: 0 } : { ws: idBytes(state.workspace), n: state.head.n + 1, prev: state.head.hash };
  const payload = { v: 1, ...place, by: idBytes(signer.device), type: draft.type, body: draft.body };
  return signEnvelope("hx/statement/v1", payload, (message) => crypto.signer.sign(signer.sign, message));
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

/** To whom a membership key goes: their newest person key. */
export interface BoxTarget {
  readonly person: PersonId;
  readonly key: Uint8Array;
}

export function membershipBody(crypto: Crypto, secret: MembershipSecret, members: readonly BoxTarget[]): CborInput {
  const boxes = [...members]
    .sort((a, b) => (a.person < b.person ? -1 : 1))
    .map(({ person, key }) => [idBytes(person), boxMembership(crypto, secret, { person, key })]);
  return { epoch: secret.epoch, sign: secret.sign, box: secret.box, boxes };
}

export function boxMembership(crypto: Crypto, secret: MembershipSecret, member: BoxTarget): Uint8Array {
  return crypto.wrapper.wrap(member.key, membershipContext(secret.epoch, member.person), secret.seeds);
}

export interface GenesisDraft {
  readonly home: RepoId;
  /** The card's bytes. */
  readonly card: Uint8Array;
  readonly person: PersonId;
  readonly name: SealedName;
  readonly membership: MembershipSecret;
  /** Newest public person key of the founder. */
  readonly personKey: Uint8Array;
}

export function genesisDraft(crypto: Crypto, draft: GenesisDraft): Draft {
  const { home, card, person, name, membership, personKey } = draft;
  return {
    type: "genesis",
    body: {
      home: idBytes(home),
      threshold: 1,
      nonce: crypto.random.bytes(16),
      founder: decodeCborMap(card),
      name: crypto.wrapper.wrap(membership.box, nameContext(person), encodeName(name)),
      membership: membershipBody(crypto, membership, [{ person, key: personKey }]),
    },
  };
}

export function personDraft(crypto: Crypto, member: BoxTarget, card: Uint8Array, name: SealedName, current: MembershipSecret): Draft {
  return {
    type: "person",
    body: { card: decodeCborMap(card), name: crypto.wrapper.wrap(current.box, nameContext(member.person), encodeName(name)), membership: boxMembership(crypto, current, member) },
  };
}

/** `device` is an envelope `hx/device/v1`, `box` the seed of the current person key wrapped to that device. */
export function deviceDraft(device: Uint8Array, box: Uint8Array): Draft {
  return { type: "device", body: { device, box } };
}

/** `key` is an envelope `hx/person-key/v1`. */
export function personKeyDraft(key: Uint8Array): Draft {
  return { type: "person-key", body: { key } };
}

export function membershipDraft(crypto: Crypto, secret: MembershipSecret, members: readonly BoxTarget[]): Draft {
  return { type: "membership", body: membershipBody(crypto, secret, members) };
}

/** The name is sealed to the membership box key that is the current one. */
export function projectDraft(crypto: Crypto, state: WorkspaceState, project: ProjectId, name: string): Draft {
  const { box } = currentMembership(state);
  return { type: "project", body: { project: idBytes(project), name: crypto.wrapper.wrap(box, projectNameContext(project), encodeName({ name })) } };
}

/** `genesis` is an envelope `hx/repo/v1`. */
export function connectDraft(repo: RepoId, project: ProjectId, genesis: Uint8Array): Draft {
  return { type: "connect", body: { repo: idBytes(repo), project: idBytes(project), genesis } };
}

export function disconnectDraft(repo: RepoId): Draft {
  return { type: "disconnect", body: { repo: idBytes(repo) } };
}
