import { HxError, isHxError } from "../../domain/errors.ts";
import type { LaneId } from "../../domain/ids.ts";
import { keysRef, laneRef, segmentPath } from "../../format/paths.ts";
import type { Ledger } from "../ledger.ts";
import { erasedIn } from "../lane/erased.ts";
import { frozenError } from "../lane/frozen-lane.ts";
import { NOT_KNOWN, verifyKeys } from "../lane/keys.ts";
import { lanesOfDevice } from "../lane/own-lane-key.ts";
import { sessionParts } from "../lane/manifests.ts";
import { checkSegmentBytes } from "../lane/segment-bytes.ts";
import { noWorkFiles } from "../lane/no-work-files.ts";
import { StateCache } from "../lane/state.ts";
import { LaneTrusts } from "../lane/trust.ts";
import { verifyLane } from "../lane/verify-lane.ts";
import type { Author } from "../read/author-keys.ts";
import { AS_THEY_ARE, laneSources, sessionsOf, type LaneSource } from "../read/lane-source.ts";
import { openOwnSession, sessionRecords } from "../read/open-session.ts";
import { laneRules, type VerifiedChain } from "../sync/workspace-chain.ts";

export interface Finding {
  readonly severity: "error" | "warning";
  readonly code: string;
  readonly message: string;
  readonly place: readonly (readonly [label: string, value: string])[];
}

export interface Verified {
  readonly lanes: number;
  readonly headers: number;
  readonly sessions: number;
  /** Segments that are here; their hashes were checked. */
  readonly segments: number;
  readonly opened: number;
  readonly notOpened: number;
  /** Among those: their authors erased them. */
  readonly erased: number;
  readonly findings: readonly Finding[];
}

interface Counts {
  headers: number;
  sessions: number;
  segments: number;
  opened: number;
  notOpened: number;
  erased: number;
}

/**
 * Verifies all lanes that are here from their first header on, trusting nothing that was verified before, holds them against
 * the trust state, checks every segment that is here, and opens what the author can open.
 * @param mine the author's lanes
 */
export async function verifySessions(ledger: Ledger, chain: VerifiedChain, author: Author | null, mine: readonly LaneSource[]): Promise<Verified> {
  const findings: Finding[] = [];
  const counts: Counts = { headers: 0, sessions: 0, segments: 0, opened: 0, notOpened: 0, erased: 0 };
  const sources = await laneSources(ledger, AS_THEY_ARE, (ref, error) => {
    findings.push({ severity: "error", code: "lane-invalid", message: error.message, place: [["ref", ref]] });
  });
  for (const source of sources) {
    const ref = laneRef(source.lane);
    if (!(await attempt(findings, [["ref", ref]], () => verifyOne(ledger, chain, source, counts)))) continue;
    const isGone = await erasedIn(ledger, source);
    for (const session of await sessionsOf(source)) {
      counts.sessions += 1;
      const erased = await isGone(session);
      if (erased) counts.erased += 1;
      const place: Finding["place"] = [["ref", ref], ["session", session]];
      const intact = await attempt(findings, place, () => verifySegments(ledger, source, session, counts));
      const isMine = author !== null && mine.some(({ lane }) => lane === source.lane);
      if (!intact || !isMine || erased) counts.notOpened += 1;
      else await openOne(ledger, author, source, session, place, findings, counts);
    }
  }
  for (const lane of await missingLanes(ledger, sources)) {
    findings.push({ severity: "error", code: "lane-rollback", message: `lane '${lane}' was verified before and is not here any more`, place: [["ref", laneRef(lane)]] });
  }
  return { lanes: sources.length, ...counts, findings };
}

async function verifyOne(ledger: Ledger, chain: VerifiedChain, source: LaneSource, counts: Counts): Promise<void> {
  const rules = laneRules(ledger, chain);
  const trust = await new LaneTrusts(ledger.trust).read(source.lane);
  // Without a cache and from the first header: a verification that trusted its own notes would verify those.
  const verified = await verifyLane(source.store, rules, source.lane, source.head, null, new StateCache(noWorkFiles, source.lane));
  counts.headers += verified.commits;
  if (trust !== null && verified.trust.chain[trust.seq] !== trust.hash) {
    const older = verified.trust.seq < trust.seq && verified.trust.chain.every((hash, seq) => hash === trust.chain[seq]);
    throw new HxError(older ? "lane-rollback" : "lane-fork", older ? `lane '${source.lane}' is older than what was verified` : `lane '${source.lane}' has another history than the one that was verified`);
  }
  const keys = await source.store.read(keysRef(source.lane));
  const isOwn = (await lanesOfDevice(ledger)).includes(source.lane);
  if (verified.frozen !== null && (!isOwn || verified.frozen.kind === "contradicted")) throw frozenError(source.lane, verified.frozen);
  if (keys === null && (verified.header.keys > 0 || trust?.keys !== undefined)) throw new HxError("keys-invalid", `the keys of lane '${source.lane}' are missing`);
  if (keys === null) return;
  const keysRules = { crypto: ledger.crypto, repo: ledger.repo, lane: verified.publicKey, eraser: verified.header.eraser, atLeast: verified.header.keys, nowMs: rules.nowMs, cache: new StateCache(noWorkFiles, source.lane) };
  const known = trust?.keys;
  await verifyKeys(source.store, keysRules, keys, known === undefined ? null : { ...known, oid: NOT_KNOWN });
}

async function verifySegments(ledger: Ledger, source: LaneSource, session: Parameters<typeof sessionParts>[4], counts: Counts): Promise<void> {
  const { parts, segments } = await sessionParts(source.store, ledger, source.publicKey, source.tree, session);
  for (const part of parts) {
    for (const entry of part.segments) {
      const oid = segments.get(entry.number);
      if (oid === undefined || (await source.store.info(oid)) === null) continue;
      const blob = await source.store.readBlob(oid);
      counts.segments += 1;
      checkSegmentBytes(ledger.crypto.hashes.h, segmentPath(session, entry.number), entry, blob);
    }
  }
}

async function openOne(
  ledger: Ledger,
  author: Author,
  source: LaneSource,
  session: Parameters<typeof sessionParts>[4],
  place: Finding["place"],
  findings: Finding[],
  counts: Counts,
): Promise<void> {
  try {
    const opened = await openOwnSession(ledger, author, source, session);
    for await (const record of sessionRecords(ledger, opened)) void record;
    counts.opened += 1;
  } catch (error) {
    if (!isHxError(error)) throw error;
    counts.notOpened += 1;
    if (error.code !== "missing-object") findings.push({ severity: "error", code: error.code, message: error.message, place });
  }
}

async function attempt(findings: Finding[], place: Finding["place"], work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!isHxError(error)) throw error;
    const data = Object.entries(error.data).map(([label, value]) => [label, String(value)] as const);
    findings.push({ severity: "error", code: error.code, message: error.message, place: [...place, ...data] });
    return false;
  }
}

async function missingLanes(ledger: Ledger, sources: readonly LaneSource[]): Promise<readonly LaneId[]> {
  const here = new Set(sources.map(({ lane }) => lane));
  return (await new LaneTrusts(ledger.trust).lanes()).filter((lane) => !here.has(lane));
}

/** A cache that keeps nothing. */
