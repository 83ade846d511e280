import type { Author } from "../app/read/author-keys.ts";
import { laneSources, sessionsOf, type LaneSource } from "../app/read/lane-source.ts";
import { findSession } from "../app/sessions/find-session.ts";
import { sessionsShown } from "../app/sharing/evidence.ts";
import type { WorldContext } from "../cli/world.ts";
import { HxError, isHxError } from "../domain/errors.ts";
import { isSessionId, type SessionId } from "../domain/ids.ts";
import type { Here } from "./here.ts";
import { sharingOf } from "./sharing-clone.ts";

export interface FoundForReading {
  readonly session: SessionId;
  /** The author's lane in which it lies; null: it is somebody else's. */
  readonly source: LaneSource | null;
}

/**
 * The session whose id begins with `text` among one's own and those that were shared with one; then among all others, whose ids
 * anybody can see. Asks the remote only where nothing that is here fits.
 * @throws HxError `not-found`, `ambiguous`
 */
export async function findForReading(here: Here, author: Author, context: WorldContext, text: string): Promise<FoundForReading> {
  const known = await findHere(here, author, context, text);
  if (known !== null) return known;
  if (here.ended === null) await sharingOf(here, context, "try");
  const fetched = await findHere(here, author, context, text);
  if (fetched !== null) return fetched;
  throw new HxError("not-found", `no session '${text}' in this repository`, { hints: ["hx list --shared", "hx sync"] });
}

async function findHere(here: Here, author: Author, context: WorldContext, text: string): Promise<FoundForReading | null> {
  const wanted = text.toLowerCase();
  const mine = await here.mine();
  const own = await beginning(mine, wanted);
  const exact = own.get(wanted as SessionId);
  if (exact !== undefined) return { session: wanted as SessionId, source: exact };
  const lanes = new Set(mine.map(({ lane }) => lane));
  const sources = await laneSources(here.ledger, here.state.chain.state);
  const others = await beginning(sources.filter(({ lane }) => !lanes.has(lane)), wanted);
  if (others.size === 0) return ownOrNull(here, author, mine, text);
  const shown = isSessionId(wanted) ? new Map() : sessionsShown(await sharingOf(here, context, "none"));
  const shared = [...others.keys()].filter((session) => shown.has(session) && !own.has(session));
  const among = own.size + shared.length > 0 ? [...own.keys(), ...shared] : [...others.keys()];
  const [session, second] = among;
  if (session === undefined) return null;
  if (second !== undefined) throw new HxError("ambiguous", `${among.length} sessions begin with '${text}': ${among.slice(0, 8).join(", ")}`, { hints: ["hx list --shared"] });
  return { session, source: own.get(session) ?? null };
}

async function ownOrNull({ ledger }: Here, author: Author, mine: readonly LaneSource[], text: string): Promise<FoundForReading | null> {
  try {
    return await findSession(ledger, author, mine, text);
  } catch (error) {
    if (isHxError(error) && error.code === "not-found") return null;
    throw error;
  }
}

async function beginning(sources: readonly LaneSource[], text: string): Promise<ReadonlyMap<SessionId, LaneSource>> {
  const found = new Map<SessionId, LaneSource>();
  for (const source of sources) for (const session of await sessionsOf(source, text)) found.set(session, source);
  return found;
}
