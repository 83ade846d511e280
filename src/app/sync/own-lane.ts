import { utf8 } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import { refName, type LaneId, type Oid, type RefName } from "../../domain/ids.ts";
import { parseCommit } from "../../format/commit.ts";
import { keysRef, laneRef } from "../../format/paths.ts";
import type { Remote, RemoteOptions } from "../../ports/git.ts";
import { SessionIndexes } from "../capture/session-index.ts";
import { CLOSED_REF, STAGE_REF } from "../capture/stage.ts";
import { forgetEntries } from "../items/seen-entries.ts";
import type { Ledger, WritableLedger } from "../ledger.ts";
import { verifyKeys } from "../lane/keys.ts";
import { StateCache } from "../lane/state.ts";
import { REISSUE_COMMAND } from "../lane/reissue.ts";
import { readLaneHead } from "../lane/own-head.ts";
import { LaneTrusts } from "../lane/trust.ts";
import { verifyLane, type LaneRules, type VerifiedLane } from "../lane/verify-lane.ts";

/**
 * Verifies what this clone itself wrote, and pins it: the pin lies outside the clone and is the mark "offered". Nothing is
 * sent that is not pinned, so a clone that was put back from a backup cannot fork its own lane. A lane that a removal froze too early
 * is pinned all the same: its next header vouches for it.
 */
export async function pinOwnLane(ledger: WritableLedger, rules: LaneRules): Promise<VerifiedLane | null> {
  const { store } = ledger.repository;
  const head = await store.read(laneRef(ledger.lane.id));
  if (head === null) return null;
  const trusts = new LaneTrusts(ledger.trust);
  const trust = await trusts.read(ledger.lane.id);
  const cache = new StateCache(ledger.work, ledger.lane.id);
  const verified = await verifyLane(store, rules, ledger.lane.id, head, trust, cache);
  const keysOid = await store.read(keysRef(ledger.lane.id));
  const keys =
    keysOid === null
      ? undefined
      : await verifyKeys(
          store,
          { crypto: ledger.crypto, repo: ledger.repo, lane: ledger.lane.publicKey, eraser: ledger.lane.eraser, atLeast: verified.header.keys, nowMs: rules.nowMs, cache },
          keysOid,
          trust?.keys ?? null,
        );
  const pinned = { ...verified.trust, ...(keys === undefined ? {} : { keys }) };
  if (trust === null || trust.oid !== pinned.oid || trust.keys?.oid !== pinned.keys?.oid) await trusts.write(ledger.lane.id, pinned);
  return { ...verified, trust: pinned };
}

/**
 * Brings this clone's own lane back from the remote, when the clone is older than what it offered (a new clone in the
 * place of a deleted one, a restored backup).
 * @returns whether anything was taken
 * @throws HxError `lane-fork` when the remote's lane is another than what this device offered: somebody writes with its key
 */
export async function recoverOwnLane(
  ledger: WritableLedger,
  remote: Remote,
  url: string,
  refs: ReadonlyMap<RefName, Oid>,
  rules: LaneRules,
  options: RemoteOptions,
): Promise<boolean> {
  const ref = laneRef(ledger.lane.id);
  const keys = keysRef(ledger.lane.id);
  const theirs = refs.get(ref);
  const { store } = ledger.repository;
  const ours = await store.read(ref);
  if (theirs === undefined || theirs === ours) return false;
  if (ours !== null && (await isAncestor(ledger, theirs, ours))) return false;
  const quarantine = refName("refs/hx/quarantine/own");
  const quarantinedKeys = refName("refs/hx/quarantine/own-keys");
  const theirKeys = refs.get(keys);
  const wanted = [{ from: ref, to: quarantine }, ...(theirKeys === undefined ? [] : [{ from: keys, to: quarantinedKeys }])];
  await remote.fetch(store, url, wanted, { ...options, whole: true });
  const trusts = new LaneTrusts(ledger.trust);
  const trust = await trusts.read(ledger.lane.id);
  const cache = new StateCache(ledger.work, ledger.lane.id);
  // From its first header on: what is pinned is compared below, so that each way to differ from it ends in the same answer.
  const verified = await verifyLane(store, rules, ledger.lane.id, theirs, null, cache);
  const offered = trust === null || verified.trust.chain[trust.seq] === trust.hash;
  // A clone that was put back from a backup: all that is new to it was offered by this device.
  const isRewound = ours !== null && trust?.seq === verified.trust.seq && (await isAncestor(ledger, ours, theirs));
  const isOlder = trust !== null && verified.trust.seq < trust.seq && trust.chain[verified.trust.seq] === verified.trust.hash;
  if (isOlder) throw await lostOffer(ledger);
  if (!offered || (ours !== null && !isRewound)) {
    await markForked(ledger, ledger.lane.id);
    const hints = ledger.lane.carried === true ? [REISSUE_COMMAND] : ["hx identity unlock", "hx capture", "hx sync"];
    throw new HxError("lane-fork", `somebody else writes with the key of your lane '${ledger.lane.id}'`, { hints, data: { lane: ledger.lane.id } });
  }
  const moved = await store.update([
    { ref, from: ours, to: theirs },
    ...(theirKeys === undefined ? [] : [{ ref: keys, from: await store.read(keys), to: theirKeys }]),
    { ref: quarantine, from: theirs, to: null },
    ...(theirKeys === undefined ? [] : [{ ref: quarantinedKeys, from: theirKeys, to: null }]),
  ]);
  if (!moved) throw new HxError("busy", "another process syncs now", { hints: ["hx sync"] });
  return true;
}

/**
 * A lane of which the newest header that was offered is neither in this clone nor at the remote (a restored backup of a clone whose
 * last push never arrived) cannot go on: whoever got that header would see a fork. It gives way to a fresh one.
 * @throws HxError `lane-rollback`
 */
export async function refuseLostOffer(ledger: WritableLedger): Promise<void> {
  const trust = await new LaneTrusts(ledger.trust).read(ledger.lane.id);
  if (trust === null) return;
  const { store } = ledger.repository;
  const oid = await store.read(laneRef(ledger.lane.id));
  const seq = oid === null ? -1 : (await readLaneHead(store, ledger.crypto, ledger.lane.id, ledger.lane.publicKey, oid)).header.seq;
  if (seq < trust.seq) throw await lostOffer(ledger);
}

async function lostOffer(ledger: WritableLedger): Promise<HxError> {
  await markForked(ledger, ledger.lane.id);
  return new HxError("lane-rollback", `what your lane '${ledger.lane.id}' offered last is neither here nor at the remote: its sessions are captured again`, {
    hints: ["hx identity unlock", "hx capture", "hx sync"],
    data: { lane: ledger.lane.id },
  });
}

/**
 * Gives up a lane with whose key somebody else writes. Its refs are set aside, and what it holds is captured anew into the
 * lane that is opened next. What was verified of it is forgotten: nobody but this clone saw what this clone added.
 */
export async function retireForkedLane(ledger: WritableLedger): Promise<boolean> {
  const { id } = ledger.lane;
  if (!(await isForked(ledger, id))) return false;
  const { store } = ledger.repository;
  const lane = await store.read(laneRef(id));
  const keys = await store.read(keysRef(id));
  const aside = refName(`refs/hx/forked/${id}`);
  const updates = [
    ...(lane === null ? [] : [{ ref: laneRef(id), from: lane, to: null }, { ref: aside, from: await store.read(aside), to: lane }]),
    ...(keys === null ? [] : [{ ref: keysRef(id), from: keys, to: null }]),
  ];
  if (updates.length > 0 && !(await store.update(updates))) throw new HxError("busy", "another process syncs now", { hints: ["hx sync"] });
  const indexes = new SessionIndexes(ledger.work, ledger.crypto.hashes);
  for (const index of await indexes.all()) if (index.lane === id) await indexes.forget(index.session);
  for (const ref of [STAGE_REF, CLOSED_REF]) {
    const staged = await ledger.stage.read(ref);
    const kept = refName(`refs/hx/forked/${id}/${ref.slice("refs/hx/".length)}`);
    if (staged !== null) await ledger.stage.update([{ ref, from: staged, to: null }, { ref: kept, from: await ledger.stage.read(kept), to: staged }]);
  }
  await ledger.trust.remove(`lane/${id}.json`);
  await forgetEntries(ledger, id);
  return true;
}

/** Whether a sync found that somebody else writes with the key of this lane. Nothing more is captured for it. */
export async function isForked(ledger: Pick<Ledger, "trust">, lane: LaneId): Promise<boolean> {
  return (await ledger.trust.read(forkMark(lane))) !== null;
}

/** Notes that somebody else writes with the key of this lane. */
export async function markForked(ledger: Pick<Ledger, "trust">, lane: LaneId): Promise<void> {
  await ledger.trust.write(forkMark(lane), utf8("1"));
}

const forkMark = (lane: LaneId): string => `forked/${lane}`;

export async function isAncestor(ledger: WritableLedger, older: Oid, newer: Oid): Promise<boolean> {
  const { store } = ledger.repository;
  for (const oid of [older, newer]) if ((await store.info(oid)) === null) return false;
  let at: Oid | undefined = newer;
  while (at !== undefined && at !== older) at = parseCommit(await store.readCommit(at)).parents[0];
  return at === older;
}
