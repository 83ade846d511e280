import { fromHex, toHex } from "../../domain/bytes.ts";
import type { Oid, SessionId } from "../../domain/ids.ts";
import { SUITE } from "../../format/fields.ts";
import { manifestPath, partPath, segmentPath, wrapPath, laneRef } from "../../format/paths.ts";
import { authorWrapId, commitment } from "../../format/part-keys.ts";
import { encodePartRecord } from "../../format/part-record.ts";
import { sealPrivate, type PrivateFacts } from "../../format/private-block.ts";
import { authorContext } from "../../format/wrap.ts";
import { parseCommit } from "../../format/commit.ts";
import type { Agent, SessionSource, SourceFile } from "../../ports/agent.ts";
import type { Effort } from "../../ports/compressor.ts";
import type { WritableLedger } from "../ledger.ts";
import { SessionScan } from "../scan/session-scan.ts";
import { entryAt } from "../lane/tree.ts";
import { manifestOf } from "../lane/manifests.ts";
import type { Boundary } from "./boundary.ts";
import { captureAgain, isErasedName } from "./erased-names.ts";
import { isForkOfKeptOut, keptOutOf, type KeptOut } from "./kept-out.ts";
import { PartWriter, positionOf, type WrittenPart } from "./part-writer.ts";
import { pauseOf } from "./pause.ts";
import { readFile, type Sink } from "./read-file.ts";
import { indexName, newSession, SessionIndexes, type FileProgress, type SessionIndex } from "./session-index.ts";
import { hasNothingNew } from "./unchanged.ts";
import { addToStage, CLOSED_REF, stagedPart, stagedRecord, stagedTree } from "./stage.ts";

export type CaptureOutcome =
  | { readonly kind: "captured"; readonly session: SessionId; readonly bytes: number; readonly omitted: number; readonly isNew: boolean; readonly title?: string }
  /** Nothing new. */
  | { readonly kind: "current"; readonly session: SessionId }
  /** No record of it ran inside the boundary. */
  | { readonly kind: "outside" }
  /** No directory is known for it yet. */
  | { readonly kind: "unplaced" }
  /** Its author erased it, and did not ask to capture it again. */
  | { readonly kind: "erased" }
  /** Its author keeps it out of the record. */
  | { readonly kind: "excluded" }
  /** Nothing is captured in this clone now. */
  | { readonly kind: "paused" }
  /** Another process captures this session now. */
  | { readonly kind: "busy" };

export interface CaptureOptions {
  /** How long to wait for another process that captures the same session, ms. */
  readonly waitMs: number;
  /** A torn last line is taken when its file was not written to for so long, ms. */
  readonly quietMs: number;
  /** A directory that a hook named for this session. */
  readonly hint?: string;
  readonly dryRun?: boolean;
  /** Also a session that was erased: from then on it is captured like any other. */
  readonly again?: boolean;
}

/** Raw bytes from which on a capture compresses fast: what is less is folded when it is published, and compressed better then. */
const BULK = 3 << 19;
const ROUNDS = 3;

/**
 * Takes the new bytes of one session, seals them and stages them. Order of writes: the key, then blobs, trees,
 * commit, the ref, and last the offsets; a crash at any point repeats work and loses nothing.
 */
export async function captureSession(
  ledger: WritableLedger,
  agent: Agent,
  source: SessionSource,
  boundary: Boundary,
  options: CaptureOptions,
): Promise<CaptureOutcome> {
  const known = await new SessionIndexes(ledger.work, ledger.crypto.hashes).read(source.agent, source.id);
  if (known?.lane === ledger.lane.id && (await hasNothingNew(agent, source, known))) return { kind: "current", session: known.session };
  const name = indexName(ledger.crypto.hashes, source.agent, source.id);
  const lock = await ledger.work.lock(`session-${name}`, options.waitMs);
  if (lock === null) return { kind: "busy" };
  try {
    if (await isErasedName(ledger.trust, name)) {
      if (options.again !== true) return { kind: "erased" };
      if (options.dryRun !== true) await captureAgain(ledger.trust, name);
    }
    for (let round = 0; round < ROUNDS; round++) {
      const outcome = await captureOnce(ledger, agent, source, boundary, options);
      if (outcome !== "again") return outcome;
    }
    return { kind: "busy" };
  } finally {
    await lock.release();
  }
}

async function captureOnce(
  ledger: WritableLedger,
  agent: Agent,
  source: SessionSource,
  boundary: Boundary,
  options: CaptureOptions,
): Promise<CaptureOutcome | "again"> {
  if ((await pauseOf(ledger)) !== null) return { kind: "paused" };
  const out = await keptOutOf(ledger, source.agent, source.id);
  if (out?.excluded === true) return { kind: "excluded" };
  const indexes = new SessionIndexes(ledger.work, ledger.crypto.hashes);
  const tree = await stagedTree(ledger.stage);
  await indexes.settle(indexName(ledger.crypto.hashes, source.agent, source.id), (session, part) => stagedRecord(ledger.stage, tree, session, part));
  const known = await indexes.read(source.agent, source.id);
  const isOld = known !== null && known.lane === ledger.lane.id && ((await isOutdated(ledger, known, tree)) || (await hasLostParts(ledger, known, tree)));
  if (isOld && (await indexes.read(source.agent, source.id))?.rev !== known.rev) return "again"; // a publication went on meanwhile
  const goesOn = known !== null && known.lane === ledger.lane.id && !isOld;
  const index = goesOn ? known : newSession(ledger.crypto.random, ledger.lane.id, source.agent, source.id);
  const before = { bytes: index.bytes, omitted: index.omitted };
  const staged = await stagedPart(ledger.stage, tree, index.session, index.part);

  const blobs = new Map<string, Oid>();
  const writer = new PartWriter(
    {
      crypto: ledger.crypto,
      compressor: ledger.compressor,
      repo: ledger.repo,
      session: index.session,
      write: async (segment, blob) => {
        if (options.dryRun !== true) blobs.set(segmentPath(index.session, segment), await ledger.stage.writeBlob(blob));
      },
    },
    positionOf(index),
    staged?.segments ?? [],
    await effortOf(agent, source, index),
  );

  const taken = await readFiles(ledger, agent, source, boundary, options, index, writer, out?.files ?? {});
  const parent = source.parent ?? index.facts.parent;
  // One that was captured before has nothing of what came to be kept out since.
  if (known === null && (await isForkOfKeptOut(ledger, source.agent, parent))) {
    await writer.finish();
    return { kind: "excluded" };
  }
  const collected = index.bytes > 0;
  if (!taken || !collected) {
    await writer.finish();
    if (collected) {
      if (options.dryRun !== true && index.rev > 0) await noteSeen(ledger, indexes, index, options.waitMs);
      return { kind: "current", session: index.session };
    }
    return index.home === undefined ? { kind: "unplaced" } : { kind: "outside" };
  }
  const parts = await writer.finish();
  const outcome = {
    kind: "captured",
    session: index.session,
    bytes: index.bytes - before.bytes,
    omitted: index.omitted - before.omitted,
    isNew: before.bytes === 0,
    ...(index.facts.title === undefined ? {} : { title: index.facts.title }),
  } as const;
  if (options.dryRun === true) return outcome;

  if (index.rev === 0) {
    await indexes.write({ ...index, files: {}, bytes: 0, omitted: 0 }); // the key is there before what it seals
    index.rev = 1;
  }
  const record = await addRecords(ledger, index, parts, staged !== null, await factsOf(index, boundary), blobs);
  const stageLock = await ledger.work.lock("stage", options.waitMs);
  if (stageLock === null) return { kind: "busy" };
  try {
    const now = await indexes.read(source.agent, source.id);
    if (now !== null && now.rev !== index.rev) return "again"; // a publication closed the part meanwhile
    keepPosition(index, writer, parts);
    if (record !== null) await indexes.announce(index, record);
    await addToStage(ledger.stage, blobs, ledger.clock.now());
    await indexes.write(index);
  } finally {
    await stageLock.release();
  }
  return outcome;
}

/** Keeps what was learned of files that hold nothing new, unless a publication went on meanwhile: its index is the newer one. */
async function noteSeen(ledger: WritableLedger, indexes: SessionIndexes, index: SessionIndex, waitMs: number): Promise<void> {
  const lock = await ledger.work.lock("stage", waitMs);
  if (lock === null) return;
  try {
    if ((await indexes.read(index.agent, index.id))?.rev === index.rev) await indexes.write(index);
  } finally {
    await lock.release();
  }
}

async function readFiles(
  ledger: WritableLedger,
  agent: Agent,
  source: SessionSource,
  boundary: Boundary,
  options: CaptureOptions,
  index: SessionIndex,
  writer: PartWriter,
  muted: KeptOut["files"],
): Promise<boolean> {
  const scan = new SessionScan(options.dryRun === true ? undefined : ledger.scanner, index);
  const sink: Sink = {
    async data(file, path, offset, bytes) {
      await scan.take(file, path, offset, bytes);
      await writer.record(path, file.role, { kind: "data", file: file.f, generation: file.g, offset, bytes });
    },
    omit: (file, path, offset, length) => writer.record(path, file.role, { kind: "omit", file: file.f, generation: file.g, offset, length }),
  };
  const now = ledger.clock.now();
  const context = {
    agent,
    hashes: ledger.crypto.hashes,
    boundary,
    index,
    sink,
    muted,
    takeTail: (modifiedMs: number) => now - modifiedMs >= options.quietMs,
    ...(options.hint === undefined ? {} : { hint: options.hint }),
  };
  let taken = false;
  for (const file of source.files) {
    const progress = (index.files[file.path] ??= progressOf(index, file));
    let changed = false;
    try {
      changed = await readFile(context, file, progress);
    } catch (cause) {
      if (!isGone(cause)) throw cause; // deleted between the look and the reading
    }
    if (!changed) continue;
    taken = true;
    index.seen = Math.max(index.seen, progress.modifiedMs);
    const end = { kind: "end", file: progress.f, generation: progress.g, length: progress.size, modified: Math.round(progress.modifiedMs) } as const;
    await writer.record(file.path, file.role, end);
  }
  for (const path of goneFiles(index, source.files)) {
    const progress = index.files[path];
    if (progress === undefined) continue;
    progress.gone = true;
    await writer.record(path, progress.role, { kind: "gone", file: progress.f });
    taken = true;
  }
  // A title may tell of what ran outside.
  if (source.beside !== undefined && index.walkedOut !== true) index.facts = { ...index.facts, ...source.beside };
  const state = scan.state(index);
  if (state === undefined) delete index.scan;
  else index.scan = state;
  return taken;
}

function progressOf(index: SessionIndex, file: SourceFile): FileProgress {
  return { f: Object.keys(index.files).length, role: file.role, g: 0, size: 0, identity: "", modifiedMs: 0, windows: [] };
}

function goneFiles(index: SessionIndex, present: readonly SourceFile[]): string[] {
  const paths = new Set(present.map((file) => file.path));
  return Object.keys(index.files).filter((path) => !paths.has(path) && index.files[path]?.gone !== true && (index.files[path]?.size ?? 0) > 0);
}

function isGone(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "not-found");
}

async function effortOf(agent: Agent, source: SessionSource, index: SessionIndex): Promise<Effort> {
  const main = source.files[0];
  if (main === undefined) return "normal";
  try {
    const file = await agent.open(main);
    const fresh = file.size - (index.files[main.path]?.size ?? 0);
    await file.close();
    return fresh > BULK ? "fast" : "normal";
  } catch {
    return "normal";
  }
}

/**
 * Whether the lane or the stage is further than the index: local work files were put back from a backup. Then files and parts
 * would take numbers that are in use, so the session is captured anew, under a session id of its own.
 */
async function isOutdated(ledger: WritableLedger, index: SessionIndex, stage: Oid | null): Promise<boolean> {
  if ((await publishedParts(ledger, index)) > index.part) return true;
  if ((await stagedRecord(ledger.stage, stage, index.session, index.part + 1)) !== null) return true;
  const last = (await stagedPart(ledger.stage, stage, index.session, index.part))?.segments.at(-1);
  return last !== undefined && last.number >= index.segment;
}

/**
 * Whether a part that the index knows is neither published nor staged: the stage was deleted. What follows would leave a hole,
 * so the session is captured anew.
 */
async function hasLostParts(ledger: WritableLedger, index: SessionIndex, stage: Oid | null): Promise<boolean> {
  if (index.segment > index.opened && (await stagedRecord(ledger.stage, stage, index.session, index.part)) === null) return true;
  const published = await publishedParts(ledger, index);
  if (published >= index.part) return false;
  const closed = await stagedTree(ledger.stage, CLOSED_REF);
  for (let n = published; n < index.part; n++) {
    const kept = (await stagedRecord(ledger.stage, stage, index.session, n)) ?? (await stagedRecord(ledger.stage, closed, index.session, n));
    if (kept === null) return true;
  }
  return false;
}

async function publishedParts(ledger: WritableLedger, index: SessionIndex): Promise<number> {
  const head = await ledger.repository.store.read(laneRef(ledger.lane.id));
  if (head === null) return 0;
  const { tree } = parseCommit(await ledger.repository.store.readCommit(head));
  const entry = await entryAt(ledger.repository.store, tree, manifestPath(index.session));
  return entry === null ? 0 : manifestOf(ledger, await ledger.repository.store.readBlob(entry.oid), ledger.lane.publicKey).parts.count;
}

/** @returns the record of the open part */
async function addRecords(
  ledger: WritableLedger,
  index: SessionIndex,
  parts: readonly WrittenPart[],
  wrapped: boolean,
  facts: PrivateFacts,
  blobs: Map<string, Oid>,
): Promise<Oid | null> {
  const { crypto, repo, stage, lane } = ledger;
  let open: Oid | null = null;
  for (const part of parts) {
    if (part.segments.length === 0) continue;
    const record = encodePartRecord({
      n: part.n,
      chain: part.chain,
      commitment: commitment(crypto.hashes.h, part.key, index.session, part.n),
      segments: part.segments,
      private: sealPrivate(crypto.aead, crypto.hashes, crypto.random, part.key, { suite: SUITE, repo, session: index.session, n: part.n }, facts),
    });
    open = await stage.writeBlob(record);
    blobs.set(partPath(index.session, part.n), open);
    if (part.n !== part.chain || wrapped) continue;
    const context = authorContext({
      repo,
      session: index.session,
      commitment: commitment(crypto.hashes.h, part.key, index.session, part.n),
      person: lane.person,
      epoch: lane.epoch,
    });
    const wrap = crypto.wrapper.wrap(lane.to, context, fromHex(index.key));
    blobs.set(wrapPath(authorWrapId(crypto.hashes, index.session, part.chain)), await stage.writeBlob(wrap));
  }
  return open;
}

function keepPosition(index: SessionIndex, writer: PartWriter, parts: readonly WrittenPart[]): void {
  for (const part of parts.slice(0, -1)) index.closing.push({ part: part.n, key: toHex(part.key) });
  index.part = writer.position.part;
  index.key = toHex(writer.position.key);
  index.segment = writer.position.segment;
  if (parts.length > 1) index.opened = parts.at(-1)?.segments[0]?.number ?? index.segment;
}

async function factsOf(index: SessionIndex, boundary: Boundary): Promise<PrivateFacts> {
  const { facts } = index;
  const known = {
    title: facts.title,
    branch: facts.branch,
    version: facts.version,
    models: facts.models,
    first: facts.first,
    last: facts.last,
    turns: facts.turns,
    parent: facts.parent,
    cwd: index.home === undefined ? undefined : await boundary.relative(index.home),
  };
  return {
    agent: index.agent,
    id: index.id,
    bytes: index.bytes,
    files: Object.keys(index.files).length,
    ...(index.omitted > 0 ? { omitted: index.omitted } : {}),
    ...(index.scan === undefined ? {} : { scan: index.scan }),
    ...(Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) as Partial<PrivateFacts>),
  };
}
