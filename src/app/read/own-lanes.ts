import { fromUtf8, utf8 } from "../../domain/bytes.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { ItemIndex } from "../items/item-index.ts";
import type { Ledger } from "../ledger.ts";
import type { Author } from "./author-keys.ts";
import type { LaneSource } from "./lane-source.ts";

const NOTE = "mine.json";

/**
 * The lanes that are tied to this author: the tie is a sealed item of the lane, signed by one of their devices and by the
 * lane. What was found out is noted in a local work file, for those who come without keys.
 */
export async function ownLanes(ledger: Ledger, state: WorkspaceState, author: Author, sources: readonly LaneSource[]): Promise<readonly LaneSource[]> {
  const known = await readNote(ledger, author);
  const unknown = sources.filter(({ lane }) => known[lane] === undefined);
  if (unknown.length > 0) {
    const index = new ItemIndex(ledger, author);
    const { problems } = await index.update(unknown);
    const tied = new Set(index.ties(state).flatMap(({ lane, person }) => (person === author.person ? [lane] : [])));
    const unread = new Set(problems.map(({ lane }) => lane));
    for (const { lane } of unknown) if (tied.has(lane) || !unread.has(lane)) known[lane] = tied.has(lane);
    await ledger.work.write(NOTE, utf8(JSON.stringify({ person: author.person, lanes: known })));
  }
  return sources.filter(({ lane }) => known[lane] === true);
}

async function readNote(ledger: Ledger, author: Author): Promise<Record<string, boolean>> {
  const bytes = await ledger.work.read(NOTE);
  if (bytes === null) return {};
  try {
    const note = JSON.parse(fromUtf8(bytes)) as { person?: string; lanes?: Record<string, boolean> };
    return note.person === author.person ? (note.lanes ?? {}) : {};
  } catch {
    return {};
  }
}
