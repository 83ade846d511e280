import { HxError } from "../../domain/errors.ts";
import type { SessionView } from "../../domain/view.ts";
import type { Agent } from "../../ports/agent.ts";
import type { Ledger } from "../ledger.ts";
import { sessionRecords, type OpenedSession } from "../read/open-session.ts";
import { BLANK_LINES, MemoryFile, Room } from "../read/memory-file.ts";
import { rebuild } from "../read/rebuild.ts";

export interface ViewedSession {
  readonly view: SessionView;
  readonly omitted: number;
}

/**
 * Bytes of a session that are turned into a view at most. A view is held as a whole, with the session it is made of: some nine times its
 * bytes (docs/performance.md). Custody, restore and `--raw` have no such bound.
 */
export const MOST_VIEWED = 256 << 20;

/**
 * The normalised view of a session. Segments must be here.
 * @param most bytes
 * @throws HxError `refused` for a session that is larger
 */
export async function viewSession(ledger: Ledger, agent: Agent, opened: OpenedSession, most = MOST_VIEWED): Promise<ViewedSession> {
  const room = new Room(most, () => tooLarge(opened, most));
  const files = await rebuild(sessionRecords(ledger, opened), async () => new MemoryFile(room), BLANK_LINES);
  const captured = files.map(({ path, role, target }) => ({ path, role, bytes: async () => target.content() }));
  return { view: await agent.view(captured), omitted: files.reduce((sum, file) => sum + file.omitted, 0) };
}

function tooLarge({ session }: OpenedSession, most: number): HxError {
  return new HxError("refused", `session '${session}' has more than the ${most >> 20} MiB that are shown at once`, { hints: [`hx show ${session} --raw <directory>`] });
}
