import { equal, toHex } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { LaneId, Oid, RepoId, WorkspaceId } from "../../domain/ids.ts";
import { demandedEpoch, type FrozenProblem, type Removals } from "../../domain/workspace/frozen.ts";
import { parseCommit, parseSessionsCommit, type SessionsCommit } from "../../format/commit.ts";
import { decodeEnvelope, openEnvelope } from "../../format/envelope.ts";
import { certificateMessage, decodeHeader, openBody, type Header, type LaneHead as NamedHead } from "../../format/header.ts";
import { laneIdOf } from "../../format/ids.ts";
import { bodyPath, HEADER_PATH } from "../../format/paths.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { ObjectReader } from "../../ports/git.ts";
import type { StateCache } from "./state.ts";
import { treeState } from "./state.ts";
import { directoryAt, entryAt } from "./tree.ts";
import { frozenTrust, type LaneTrust } from "./trust.ts";
import { verifyBatch } from "./verify-batch.ts";

/** What a lane is verified against. */
export interface LaneRules {
  readonly crypto: Crypto;
  readonly repo: RepoId;
  readonly workspace: WorkspaceId;
  /** Public signing key of a membership epoch of the workspace chain; null when there is none. */
  membershipKey(epoch: number): Uint8Array | null;
  /** `H` of the envelope of statement `n`; null when the chain known here is shorter. */
  statementHash(n: number): Uint8Array | null;
  /** What the chain says of removals. */
  readonly removals: Removals;
  /** All segments are here: those that are new are held, byte for byte, against the part records that list them. */
  readonly wholeSegments?: true;
  nowMs(): number;
}

export interface VerifiedLane {
  readonly lane: LaneId;
  readonly trust: LaneTrust;
  readonly publicKey: Uint8Array;
  readonly header: Header;
  readonly tree: Oid;
  /** Commits that were new. */
  readonly commits: number;
  /** What the new headers name of other lanes. */
  readonly named: readonly NamedHead[];
  /** A removal froze less than is here: what lies beyond does not count, and whoever takes the lane in must heed it. */
  readonly frozen: FrozenProblem | null;
}

/**
 * Verifies the commits of a lane that are new since `trust`, oldest first: docs/spec/lane.md, "What a verifier does".
 * Segments need not be present. Reads nothing of what lies before the verified head but its trees.
 * @throws HxError `lane-fork`, `lane-rollback`, `lane-invalid`, `too-new`, `missing-object`
 */
export async function verifyLane(
  store: ObjectReader,
  rules: LaneRules,
  lane: LaneId,
  head: Oid,
  trust: LaneTrust | null,
  cache: StateCache,
): Promise<VerifiedLane> {
  const path = await newCommits(store, lane, head, trust);
  if (trust !== null && path.base !== trust.oid) throw await contradiction(store, rules, lane, path.commits, trust);
  let before: Verified | null = trust === null ? null : await lastVerified(store, rules, lane, trust);
  let trusted = trust;
  const named: NamedHead[] = [];
  for (const oid of path.commits) {
    const verified: Verified = await placed(lane, (before?.header.seq ?? -1) + 1, () => verifyCommit(store, rules, lane, oid, before, cache));
    named.push(...verified.named);
    const hash = toHex(rules.crypto.hashes.h(verified.envelope));
    trusted = {
      oid,
      seq: verified.header.seq,
      hash,
      day: verified.commit.day,
      level: verified.header.level,
      eraser: toHex(verified.header.eraser),
      epoch: verified.header.certificate.epoch,
      headN: verified.header.head.n,
      chain: [...(trusted?.chain ?? []), hash],
      ...(trusted?.keys === undefined ? {} : { keys: trusted.keys }),
    };
    before = verified;
  }
  if (before === null || trusted === null) throw new HxError("lane-invalid", `lane '${lane}' has no commit`);
  const { header, commit } = before;
  const frozen = frozenTrust(rules.removals, rules.repo, lane, trusted);
  return { lane, trust: trusted, publicKey: header.lane, header, tree: commit.tree, commits: path.commits.length, named, frozen };
}

interface Verified extends OpenedHeader {
  readonly named: readonly NamedHead[];
}

/** From the verified head (exclusive) to `head`, oldest first. `base` is where the walk ended. */
async function newCommits(store: ObjectReader, lane: LaneId, head: Oid, trust: LaneTrust | null): Promise<{ commits: Oid[]; base: Oid | null }> {
  const commits: Oid[] = [];
  let at: Oid | null = head;
  while (at !== null && at !== trust?.oid) {
    commits.push(at);
    const { parents }: SessionsCommit = await placed(lane, null, async () => parseCommit(await store.readCommit(at as Oid)));
    if (parents.length > 1) throw new HxError("lane-invalid", `lane '${lane}' has a commit with ${parents.length} parents`);
    at = parents[0] ?? null;
  }
  return { commits: commits.reverse(), base: at };
}

/**
 * Why a head does not build on the verified one. A fork is two signed headers with one seq: nothing less accuses a
 * device, because a host alone can put the same headers into other commits.
 * @param commits of the head's history, oldest first
 */
async function contradiction(store: ObjectReader, rules: LaneRules, lane: LaneId, commits: readonly Oid[], trust: LaneTrust): Promise<HxError> {
  let seq = -1;
  for (const oid of commits) {
    const { header, envelope } = await placed(lane, null, () => openHeader(store, rules, lane, oid));
    seq = header.seq;
    const known = trust.chain[seq];
    if (known === undefined || known === toHex(rules.crypto.hashes.h(envelope))) continue;
    return new HxError("lane-fork", `lane '${lane}' has another header ${seq} than the one that was verified`, { data: { lane, seq, verified: trust.seq }, hints: ["hx verify"] });
  }
  const data = { lane, seq, verified: trust.seq };
  if (seq < trust.seq) return new HxError("lane-rollback", `lane '${lane}' went back from header ${trust.seq} to ${seq}`, { data, hints: ["hx verify"] });
  return new HxError("lane-invalid", `lane '${lane}' does not build on the commit that was verified`, { data: { ...data, rule: "history" } });
}

async function lastVerified(store: ObjectReader, rules: LaneRules, lane: LaneId, trust: LaneTrust): Promise<Verified> {
  const { commit, header, envelope } = await openHeader(store, rules, lane, trust.oid);
  if (toHex(rules.crypto.hashes.h(envelope)) !== trust.hash) throw new HxError("lane-invalid", `the verified head of lane '${lane}' is not what it was`);
  return { commit, header, envelope, named: [] };
}

/** A header whose signature was verified, as one commit of a lane has it. */
export interface OpenedHeader {
  readonly commit: SessionsCommit;
  readonly header: Header;
  readonly envelope: Uint8Array;
}

/** The header in one commit of a lane, by itself: nothing else of the commit is looked at. @throws HxError of whatever is wrong with it */
export async function openHeader(store: ObjectReader, rules: Pick<LaneRules, "crypto">, lane: LaneId, oid: Oid): Promise<OpenedHeader> {
  const commit = parseCommit(await store.readCommit(oid));
  const entry = await entryAt(store, commit.tree, HEADER_PATH);
  if (entry?.mode !== "100644") throw new HxError("lane-invalid", "no header");
  const envelope = await store.readBlob(entry.oid);
  if (envelope.length >= 4096) throw new HxError("lane-invalid", "the header is too long");
  const claimed = decodeHeader(decodeEnvelope(envelope, "hx/header/v1").payload);
  if (laneIdOf(rules.crypto.hashes, claimed.lane) !== lane) throw wrong("the header is that of another lane", "place");
  const { payload } = openEnvelope(envelope, "hx/header/v1", (message, signature) => rules.crypto.signer.verify(claimed.lane, message, signature));
  return { commit, header: decodeHeader(payload), envelope };
}

async function verifyCommit(store: ObjectReader, rules: LaneRules, lane: LaneId, oid: Oid, before: Verified | null, cache: StateCache): Promise<Verified> {
  const { commit, header, envelope } = await openHeader(store, rules, lane, oid);
  parseSessionsCommit(await store.readCommit(oid), rules.nowMs(), before?.commit.day);
  checkHeader(rules, header, before);
  const pieces: Uint8Array[] = [];
  const listed = await directoryAt(store, commit.tree, "b");
  if (listed.length !== header.body.n || listed.some(({ mode }) => mode !== "100644")) throw new HxError("lane-invalid", "'b' does not hold the pieces of the body");
  for (let i = 0; i < header.body.n; i++) {
    const entry = await entryAt(store, commit.tree, bodyPath(i));
    if (entry === null) throw new HxError("lane-invalid", `'${bodyPath(i)}' is missing`);
    pieces.push(await store.readBlob(entry.oid));
  }
  const body = openBody(rules.crypto.hashes.h, header, pieces);
  await verifyBatch(store, { crypto: rules.crypto, repo: rules.repo, lane: header.lane, wholeSegments: rules.wholeSegments === true }, before?.commit.tree ?? null, commit.tree, body, header.body.n);
  const state = await treeState(store, rules.crypto.hashes.h, commit.tree, cache);
  if (!equal(state, header.state)) throw new HxError("lane-invalid", "the tree is not the one that the header signs");
  return { commit, header, envelope, named: body.heads };
}

function checkHeader(rules: LaneRules, header: Header, before: Verified | null): void {
  if (header.repo !== rules.repo) throw wrong("the header is for another repository", "place");
  if (header.workspace !== rules.workspace) throw wrong("the header is for another workspace", "place");
  if (header.seq !== (before?.header.seq ?? -1) + 1) throw wrong(`header ${header.seq} does not follow`);
  if (before !== null) {
    if (header.previous === undefined || !equal(header.previous, rules.crypto.hashes.h(before.envelope))) throw wrong("the header does not name the one before it");
    if (!equal(header.eraser, before.header.eraser)) throw wrong("the eraser key changed");
    if (header.level < before.header.level) throw wrong("the feature level went down");
    if (header.suite < before.header.suite) throw wrong("the suite went down");
    if (header.keys < before.header.keys) throw wrong("the counter of the keys ref went down");
    if (header.head.n < before.header.head.n) throw wrong("the workspace head went back");
  }
  const statement = rules.statementHash(header.head.n);
  if (statement === null) throw new HxError("missing-object", `the workspace chain known here is older than statement ${header.head.n}`, { hints: ["hx sync"] });
  if (!equal(statement, header.head.hash)) throw wrong("the header names another workspace chain");
  // After the chain: a certificate of an epoch that is not known here yet comes with a statement that is not known either.
  const { epoch, signature } = header.certificate;
  const membership = rules.membershipKey(epoch);
  const message = certificateMessage(header.workspace, header.repo, header.lane, header.eraser);
  if (membership === null || !rules.crypto.signer.verify(membership, message, signature)) throw wrong("the lane is not certified", "certificate");
  const demanded = demandedEpoch(rules.removals, header.head.n);
  if (epoch < demanded) throw wrong(`the lane is certified for membership epoch ${epoch}, and a removal asks for ${demanded}`, "certificate");
}

/** Which of the rules does not hold, for whoever has to say what somebody did: `data.rule` of the error. */
type Rule = "history" | "place" | "certificate";

function wrong(what: string, rule?: Rule): HxError {
  return new HxError("lane-invalid", what, rule === undefined ? {} : { data: { rule } });
}

/** Gives every failure its place, and one of the codes that lanes have. */
async function placed<Value>(lane: LaneId, seq: number | null, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof HxError)) throw cause;
    if (cause.code === "too-new" || cause.code === "missing-object" || cause.code === "git-failed") throw cause;
    const where = seq === null ? `lane '${lane}'` : `lane '${lane}', header ${seq}`;
    throw new HxError("lane-invalid", `${where}: ${cause.message}`, { cause, data: { ...cause.data, lane, ...(seq === null ? {} : { seq }) } });
  }
}
