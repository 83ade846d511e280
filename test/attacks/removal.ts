import { expect } from "vitest";
import { readLaneHead } from "../../src/app/lane/own-head.ts";
import { fetchLanes, type FetchedLanes } from "../../src/app/sync/fetch-lanes.ts";
import { laneRules, localChain, type VerifiedChain } from "../../src/app/sync/workspace-chain.ts";
import { boxMembership, membershipSecret, type MembershipSecret } from "../../src/app/workspace/compose.ts";
import type { Oid } from "../../src/domain/ids.ts";
import { currentPersonKey, type FrozenLane, type WorkspaceState } from "../../src/domain/workspace/state.ts";
import { certificateMessage, type Header } from "../../src/format/header.ts";
import { laneRef, ROOT_REF, SESSIONS_PREFIX } from "../../src/format/paths.ts";
import type { Ledger, OwnLane } from "../../src/app/ledger.ts";
import type { Forge } from "./lane-builder.ts";
import type { Here, Scene } from "./scene.ts";

/** A chain in which somebody was removed, and the secret of the membership epoch that this began. */
export interface AfterRemoval {
  readonly chain: VerifiedChain;
  readonly secret: MembershipSecret;
  /** A header of the next membership epoch that names the removal. */
  anew(header: Header): Header;
}

/** What a removal that froze these lanes of the scene's repository says, behind the chain that is known. */
export function removal(scene: Scene, { chain, state, hashes }: VerifiedChain, frozen: readonly (readonly [OwnLane, FrozenLane])[], named = true): AfterRemoval {
  const { crypto } = scene;
  const n = state.head.n + 1;
  const hash = crypto.random.bytes(32);
  const secret = membershipSecret(crypto, 1, crypto.random.bytes(64));
  const boxes = [...state.persons.values()].map((person) => [person.id, boxMembership(crypto, secret, { person: person.id, key: currentPersonKey(person).key })] as const);
  const after: WorkspaceState = {
    ...state,
    head: { n, hash },
    membership: [...state.membership, { epoch: 1, sign: secret.sign, box: secret.box, boxes: new Map(boxes), since: n }],
    demands: [{ since: n, epoch: 1 }],
    freezes: named ? new Map([[scene.repo, { since: n, epoch: 1, lanes: new Map(frozen.map(([lane, entry]) => [lane.id, entry])) }]]) : new Map(),
  };
  return {
    chain: { chain, state: after, hashes: [...hashes, hash] },
    secret,
    anew: (header) => ({ ...header, head: { n, hash }, certificate: { epoch: 1, signature: crypto.signer.sign(secret.seeds.subarray(0, 32), certificateMessage(header.workspace, header.repo, header.lane, header.eraser)) } }),
  };
}

/** The header of a commit as a freeze names it. */
export async function frozenAt({ scene, store, lane }: Forge, commit: Oid, of: OwnLane = lane): Promise<FrozenLane> {
  const { header, envelope } = await readLaneHead(store, scene.crypto, of.id, of.publicKey, commit);
  return { seq: header.seq, hash: scene.crypto.hashes.h(envelope) };
}

/** Fetches as a sync does whose chain is this one. */
export async function fetchUnder({ ledger, remote }: Here, { chain }: AfterRemoval): Promise<FetchedLanes> {
  return fetchLanes(ledger, remote, "origin", await remote.list("origin", SESSIONS_PREFIX, {}), laneRules(ledger, chain), () => false, {});
}

/** The chain of a reader; one who has none yet takes that of the host. */
export async function chainOf(here: { readonly ledger: Ledger; readonly remote: Here["remote"] }): Promise<VerifiedChain> {
  const { store } = here.ledger.repository;
  if ((await store.read(ROOT_REF)) === null) await here.remote.fetch(store, "origin", [{ from: ROOT_REF, to: ROOT_REF }], { whole: true });
  return localChain(here.ledger);
}

export async function headOf({ ledger }: Here, lane: OwnLane): Promise<Oid | null> {
  return ledger.others.read(laneRef(lane.id));
}

export function expectProblems({ problems }: FetchedLanes, expected: readonly (readonly [OwnLane, RegExp])[]): void {
  const told = problems.map(({ lane, error }) => ({ lane, code: error.code, message: error.message }));
  expect(told).toEqual(expected.map(([lane, message]) => ({ lane: lane.id, code: "lane-invalid", message: expect.stringMatching(message) })));
}
