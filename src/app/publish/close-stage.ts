import { HxError } from "../../domain/errors.ts";
import type { Oid, SessionId } from "../../domain/ids.ts";
import { parseLanePath } from "../../format/paths.ts";
import { closePart } from "../capture/close-part.ts";
import { SessionIndexes } from "../capture/session-index.ts";
import { CLOSED_REF, STAGE_REF, stagedTree } from "../capture/stage.ts";
import type { WritableLedger } from "../ledger.ts";
import { filesOf } from "../lane/tree.ts";

/** What a session has staged: part records and segments by number. */
export interface ClosedSession {
  readonly session: SessionId;
  readonly parts: ReadonlyMap<number, Oid>;
  readonly segments: ReadonlyMap<number, Oid>;
}

export interface ClosedStage {
  /** Commit of the closed ref. */
  readonly commit: Oid;
  readonly sessions: readonly ClosedSession[];
  /** Wraps by path. */
  readonly wraps: ReadonlyMap<string, Oid>;
}

/**
 * Closes the open parts of all staged sessions and moves the stage aside, so that captures go on while it is published.
 * Indexes first, then the refs: a crash between leaves parts that are closed and staged, which is in order.
 * @returns null when nothing is staged
 */
export async function closeStage(ledger: WritableLedger, waitMs: number): Promise<ClosedStage | null> {
  const unfinished = await ledger.stage.read(CLOSED_REF);
  if (unfinished !== null) return contents(ledger, unfinished);
  const lock = await ledger.work.lock("stage", waitMs);
  if (lock === null) throw new HxError("busy", "a capture is under way", { hints: ["hx sync"] });
  try {
    const staged = await ledger.stage.read(STAGE_REF);
    if (staged === null) return null;
    const closed = await contents(ledger, staged);
    const indexes = new SessionIndexes(ledger.work, ledger.crypto.hashes);
    for (const { session, parts } of closed.sessions) {
      const name = await indexes.nameOf(session);
      if (name !== null) await indexes.settle(name, async (_, part) => parts.get(part) ?? null);
      const index = await indexes.bySession(session);
      if (index === null || !parts.has(index.part)) continue;
      closePart(ledger.crypto.hashes, index);
      await indexes.write(index);
    }
    const moved = await ledger.stage.update([
      { ref: CLOSED_REF, from: null, to: staged },
      { ref: STAGE_REF, from: staged, to: null },
    ]);
    if (!moved) throw new HxError("busy", "the stage changed while it was closed", { hints: ["hx sync"] });
    return closed;
  } finally {
    await lock.release();
  }
}

async function contents(ledger: WritableLedger, commit: Oid): Promise<ClosedStage> {
  const ref = (await ledger.stage.read(CLOSED_REF)) === commit ? CLOSED_REF : STAGE_REF;
  const tree = await stagedTree(ledger.stage, ref);
  const sessions = new Map<SessionId, { session: SessionId; parts: Map<number, Oid>; segments: Map<number, Oid> }>();
  const wraps = new Map<string, Oid>();
  if (tree !== null) {
    for await (const { path, oid } of filesOf(ledger.stage, tree)) {
      const place = parseLanePath(path);
      if (path.startsWith("w/")) wraps.set(path, oid);
      if (place?.kind !== "part" && place?.kind !== "segment") continue;
      const entry = sessions.get(place.session) ?? { session: place.session, parts: new Map<number, Oid>(), segments: new Map<number, Oid>() };
      sessions.set(place.session, entry);
      (place.kind === "part" ? entry.parts : entry.segments).set(place.number, oid);
    }
  }
  return { commit, sessions: [...sessions.values()], wraps };
}

