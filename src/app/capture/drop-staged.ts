import { HxError } from "../../domain/errors.ts";
import type { Oid, SessionId } from "../../domain/ids.ts";
import { commitDay, parseCommit } from "../../format/commit.ts";
import { authorWrapId } from "../../format/part-keys.ts";
import { parseLanePath, sessionPath, wrapPath } from "../../format/paths.ts";
import type { WritableLedger } from "../ledger.ts";
import { directoryAt, editTree } from "../lane/tree.ts";
import { SessionIndexes } from "./session-index.ts";
import { STAGE_REF } from "./stage.ts";

/**
 * Forgets what is staged of a session and not published yet, with the keys for it. Under the lock of the session, so that no capture adds
 * to it meanwhile.
 * @returns whether anything was staged
 */
export async function dropStaged(ledger: Pick<WritableLedger, "stage" | "work" | "crypto" | "clock">, session: SessionId, waitMs: number): Promise<boolean> {
  const lock = await ledger.work.lock("stage", waitMs);
  if (lock === null) throw new HxError("busy", "a capture is under way", { hints: ["hx sync"] });
  try {
    await new SessionIndexes(ledger.work, ledger.crypto.hashes).forget(session);
    const head = await ledger.stage.read(STAGE_REF);
    if (head === null) return false;
    const { tree, day } = parseCommit(await ledger.stage.readCommit(head));
    const gone = new Map<string, Oid | null>();
    for (const { name } of await directoryAt(ledger.stage, tree, sessionPath(session))) {
      const path = `${sessionPath(session)}/${name}`;
      gone.set(path, null);
      const place = parseLanePath(path);
      if (place?.kind === "part") gone.set(wrapPath(authorWrapId(ledger.crypto.hashes, session, place.number)), null);
    }
    if (gone.size === 0) return false;
    const kept = await editTree(ledger.stage, tree, gone);
    const to = kept === null ? null : await ledger.stage.writeCommit({ tree: kept, parents: [], day: commitDay(ledger.clock.now(), day) });
    if (!(await ledger.stage.update([{ ref: STAGE_REF, from: head, to }]))) throw new HxError("busy", "the stage changed meanwhile", { hints: ["hx sync"] });
    return true;
  } finally {
    await lock.release();
  }
}
