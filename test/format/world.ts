import { concat, toHex, utf8 } from "../../src/domain/bytes.ts";
import { projectId, sessionId } from "../../src/domain/ids.ts";
import type { LaneId, PersonId, ProjectId, RepoId, SessionId, WorkspaceId } from "../../src/domain/ids.ts";
import { openPerson, devicePayload, personKeyPayload, personPayload, recoverySeeds } from "../../src/format/card.ts";
import type { CardEnvelopes } from "../../src/format/card.ts";
import { decodeEnvelope, signEnvelope } from "../../src/format/envelope.ts";
import { certificateMessage } from "../../src/format/header.ts";
import { deviceIdOf, laneIdOf, repoIdOf, workspaceIdOf } from "../../src/format/ids.ts";
import { eraserSeed } from "../../src/format/key-file.ts";
import { makeRepoGenesis } from "../../src/format/repo-genesis.ts";
import { encodeName } from "../../src/format/sealed-name.ts";
import { statementPayload } from "../../src/format/statement.ts";
import type { Statement } from "../../src/format/statement.ts";
import { authorContext, membershipContext, nameContext, personKeyContext, projectNameContext } from "../../src/format/wrap.ts";
import type { Crypto } from "../../src/ports/crypto.ts";
import type { DeviceId } from "../../src/domain/ids.ts";

/** One person, one device, one workspace, one repository, one lane, made of labels. */
export interface World {
  readonly crypto: Crypto;
  readonly root: Uint8Array;
  readonly person: PersonId;
  readonly personSeed: Uint8Array;
  readonly recoverySeed: Uint8Array;
  readonly device: DeviceId;
  readonly deviceSeed: Uint8Array;
  readonly deviceBoxSeed: Uint8Array;
  readonly personKeySeed: Uint8Array;
  readonly personKey: Uint8Array;
  readonly membershipSeeds: Uint8Array;
  readonly card: CardEnvelopes;
  readonly workspace: WorkspaceId;
  readonly repo: RepoId;
  readonly repoGenesis: Uint8Array;
  readonly project: ProjectId;
  readonly statements: readonly Uint8Array[];
  readonly laneSeed: Uint8Array;
  readonly lane: Uint8Array;
  readonly laneId: LaneId;
  readonly eraserSeed: Uint8Array;
  readonly eraser: Uint8Array;
  readonly certificate: { readonly epoch: number; readonly signature: Uint8Array };
  readonly session: SessionId;
}

export function makeWorld(crypto: Crypto): World {
  const { hashes, signer, wrapper } = crypto;
  const secret = (label: string): Uint8Array => hashes.h(utf8(`test secret ${label}`));
  const id16 = (label: string): string => toHex(hashes.h16(utf8(`test id ${label}`)));
  const signWith = (seed: Uint8Array) => (message: Uint8Array) => signer.sign(seed, message);

  const root = secret("root");
  const { sign: personSeed, recovery: recoverySeed } = recoverySeeds(hashes, root);
  const recovery = wrapper.publicKey(recoverySeed);
  const personEnvelope = signEnvelope("hx/person/v1", personPayload(signer.publicKey(personSeed), recovery, secret("nonce").slice(0, 16)), signWith(personSeed));
  const person = openPerson(hashes, signer.verify, personEnvelope).id;

  const deviceSeed = secret("device sign");
  const deviceBoxSeed = secret("device box");
  const deviceKey = signer.publicKey(deviceSeed);
  const device = deviceIdOf(hashes, deviceKey);
  const deviceBox = wrapper.publicKey(deviceBoxSeed);
  const deviceEnvelope = signEnvelope("hx/device/v1", devicePayload({ person, sign: deviceKey, box: deviceBox }), signWith(personSeed));

  const personKeySeed = secret("person key 0");
  const personKey = wrapper.publicKey(personKeySeed);
  const keyStatement = {
    person,
    epoch: 0,
    key: personKey,
    boxes: [{ device, wrap: wrapper.wrap(deviceBox, personKeyContext(person, 0, device), personKeySeed) }],
    recovery: wrapper.wrap(recovery, personKeyContext(person, 0, "recovery"), personKeySeed),
  };
  const card: CardEnvelopes = { person: personEnvelope, devices: [deviceEnvelope], keys: [signEnvelope("hx/person-key/v1", personKeyPayload(keyStatement), signWith(deviceSeed))] };

  const repoGenesis = makeRepoGenesis(secret("repo").slice(0, 16), deviceKey, signWith(deviceSeed));
  const repo = repoIdOf(hashes, decodeEnvelope(repoGenesis, "hx/repo/v1").payload);
  const membershipSign = secret("membership sign");
  const membershipBoxSeed = secret("membership box");
  const membershipSeeds = concat(membershipSign, membershipBoxSeed);
  const membershipBox = wrapper.publicKey(membershipBoxSeed);
  const project = projectId(id16("project"));
  const statements: Uint8Array[] = [];
  const state = (statement: Statement): void => void statements.push(signEnvelope("hx/statement/v1", statementPayload(statement), signWith(deviceSeed)));
  state({
    n: 0,
    by: device,
    type: "genesis",
    home: repo,
    threshold: 1,
    nonce: secret("workspace").slice(0, 16),
    founder: card,
    name: wrapper.wrap(membershipBox, nameContext(person), encodeName({ name: "Ada Example", email: "ada@example.org" })),
    membership: { epoch: 0, sign: signer.publicKey(membershipSign), box: membershipBox, boxes: [{ person, wrap: wrapper.wrap(personKey, membershipContext(0, person), membershipSeeds) }] },
  });
  const workspace = workspaceIdOf(hashes, decodeEnvelope(last(statements), "hx/statement/v1").payload);
  state({ n: 1, workspace, previous: hashes.h(last(statements)), by: device, type: "project", project, name: wrapper.wrap(membershipBox, projectNameContext(project), encodeName({ name: "Example" })) });
  state({ n: 2, workspace, previous: hashes.h(last(statements)), by: device, type: "connect", repo, project, genesis: repoGenesis });

  const laneSeed = secret("lane");
  const lane = signer.publicKey(laneSeed);
  const eraserOf = eraserSeed(hashes, deviceSeed, lane);
  const eraser = signer.publicKey(eraserOf);
  return {
    crypto,
    root,
    person,
    personSeed,
    recoverySeed,
    device,
    deviceSeed,
    deviceBoxSeed,
    personKeySeed,
    personKey,
    membershipSeeds,
    card,
    workspace,
    repo,
    repoGenesis,
    project,
    statements,
    laneSeed,
    lane,
    laneId: laneIdOf(hashes, lane),
    eraserSeed: eraserOf,
    eraser,
    certificate: { epoch: 0, signature: signer.sign(membershipSign, certificateMessage(workspace, repo, lane, eraser)) },
    session: sessionId(id16("session")),
  };
}

function last(list: readonly Uint8Array[]): Uint8Array {
  const item = list.at(-1);
  if (item === undefined) throw new Error("empty");
  return item;
}

export function authorPlace(world: World, commitment: Uint8Array) {
  return authorContext({ repo: world.repo, session: world.session, commitment, person: world.person, epoch: 0 });
}
