import { laneRef } from "../../format/paths.ts";
import { CLOSED_REF, STAGE_REF } from "../capture/stage.ts";
import type { WritableLedger } from "../ledger.ts";
import { readPushed } from "./pushed.ts";

/** Whether anything was captured, or published here, that this remote has not acknowledged. Touches no network. */
export async function hasWork(ledger: WritableLedger, url: string): Promise<boolean> {
  for (const ref of [STAGE_REF, CLOSED_REF]) if ((await ledger.stage.read(ref)) !== null) return true;
  const head = await ledger.repository.store.read(laneRef(ledger.lane.id));
  return head !== null && (await readPushed(ledger, url))?.head !== head;
}
