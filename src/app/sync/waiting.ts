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
export async function stagedSessions(ledger: WritableLedger): Promise<number> {
  const sessions = new Set<string>();
  for (const ref of [STAGE_REF, CLOSED_REF]) {
    const tree = await stagedTree(ledger.stage, ref);
    for (const fan of await directoryAt(ledger.stage, tree, "s")) for (const { name } of await ledger.stage.readTree(fan.oid)) sessions.add(name);
  }
  return sessions.size;
}
