import type { DeviceId, PersonId, ProjectId, RepoId } from "../../domain/ids.ts";
import { projectId } from "../../domain/ids.ts";
import { toHex } from "../../domain/bytes.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { decodeCborMap } from "../../format/cbor.ts";
import { repoIdOf } from "../../format/ids.ts";
import { decodeEnvelope } from "../../format/envelope.ts";
import { makeRepoGenesis } from "../../format/repo-genesis.ts";
import type { SealedName } from "../../format/sealed-name.ts";
import type { Crypto } from "../../ports/crypto.ts";
import { connectDraft, genesisDraft, membershipSecret, projectDraft, signStatement } from "./compose.ts";
import type { Draft } from "./compose.ts";
import { decodeCard } from "./decode.ts";
import type { MembershipSeeds } from "./member.ts";
import { replayChain, replayNext } from "./replay.ts";

/** The member who acts, unlocked: ids, the seed of the device's signing key, and the public card. */
export interface ActingMember {
  readonly person: PersonId;
  readonly device: DeviceId;
  /** Seed of the device's signing key. */
  readonly sign: Uint8Array;
  /** Bytes of the card. */
  readonly card: Uint8Array;
}

/** Statements that were made and replayed, and what they lead to. */
export interface Said {
  readonly statements: readonly Uint8Array[];
  readonly state: WorkspaceState;
}

/** A repository's own genesis. @returns its id and the envelope `hx/repo/v1` */
export function newRepository(crypto: Crypto, sign: Uint8Array): { readonly repo: RepoId; readonly genesis: Uint8Array } {
  const genesis = makeRepoGenesis(crypto.random.bytes(16), crypto.signer.publicKey(sign), (message) => crypto.signer.sign(sign, message));
  return { repo: repoIdOf(crypto.hashes, decodeEnvelope(genesis, "hx/repo/v1").payload), genesis };
}

/** Signs drafts one after the other behind `state`, each replayed before the next is made. @throws HxError `workspace-invalid` */
export function say(crypto: Crypto, member: ActingMember, state: WorkspaceState, drafts: readonly ((state: WorkspaceState) => Draft)[]): Said {
  const statements: Uint8Array[] = [];
  let at = state;
  for (const draft of drafts) {
    const statement = signStatement(crypto, member, at, draft(at));
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
  /** Repo id of the home: the repository itself where the workspace is embedded. */
  readonly home: RepoId;
}

export interface Founded extends Said {
  readonly project: ProjectId;
  readonly membership: MembershipSeeds;
}

/** A new workspace: genesis, its first project, and the first connected repository. */
export function foundWorkspace(crypto: Crypto, member: ActingMember, founding: Founding): Founded {
  const personKey = decodeCard(crypto.hashes, decodeCborMap(member.card)).keys.at(-1)?.key;
  if (personKey === undefined) throw new RangeError("a card without a person key");
  const secret = membershipSecret(crypto, 0, crypto.random.bytes(64));
  const draft = genesisDraft(crypto, { home: founding.home, card: member.card, person: member.person, name: founding.founder, membership: secret, personKey });
  const genesis = signStatement(crypto, member, null, draft);
  const begun = replayChain(crypto, [genesis]);
  const project = newProjectId(crypto);
  const rest = say(crypto, member, begun, [
    (state) => projectDraft(crypto, state, project, founding.projectName),
    () => connectDraft(founding.repo, project, founding.repoGenesis),
  ]);
  return { statements: [genesis, ...rest.statements], state: rest.state, project, membership: { workspace: begun.workspace, epoch: 0, seeds: secret.seeds } };
}

export function newProjectId(crypto: Crypto): ProjectId {
  return projectId(toHex(crypto.random.bytes(16)));
}
