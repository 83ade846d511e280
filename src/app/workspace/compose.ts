import type { DeviceId, PersonId, ProjectId, RepoId } from "../../domain/ids.ts";
import { currentMembership } from "../../domain/workspace/state.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { decodeCard } from "../../format/card.ts";
import { signEnvelope } from "../../format/envelope.ts";
import { encodeName } from "../../format/sealed-name.ts";
import type { SealedName } from "../../format/sealed-name.ts";
import { statementPayload } from "../../format/statement.ts";
import type { MembershipClaim } from "../../domain/workspace/statement.ts";
import type { StatementBody } from "../../format/statement-body.ts";
import { membershipContext, nameContext, projectNameContext } from "../../format/wrap.ts";
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

function membershipEpoch(crypto: Crypto, secret: MembershipSecret, members: readonly BoxTarget[]): MembershipClaim {
  const boxes = members.map((member) => ({ person: member.person, wrap: boxMembership(crypto, secret, member) }));
  return { epoch: secret.epoch, sign: secret.sign, box: secret.box, boxes };
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
    membership: membershipEpoch(crypto, membership, [founder]),
  };
}

/** A new member; `current` is the membership key of the current epoch. */
export function personBody(crypto: Crypto, member: BoxTarget, card: Uint8Array, name: SealedName, current: MembershipSecret): StatementBody {
  return {
    type: "person",
    card: decodeCard(card),
    name: crypto.wrapper.wrap(current.box, nameContext(member.person), encodeName(name)),
    membership: boxMembership(crypto, current, member),
  };
}

export function membershipBody(crypto: Crypto, secret: MembershipSecret, members: readonly BoxTarget[]): StatementBody {
  return { type: "membership", membership: membershipEpoch(crypto, secret, members) };
}

/** The name is sealed to the membership box key that is the current one. */
export function projectBody(crypto: Crypto, state: WorkspaceState, project: ProjectId, name: string): StatementBody {
  const { box } = currentMembership(state);
  return { type: "project", project, name: crypto.wrapper.wrap(box, projectNameContext(project), encodeName({ name })) };
}
