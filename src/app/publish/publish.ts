import { fromUtf8, utf8 } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { LaneId, Oid } from "../../domain/ids.ts";
import { laneWait, type LaneWait } from "../../domain/workspace/standing.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { commitDay } from "../../format/commit.ts";
import { signEnvelope } from "../../format/envelope.ts";
import { SUITE } from "../../format/fields.ts";
import { bodyDigest, encodeBody, headerPayload, LEVEL, type Header, type Numbered } from "../../format/header.ts";
import { itemIdOf } from "../../format/ids.ts";
import { bodyPath, HEADER_PATH, itemPath, laneRef } from "../../format/paths.ts";
import type { RefUpdate } from "../../ports/git.ts";
import { SessionIndexes } from "../capture/session-index.ts";
import { CLOSED_REF } from "../capture/stage.ts";
import type { WritableLedger } from "../ledger.ts";
import { frozenPart } from "../lane/frozen-lane.ts";
import { readLaneHead, type LaneHead } from "../lane/own-head.ts";
import { REISSUE, REISSUE_COMMAND } from "../lane/reissue.ts";
import { StateCache, treeState } from "../lane/state.ts";
import { directoryAt, editTree } from "../lane/tree.ts";
import { LaneTrusts } from "../lane/trust.ts";
import { isEmpty, toAdd, type Adding, type Additions } from "./additions.ts";
import { closeStage, type ClosedStage } from "./close-stage.ts";
import { newBudget } from "./fold.ts";
import { headsToName, noteNamed } from "./named-heads.ts";
import { replaceKeys } from "./replace-keys.ts";
import { publishSession, type Added } from "./publish-session.ts";

export interface PublishOptions {
  /** By the newest verified statement of the workspace chain, which the header names. */
  readonly state: WorkspaceState;
  /** How long to wait for other processes, ms. */
  readonly waitMs: number;
  /** Open the lane even when nothing is staged. */
  readonly evenEmpty?: boolean;
  /** What goes into the lane besides. What of it the lane has already is not added again. */
  readonly additions?: Additions;
}

export interface Published {
  /** The lane's head after it; null when the lane has never been written. */
  readonly head: Oid | null;
  readonly sessions: number;
  /** Bytes of the blobs that were added, segments for the most part. */
  readonly bytes: number;
  /** Why nothing was published. */
  readonly waits: LaneWait | null;
}

/**
 * Closes what is staged, and adds it and the additions to the lane as one commit with one signed header. The lane's ref is the
 * offer: it is written, durably, before anything is sent, and the next header builds on it. A lane whose author is no member
 * publishes nothing.
 * @throws HxError `busy`; `lane-rollback` when the local lane is older than what was offered; `locked` when a member must certify
 * it first; what `toAdd` throws
 */
export async function publish(ledger: WritableLedger, options: PublishOptions): Promise<Published> {
  const waits = laneWait(options.state, ledger.lane);
  if (waits === "certificate" || waits === "renewal" || waits === "reissue") throw dueError(ledger.lane.id, waits);
  if (waits !== null) return { head: await ledger.repository.store.read(laneRef(ledger.lane.id)), sessions: 0, bytes: 0, waits };
  const lock = await ledger.work.lock("publish", options.waitMs);
  if (lock === null) throw new HxError("busy", "another process publishes sessions now", { hints: ["hx sync"] });
  try {
    // What a killed publication left comes first, then what was captured since.
    const { additions: _, ...staged } = options;
    const left = (await ledger.stage.read(CLOSED_REF)) === null ? null : await publishOnce(ledger, staged);
    const now = await publishOnce(ledger, options);
    return { head: now.head, sessions: now.sessions + (left?.sessions ?? 0), bytes: now.bytes + (left?.bytes ?? 0), waits: null };
  } finally {
    await lock.release();
  }
}

/** Under a certificate that is not enough, the next header would make a lane that nobody accepts. */
export function dueError(lane: LaneId, waits: "certificate" | "renewal" | "reissue"): HxError {
  if (waits === "reissue") return new HxError("locked", REISSUE, { hints: [REISSUE_COMMAND], data: { lane } });
  return new HxError("locked", `your lane '${lane}' waits for a certificate of the newest membership epoch, which takes your keys`, { hints: ["hx identity unlock && hx sync"], data: { lane } });
}

/**
 * Adds a header that adds nothing else to a lane that is beyond what a removal froze of it: certified anew, it vouches for those before it.
 * @returns whether it was due
 */
export async function vouch(ledger: WritableLedger, options: PublishOptions): Promise<boolean> {
  if (laneWait(options.state, ledger.lane) !== null) return false;
  const lock = await ledger.work.lock("publish", options.waitMs);
  if (lock === null) throw new HxError("busy", "another process publishes sessions now", { hints: ["hx sync"] });
  try {
    const before = await ownHead(ledger);
    if (before === null || !(await mustVouch(ledger, before, options.state))) return false;
    await addCommit(ledger, before, null, await toAdd(ledger, before), options.state.head);
    return true;
  } finally {
    await lock.release();
  }
}

async function mustVouch(ledger: WritableLedger, head: LaneHead, state: WorkspaceState): Promise<boolean> {
  const frozen = await frozenPart(ledger, ledger.repository.store, state, ledger.lane.id, head);
  return frozen !== null && frozen.kind !== "contradicted";
}

type PublishedOnce = Omit<Published, "waits">;

async function publishOnce(ledger: WritableLedger, options: PublishOptions): Promise<PublishedOnce> {
  const before = await ownHead(ledger);
  const closed = await closeStage(ledger, options.waitMs);
  if (closed !== null && (await wasPublished(ledger, closed, before))) {
    await finish(ledger, closed, options.waitMs);
    return { head: before?.oid ?? null, sessions: 0, bytes: 0 };
  }
  const adding = await toAdd(ledger, before, options.additions);
  const isDue = before === null ? options.evenEmpty === true : await mustVouch(ledger, before, options.state);
  if (closed === null && isEmpty(adding) && !isDue) return { head: before?.oid ?? null, sessions: 0, bytes: 0 };
  const added = await addCommit(ledger, before, closed, adding, options.state.head);
  if (closed !== null) await finish(ledger, closed, options.waitMs);
  return { ...added, sessions: closed?.sessions.length ?? 0 };
}

/** The local head of this clone's lane, checked against what was offered before. */
export async function ownHead(ledger: WritableLedger): Promise<LaneHead | null> {
  const { store } = ledger.repository;
  const oid = await store.read(laneRef(ledger.lane.id));
  const head = oid === null ? null : await readLaneHead(store, ledger.crypto, ledger.lane.id, ledger.lane.publicKey, oid);
  const trust = await new LaneTrusts(ledger.trust).read(ledger.lane.id);
  if (trust !== null && (head === null || head.header.seq < trust.seq)) {
    throw new HxError("lane-rollback", `the local copy of your lane '${ledger.lane.id}' is older than what was offered`, { hints: ["hx sync"] });
  }
  return head;
}

const INTENT = "publishing.json";

/** True when a publication was killed after it wrote the lane and before it cleaned up. */
async function wasPublished(ledger: WritableLedger, closed: ClosedStage, head: LaneHead | null): Promise<boolean> {
  const bytes = await ledger.work.read(INTENT);
  if (bytes === null || head === null) return false;
  try {
    const intent: unknown = JSON.parse(fromUtf8(bytes));
    if (typeof intent !== "object" || intent === null || !("closed" in intent) || !("seq" in intent)) return false;
    return intent.closed === closed.commit && typeof intent.seq === "number" && head.header.seq >= intent.seq;
  } catch {
    return false;
  }
}

async function addCommit(ledger: WritableLedger, before: LaneHead | null, closed: ClosedStage | null, adding: Adding, chainHead: Numbered): Promise<{ head: Oid; bytes: number }> {
  const { store } = ledger.repository;
  const batch = store.batch();
  const { hashes, signer } = ledger.crypto;
  const { certificate } = ledger.lane;
  if (certificate === undefined) throw new HxError("internal", "a header without a certificate");
  const sign = (message: Uint8Array): Uint8Array => signer.sign(ledger.lane.seed, message);
  const added: Added = { oids: new Map(), batch: [], bytes: 0 };
  const tie: readonly (readonly [string, Uint8Array])[] = before === null ? [[itemPath(itemIdOf(hashes, ledger.lane.tie)), ledger.lane.tie]] : [];
  for (const [path, bytes] of [...tie, ...adding.files]) {
    added.oids.set(path, await batch.writeBlob(bytes));
    added.batch.push({ path, hash: hashes.h(bytes) });
    added.bytes += bytes.length;
  }
  const budget = newBudget();
  const indexes = new SessionIndexes(ledger.work, hashes);
  for (const session of closed?.sessions ?? []) {
    await publishSession(ledger, batch, before?.commit.tree ?? null, session, await indexes.bySession(session.session), budget, added);
  }
  const seq = (before?.header.seq ?? -1) + 1;
  const cache = new StateCache(ledger.work, ledger.lane.id);
  const keys = await replaceKeys(ledger, batch, { closed, adding, seq, cache });
  const changed = await editTree(batch, before?.commit.tree ?? null, added.oids);
  const heads = await headsToName(ledger);
  const pieces = encodeBody({ batch: added.batch, heads });
  const header: Header = {
    suite: SUITE,
    workspace: ledger.workspace,
    repo: ledger.repo,
    lane: ledger.lane.publicKey,
    eraser: ledger.lane.eraser,
    certificate,
    seq,
    ...(before === null ? {} : { previous: hashes.h(before.envelope) }),
    body: bodyDigest(hashes.h, pieces),
    state: await treeState(batch, hashes.h, changed, cache),
    keys: keys.counter,
    head: { n: chainHead.n, hash: chainHead.hash },
    level: LEVEL,
  };
  const top = new Map<string, Oid | null>();
  for (const { name } of await directoryAt(batch, changed, "b")) top.set(`b/${name}`, null);
  for (const [i, piece] of pieces.entries()) top.set(bodyPath(i), await batch.writeBlob(piece));
  top.set(HEADER_PATH, await batch.writeBlob(signEnvelope("hx/header/v1", headerPayload(header), sign)));
  const tree = await editTree(batch, changed, top);
  if (tree === null) throw new HxError("internal", "a lane commit without a tree");
  const day = commitDay(ledger.clock.now(), before?.commit.day);
  const commit = await batch.writeCommit({ tree, parents: before === null ? [] : [before.oid], day });
  await batch.flush();
  if (closed !== null) await ledger.work.write(INTENT, utf8(JSON.stringify({ closed: closed.commit, seq })));
  const updates: RefUpdate[] = [{ ref: laneRef(ledger.lane.id), from: before?.oid ?? null, to: commit }, ...keys.updates];
  if (!(await store.update(updates))) throw new HxError("busy", "the refs of your lane changed meanwhile", { hints: ["hx sync"] });
  await cache.save();
  await noteNamed(ledger, heads);
  return { head: commit, bytes: added.bytes };
}

/** Forgets the keys of what is published, then the closed stage. */
async function finish(ledger: WritableLedger, closed: ClosedStage, waitMs: number): Promise<void> {
  const indexes = new SessionIndexes(ledger.work, ledger.crypto.hashes);
  const lock = await ledger.work.lock("stage", waitMs);
  if (lock === null) throw new HxError("busy", "a capture is under way", { hints: ["hx sync"] });
  try {
    for (const { session, parts } of closed.sessions) {
      const index = await indexes.bySession(session);
      if (index === null || !index.closing.some(({ part }) => parts.has(part))) continue;
      index.closing = index.closing.filter(({ part }) => !parts.has(part));
      await indexes.write(index);
    }
    await ledger.stage.update([{ ref: CLOSED_REF, from: closed.commit, to: null }]);
  } finally {
    await lock.release();
  }
}

