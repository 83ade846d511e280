import { isSessionId, type SessionId } from "../../domain/ids.ts";
import { laneRef } from "../../format/paths.ts";
import { CLOSED_REF, STAGE_REF, stagedTree } from "../capture/stage.ts";
import type { WritableLedger } from "../ledger.ts";
import { directoryAt } from "../lane/tree.ts";
import { readPushed } from "./pushed.ts";

/** Whether anything was captured, or published here, that this remote has not acknowledged. Touches no network. */
export async function hasWork(ledger: WritableLedger, url: string): Promise<boolean> {
  for (const ref of [STAGE_REF, CLOSED_REF]) if ((await ledger.stage.read(ref)) !== null) return true;
  const head = await ledger.repository.store.read(laneRef(ledger.lane.id));
  return head !== null && (await readPushed(ledger, url))?.head !== head;
}

/** Sessions with captures that are not published yet. */
export async function stagedSessions(ledger: Pick<WritableLedger, "stage">): Promise<ReadonlySet<SessionId>> {
  const sessions = new Set<SessionId>();
  for (const ref of [STAGE_REF, CLOSED_REF]) {
    const tree = await stagedTree(ledger.stage, ref);
    for (const fan of await directoryAt(ledger.stage, tree, "s")) for (const { name } of await ledger.stage.readTree(fan.oid)) if (isSessionId(name)) sessions.add(name);
  }
  return sessions;
}
