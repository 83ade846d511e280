import { HxError } from "../../domain/errors.ts";
import type { Oid, SessionId } from "../../domain/ids.ts";
import { commitDay, parseCommit } from "../../format/commit.ts";
import { authorWrapId } from "../../format/part-keys.ts";
import { laneRef, manifestPath, parseLanePath, wrapPath } from "../../format/paths.ts";
import { editTree, entryAt, filesOf } from "../lane/tree.ts";
import type { WritableLedger } from "../ledger.ts";
import { keepOut, keptOutOf } from "./kept-out.ts";
import { indexName, SessionIndexes, type SessionIndex } from "./session-index.ts";
import { CLOSED_REF, STAGE_REF } from "./stage.ts";

export interface Excluded {
  /** What was captured of it and not published: gone. */
  readonly dropped?: SessionId;
  /** It was before. */
  readonly already: boolean;
}

/**
 * Keeps a session of an agent out of the record: what of it is staged goes, and no later capture takes it.
 * @throws HxError `refused` once something of it is published; `busy`
 */
export async function excludeSession(ledger: WritableLedger, agent: string, id: string, waitMs: number): Promise<Excluded> {
  const release: (() => Promise<void>)[] = [];
  // In the order of a publication: it must not take what is dropped here.
  for (const name of ["publish", `session-${indexName(ledger.crypto.hashes, agent, id)}`, "stage"]) {
    const lock = await ledger.work.lock(name, waitMs);
    if (lock === null) {
      await releaseAll(release);
      throw new HxError("busy", "a capture or a publication is under way", { hints: ["hx sync"] });
    }
    release.unshift(() => lock.release());
  }
  try {
    const indexes = new SessionIndexes(ledger.work, ledger.crypto.hashes);
    const index = await indexes.read(agent, id);
    if (index !== null && (await isPublished(ledger, index))) {
      throw new HxError("refused", `session '${index.session}' is published already, and what is published is not excluded but erased`, { hints: [`hx erase ${index.session}`], data: { session: index.session } });
    }
    const before = await keptOutOf(ledger, agent, id);
    // First: whoever is killed after it has excluded it, and does the rest when it is called again.
    await keepOut(ledger, agent, id, { ...(before ?? { v: 1, files: {} }), excluded: true });
    if (index !== null) await drop(ledger, indexes, index);
    return { ...(index === null || index.bytes === 0 ? {} : { dropped: index.session }), already: before?.excluded === true };
  } finally {
    await releaseAll(release);
  }
}

async function releaseAll(release: readonly (() => Promise<void>)[]): Promise<void> {
  for (const one of release) await one();
}

async function isPublished(ledger: WritableLedger, index: SessionIndex): Promise<boolean> {
  const { store } = ledger.repository;
  const head = await store.read(laneRef(index.lane));
  if (head === null) return false;
  return (await entryAt(store, parseCommit(await store.readCommit(head)).tree, manifestPath(index.session))) !== null;
}

async function drop(ledger: WritableLedger, indexes: SessionIndexes, index: SessionIndex): Promise<void> {
  const { stage, crypto } = ledger;
  for (const ref of [CLOSED_REF, STAGE_REF]) {
    const head = await stage.read(ref);
    if (head === null) continue;
    const { tree } = parseCommit(await stage.readCommit(head));
    const gone = new Map<string, Oid | null>();
    for await (const { path } of filesOf(stage, tree)) {
      const place = parseLanePath(path);
      if (place !== null && "session" in place && place.session === index.session) gone.set(path, null);
    }
    if (gone.size === 0) continue;
    for (let chain = 0; chain <= index.part; chain++) gone.set(wrapPath(authorWrapId(crypto.hashes, index.session, chain)), null);
    const rest = await editTree(stage, tree, gone);
    const to = rest === null ? null : await stage.writeCommit({ tree: rest, parents: [], day: commitDay(ledger.clock.now()) });
    if (!(await stage.update([{ ref, from: head, to }]))) throw new HxError("busy", "the stage changed meanwhile", { hints: ["hx exclude"] });
  }
  await ledger.work.remove(`announced/${indexName(crypto.hashes, index.agent, index.id)}.json`);
  await indexes.forget(index.session);
}
