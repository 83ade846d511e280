import type { Knowledge } from "../app/sharing/evidence.ts";
import { laneSources } from "../app/read/lane-source.ts";
import { withheldLanes } from "../app/status/claims.ts";
import { readPushed } from "../app/sync/pushed.ts";
import type { SyncResult } from "../app/sync/sync.ts";
import { readConnection } from "../app/workspace/connection.ts";
import { isHxError } from "../domain/errors.ts";
import type { FileStanding } from "../domain/verdict.ts";
import type { WorkspaceState } from "../domain/workspace/state.ts";
import type { Clone } from "./clone.ts";
import type { SharingClone } from "./sharing-clone.ts";

/** What the verifier looks at, of a clone as it was last synced. @param synced what a later sync said, where there was one */
export async function knowledgeOf(here: SharingClone, synced: SyncResult | null = here.synced): Promise<Knowledge> {
  const { clone, ledger, acting, sharing, now, remote } = here;
  const { state } = here.state.chain;
  const seen = synced === null ? (await readPushed(ledger, remote))?.at : ledger.clock.now();
  return {
    ledger,
    state,
    acting,
    sharing,
    now,
    lanes: await laneSources(ledger, state),
    file: await fileStanding(clone, state),
    problems: synced?.problems ?? [],
    withheld: synced?.withheld ?? (await withheldLanes(ledger)),
    ...(seen === undefined ? {} : { remoteSeen: seen }),
  };
}

/** The connection may have ended since the clone was opened. */
async function fileStanding(clone: Clone, state: WorkspaceState): Promise<FileStanding> {
  try {
    const { connection } = await readConnection(clone.connectionPorts, clone.repository, state);
    return { connected: true, projects: [...new Set([...connection.paths.values()].filter((project) => project !== null))] };
  } catch (error) {
    if (isHxError(error) && error.code === "not-connected") return { connected: false, why: error.message };
    throw error;
  }
}
