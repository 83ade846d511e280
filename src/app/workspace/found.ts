import { toHex } from "../../domain/bytes.ts";
import type { DeviceId, PersonId, ProjectId, RepoId } from "../../domain/ids.ts";
import { projectId } from "../../domain/ids.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { decodeCard } from "../../format/card.ts";
import { decodeEnvelope } from "../../format/envelope.ts";
import { repoIdOf } from "../../format/ids.ts";
import type { MembershipSeeds } from "../../format/key-file.ts";
import { makeRepoGenesis } from "../../format/repo-genesis.ts";
import type { SealedName } from "../../format/sealed-name.ts";
import type { StatementBody } from "../../format/statement-body.ts";
import type { Crypto } from "../../ports/crypto.ts";
import { cardClaim } from "./claims.ts";
import { genesisBody, membershipSecret, projectBody, signStatement } from "./compose.ts";
import type { StatementSigner } from "./compose.ts";
import { replayChain, replayNext } from "./replay.ts";

/** The member who acts, unlocked: the device that signs, whose it is, and the public card. */
export interface ActingMember extends StatementSigner {
  readonly person: PersonId;
  readonly device: DeviceId;
  /** Bytes of the card. */
  readonly card: Uint8Array;
}

/** Statements that were made and replayed, and what they lead to. */
export interface Said {
  readonly statements: readonly Uint8Array[];
  readonly state: WorkspaceState;
}

/** A repository's own genesis. @param sign seed of the device's signing key @returns its id and the envelope `hx/repo/v1` */
export function newRepository(crypto: Crypto, sign: Uint8Array): { readonly repo: RepoId; readonly genesis: Uint8Array } {
  const genesis = makeRepoGenesis(crypto.random.bytes(16), crypto.signer.publicKey(sign), (message) => crypto.signer.sign(sign, message));
  return { repo: repoIdOf(crypto.hashes, decodeEnvelope(genesis, "hx/repo/v1").payload), genesis };
}

/** Signs bodies one after the other behind `state`, each replayed before the next is made. @throws HxError `workspace-invalid` */
export function say(crypto: Crypto, signer: StatementSigner, state: WorkspaceState, bodies: readonly ((state: WorkspaceState) => StatementBody)[]): Said {
  const statements: Uint8Array[] = [];
  let at = state;
  for (const body of bodies) {
    const statement = signStatement(crypto, signer, at, body(at));
    at = replayNext(crypto, at, statement);
    statements.push(statement);
  }
  return { statements, state: at };
}

export interface Founding {
  readonly founder: SealedName;
  readonly projectName: string;
  readonly repo: RepoId;
  readonly repoGenesis: Uint8Array;
  /** Repo id of the home: `repo` itself where the workspace is embedded. */
  readonly home: RepoId;
}

export interface Founded extends Said {
  readonly project: ProjectId;
  readonly membership: MembershipSeeds;
}

/** A new workspace: genesis, its first project, and the first connected repository. @throws HxError `workspace-invalid` for a card that is not right */
export function foundWorkspace(crypto: Crypto, member: ActingMember, founding: Founding): Founded {
  const personKey = cardClaim(crypto.hashes, decodeCard(member.card)).keys.at(-1)?.key;
  if (personKey === undefined) throw new RangeError("a card without a person key");
  const secret = membershipSecret(crypto, 0, crypto.random.bytes(64));
  const founder = { person: member.person, key: personKey };
  const genesis = signStatement(crypto, member, null, genesisBody(crypto, { home: founding.home, card: member.card, founder, name: founding.founder, membership: secret }));
  const begun = replayChain(crypto, [genesis]);
  const project = newProjectId(crypto);
  const rest = say(crypto, member, begun, [
    (state) => projectBody(crypto, state, project, founding.projectName),
    () => ({ type: "connect", repo: founding.repo, project, genesis: founding.repoGenesis }),
  ]);
  return { statements: [genesis, ...rest.statements], state: rest.state, project, membership: { workspace: begun.workspace, epoch: 0, seeds: secret.seeds } };
}

/** A further repository (or a further project of a monorepo) in a workspace that is there. */
export function connectRepository(crypto: Crypto, signer: StatementSigner, state: WorkspaceState, to: { readonly repo: RepoId; readonly repoGenesis: Uint8Array; readonly project: ProjectId | { readonly name: string } }): Said & { readonly project: ProjectId } {
  const { repo, repoGenesis } = to;
  const project = typeof to.project === "string" ? to.project : newProjectId(crypto);
  const named = typeof to.project === "string" ? null : to.project.name;
  const bodies: ((state: WorkspaceState) => StatementBody)[] = named === null ? [] : [(at) => projectBody(crypto, at, project, named)];
  return { ...say(crypto, signer, state, [...bodies, () => ({ type: "connect", repo, project, genesis: repoGenesis })]), project };
}

/**
 * Adds a device. `envelope` is its `hx/device/v1`, signed by the person's signing key (then `signer` may be the
 * new device itself, as after a recovery) or by a live device; `box` is the current person key wrapped to it.
 */
export function addDevice(crypto: Crypto, signer: StatementSigner, state: WorkspaceState, device: { readonly envelope: Uint8Array; readonly box: Uint8Array }): Said {
  return say(crypto, signer, state, [() => ({ type: "device", device: device.envelope, box: device.box })]);
}

export function newProjectId(crypto: Crypto): ProjectId {
  return projectId(toHex(crypto.random.bytes(16)));
}
