import { HxError, isHxError } from "../../domain/errors.ts";
import type { SessionId } from "../../domain/ids.ts";
import type { PrivateFacts } from "../../format/private-block.ts";
import type { Ledger } from "../ledger.ts";
import type { Author } from "../read/author-keys.ts";
import type { LaneSource } from "../read/lane-source.ts";
import { sessionsOf } from "../read/lane-source.ts";
import { ownFacts, type OwnFacts } from "../read/open-session.ts";

export interface FoundSession {
  readonly source: LaneSource;
  readonly session: SessionId;
}

/**
 * The session whose id begins with `text`; or, for who knows only that, the one whose id at its agent begins with it.
 * @param sources lanes to look in: those of the author
 * @throws HxError `not-found`, `ambiguous`
 */
export async function findSession(ledger: Ledger, author: Author, sources: readonly LaneSource[], text: string): Promise<FoundSession> {
  const wanted = text.toLowerCase();
  const byId = await sessionsIn(sources, wanted);
  const found = byId.length > 0 || wanted.length < 4 ? byId : await byAgentId(ledger, author, await sessionsIn(sources, ""), text);
  const [first, second] = found;
  if (first === undefined) throw new HxError("not-found", `no session '${text}' in this repository`, { hints: ["hx list"] });
  if (second !== undefined && first.session !== second.session) throw new HxError("ambiguous", `${found.length} sessions begin with '${text}'`, { hints: ["hx list --copies"] });
  return first;
}

async function sessionsIn(sources: readonly LaneSource[], beginning: string): Promise<FoundSession[]> {
  const found: FoundSession[] = [];
  for (const source of sources) for (const session of await sessionsOf(source, beginning)) found.push({ source, session });
  return found;
}

/** Of several captures of one session of an agent the fullest counts. Redacted copies have its id too, and are no captures of it. */
async function byAgentId(ledger: Ledger, author: Author, all: readonly FoundSession[], text: string): Promise<FoundSession[]> {
  const matching: { found: FoundSession; facts: PrivateFacts }[] = [];
  for (const found of all) {
    const known = await factsOrNull(ledger, author, found);
    if (known?.kind === "original" && known.facts.id.startsWith(text)) matching.push({ found, facts: known.facts });
  }
  const ids = new Set(matching.map(({ facts }) => `${facts.agent} ${facts.id}`));
  if (ids.size > 1) return matching.map(({ found }) => found);
  const fullest = matching.sort((a, b) => (b.facts.bytes ?? 0) - (a.facts.bytes ?? 0))[0];
  return fullest === undefined ? [] : [fullest.found];
}

async function factsOrNull(ledger: Ledger, author: Author, { source, session }: FoundSession): Promise<OwnFacts | null> {
  try {
    return await ownFacts(ledger, author, source, session);
  } catch (error) {
    if (isHxError(error)) return null;
    throw error;
  }
}
