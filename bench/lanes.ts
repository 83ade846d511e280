import type { LaneId, Oid, RepoId } from "../src/domain/ids.ts";
import type { Acting } from "../src/app/workspace/acting.ts";
import { certifyLane, currentSeeds } from "../src/app/workspace/certificate.ts";
import { personBody, membershipSecret } from "../src/app/workspace/compose.ts";
import type { Body } from "../src/app/workspace/plan.ts";
import { joinEnvelope } from "../src/app/workspace/join.ts";
import { StateCache, treeState } from "../src/app/lane/state.ts";
import { directoryAt, editTree } from "../src/app/lane/tree.ts";
import { currentMembership, type WorkspaceState } from "../src/domain/workspace/state.ts";
import { commitDay } from "../src/format/commit.ts";
import { signEnvelope } from "../src/format/envelope.ts";
import { SUITE } from "../src/format/fields.ts";
import { bodyDigest, encodeBody, headerPayload, LEVEL, type LaneHead } from "../src/format/header.ts";
import { itemIdOf, laneIdOf } from "../src/format/ids.ts";
import { ITEM_LENGTH } from "../src/format/item.ts";
import { bodyPath, HEADER_PATH, itemPath, laneRef } from "../src/format/paths.ts";
import type { Crypto } from "../src/ports/crypto.ts";
import type { ObjectBatch, Store } from "../src/ports/git.ts";
import type { WorkFiles } from "../src/ports/work-files.ts";
import type { TestPerson } from "../test/workspace/people.ts";

/** Where lanes are written in process: the host itself. */
export interface Host {
  readonly crypto: Crypto;
  readonly store: Store;
  readonly state: WorkspaceState;
  readonly repo: RepoId;
  /** A member: the membership key certifies any lane. */
  readonly acting: Acting;
}

export interface NewLane {
  readonly id: LaneId;
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** What one commit adds. */
export interface Adds {
  readonly items: readonly Uint8Array[];
  readonly heads?: readonly LaneHead[];
}

export function newLane(crypto: Crypto): NewLane {
  const seed = crypto.random.bytes(32);
  const publicKey = crypto.signer.publicKey(seed);
  return { id: laneIdOf(crypto.hashes, publicKey), seed, publicKey };
}

/** Bytes that are an item to everybody to whom they are not sealed. */
export const foreignItem = ({ crypto }: Pick<Host, "crypto">): Uint8Array => crypto.random.bytes(ITEM_LENGTH);

/** Writes a lane that verifies, one commit each, as one pack. @returns its newest head */
export async function writeLane(host: Host, lane: NewLane, commits: Iterable<Adds>): Promise<LaneHead> {
  const { crypto, store, state, repo, acting } = host;
  const membership = currentSeeds(state, acting.memberships);
  if (membership === null) throw new Error("no membership key");
  const { h } = crypto.hashes;
  const eraser = crypto.signer.publicKey(crypto.random.bytes(32));
  const certificate = certifyLane(crypto.signer, membership, repo, lane.publicKey, eraser);
  const batch = store.batch();
  const cache = new StateCache(inMemory(), lane.id);
  const day = commitDay(Date.now());
  let before: { readonly commit: Oid; readonly tree: Oid; readonly hash: Uint8Array; readonly seq: number } | null = null;
  for (const { items, heads = [] } of commits) {
    const added = items.map((item) => ({ path: itemPath(itemIdOf(crypto.hashes, item)), item }));
    const pieces = encodeBody({ batch: added.map(({ path, item }) => ({ path, hash: h(item) })), heads });
    const changed: Oid | null = await editTree(batch, before?.tree ?? null, await blobs(batch, added.map(({ path, item }) => [path, item])));
    const seq: number = (before?.seq ?? -1) + 1;
    const header = {
      suite: SUITE,
      workspace: state.workspace,
      repo,
      lane: lane.publicKey,
      eraser,
      certificate,
      seq,
      ...(before === null ? {} : { previous: before.hash }),
      body: bodyDigest(h, pieces),
      state: await treeState(batch, h, changed, cache),
      keys: 0,
      head: state.head,
      level: LEVEL,
    };
    const envelope = signEnvelope("hx/header/v1", headerPayload(header), (message) => crypto.signer.sign(lane.seed, message));
    const top = new Map<string, Oid | null>();
    for (const { name } of await directoryAt(batch, changed, "b")) top.set(`b/${name}`, null);
    for (const [path, oid] of await blobs(batch, [...pieces.map((piece, i): [string, Uint8Array] => [bodyPath(i), piece]), [HEADER_PATH, envelope]])) top.set(path, oid);
    const tree: Oid | null = await editTree(batch, changed, top);
    if (tree === null) throw new Error("an empty commit");
    const commit: Oid = await batch.writeCommit({ tree, parents: before === null ? [] : [before.commit], day });
    before = { commit, tree, hash: h(envelope), seq };
  }
  if (before === null) throw new Error("no commit");
  await batch.flush();
  await store.update([{ ref: laneRef(lane.id), from: null, to: before.commit }]);
  return { lane: lane.id, seq: before.seq, hash: before.hash };
}

async function blobs(batch: ObjectBatch, files: readonly (readonly [string, Uint8Array])[]): Promise<Map<string, Oid | null>> {
  const written = new Map<string, Oid | null>();
  for (const [path, bytes] of files) written.set(path, await batch.writeBlob(bytes));
  return written;
}

/** The statements that let these people in, and into the team. */
export function admissions({ crypto, acting, state: { workspace } }: Host, people: readonly TestPerson[]): readonly Body[] {
  return people.map((person, i) => (state): ReturnType<Body> => {
    const { epoch } = currentMembership(state);
    const seeds = acting.memberships.find((held) => held.workspace === workspace && held.epoch === epoch)?.seeds;
    if (seeds === undefined) throw new Error("no membership key");
    const name = { name: `Person ${i}`, email: `person${i}@example.com` };
    return personBody(crypto, joinEnvelope(crypto, person.acting, state, name), membershipSecret(crypto, epoch, seeds));
  });
}

function inMemory(): WorkFiles {
  const files = new Map<string, Uint8Array>();
  return {
    read: async (name) => files.get(name) ?? null,
    write: async (name, bytes) => void files.set(name, bytes),
    remove: async (name) => void files.delete(name),
    list: async () => [],
    lock: async () => ({ release: async () => undefined }),
  };
}

