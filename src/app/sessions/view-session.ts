import type { SessionView } from "../../domain/view.ts";
import type { Agent } from "../../ports/agent.ts";
import type { Ledger } from "../ledger.ts";
import { sessionRecords, type OpenedSession } from "../read/open-session.ts";
import { BLANK_LINES, MemoryFile } from "../read/memory-file.ts";
import { rebuild } from "../read/rebuild.ts";

export interface ViewedSession {
  readonly view: SessionView;
  readonly omitted: number;
}

/** The normalised view of a session. Segments must be here. */
export async function viewSession(ledger: Ledger, agent: Agent, opened: OpenedSession): Promise<ViewedSession> {
  const files = await rebuild(sessionRecords(ledger, opened), async () => new MemoryFile(), BLANK_LINES);
  const captured = files.map(({ path, role, target }) => ({ path, role, bytes: async () => target.content() }));
  return { view: await agent.view(captured), omitted: files.reduce((sum, file) => sum + file.omitted, 0) };
}
