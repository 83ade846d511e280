import { HxError } from "../../domain/errors.ts";
import { refName, type Oid, type SessionId } from "../../domain/ids.ts";
import { commitDay, parseCommit } from "../../format/commit.ts";
import { decodePartRecord, type PartRecord } from "../../format/part-record.ts";
import { partPath } from "../../format/paths.ts";
import type { Store } from "../../ports/git.ts";
import { editTree, entryAt } from "../lane/tree.ts";

/** What is captured and not closed yet. Lives in a store of its own, so that no push (`--mirror` neither) sends it. */
export const STAGE_REF = refName("refs/hx/stage");
/** What a publication has closed and not finished. */
export const CLOSED_REF = refName("refs/hx/closed");

/** The tree of a stage ref; null when nothing is staged. It has the paths of a lane, and `w/` for wraps. */
export async function stagedTree(stage: Store, ref = STAGE_REF): Promise<Oid | null> {
  const head = await stage.read(ref);
  return head === null ? null : parseCommit(await stage.readCommit(head)).tree;
}

/** The blob of a part record in the stage. */
export async function stagedRecord(stage: Store, tree: Oid | null, session: SessionId, part: number): Promise<Oid | null> {
  return tree === null ? null : ((await entryAt(stage, tree, partPath(session, part)))?.oid ?? null);
}

export async function stagedPart(stage: Store, tree: Oid | null, session: SessionId, part: number): Promise<PartRecord | null> {
  const record = await stagedRecord(stage, tree, session, part);
  return record === null ? null : decodePartRecord(await stage.readBlob(record));
}

/**
 * Adds blobs to the stage by compare-and-swap. A stage commit has no parent: folding costs nothing, and no hours are kept.
 * @throws HxError `busy` when others keep winning the race
 */
export async function addToStage(stage: Store, blobs: ReadonlyMap<string, Oid>, nowMs: number): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const head = await stage.read(STAGE_REF);
    const before = head === null ? null : parseCommit(await stage.readCommit(head)).tree;
    const tree = await editTree(stage, before, blobs);
    if (tree === null || tree === before) return;
    const commit = await stage.writeCommit({ tree, parents: [], day: commitDay(nowMs) });
    if (await stage.update([{ ref: STAGE_REF, from: head, to: commit }])) return;
  }
  throw new HxError("busy", "other captures keep the stage busy", { hints: ["hx capture"] });
}
