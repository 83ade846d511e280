import type { Oid, SessionId } from "../../domain/ids.ts";
import { parseCommit } from "../../format/commit.ts";
import { laneRef, parseLanePath } from "../../format/paths.ts";
import type { ObjectReader } from "../../ports/git.ts";
import { CLOSED_REF, STAGE_REF, stagedTree } from "../capture/stage.ts";
import { changesOf } from "../lane/tree.ts";
import type { Ledger, OwnLane } from "../ledger.ts";
import { readPushed } from "../sync/pushed.ts";

/** What this clone has and a remote has not acknowledged. */
export interface Waiting {
  readonly sessions: number;
  /** Of the segments. */
  readonly bytes: number;
}

/** Captures in the stage, and what is published in the lane here since the push that the remote acknowledged last. Touches no network. */
export async function waitingFor(ledger: Ledger, lane: OwnLane | null, url: string | null): Promise<Waiting> {
  const sessions = new Set<SessionId>();
  let bytes = 0;
  const add = async (store: ObjectReader, before: Oid | null, after: Oid | null): Promise<void> => {
    for await (const change of changesOf(store, before, after)) {
      const place = parseLanePath(change.path);
      if (change.after === null || place === null || !("session" in place)) continue;
      sessions.add(place.session);
      if (place.kind === "segment") bytes += (await store.info(change.after))?.size ?? 0;
    }
  };
  for (const ref of [STAGE_REF, CLOSED_REF]) await add(ledger.stage, null, await stagedTree(ledger.stage, ref));
  if (lane !== null) {
    const { store } = ledger.repository;
    const head = await store.read(laneRef(lane.id));
    const acknowledged = url === null ? null : ((await readPushed(ledger, url))?.head ?? null);
    if (head !== null && head !== acknowledged) await add(store, await treeOf(store, acknowledged), await treeOf(store, head));
  }
  return { sessions: sessions.size, bytes };
}

async function treeOf(store: ObjectReader, commit: Oid | null): Promise<Oid | null> {
  if (commit === null || (await store.info(commit)) === null) return null;
  return parseCommit(await store.readCommit(commit)).tree;
}
