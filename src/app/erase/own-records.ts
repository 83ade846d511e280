import { HxError } from "../../domain/errors.ts";
import type { SessionId } from "../../domain/ids.ts";
import type { PrivateFacts } from "../../format/private-block.ts";
import { indexName } from "../capture/session-index.ts";
import type { Ledger } from "../ledger.ts";
import type { Author } from "../read/author-keys.ts";
import type { LaneSource } from "../read/lane-source.ts";
import { Catalog } from "../sessions/catalog.ts";
import { allSessions, type ListedSession } from "../sessions/list-sessions.ts";

/** A session as it lies in a lane, or waits here to be published. */
export interface Kept {
  readonly session: SessionId;
  /** null: it was never published. */
  readonly source: LaneSource | null;
  readonly copy: boolean;
}

/** A session of an agent, with all that is kept of it: every capture, and every redacted copy. */
export interface OwnRecord {
  /** `indexName` of the agent's session. */
  readonly name: string;
  /** The fullest capture: the one that `list` shows. */
  readonly session: SessionId;
  readonly facts: PrivateFacts;
  readonly kept: readonly Kept[];
}

export interface OwnRecords {
  /** Newest first. */
  readonly records: readonly OwnRecord[];
  /** What does not say which session of an agent it is. */
  readonly closed: readonly (ListedSession & { readonly state: "locked" | "unreadable" | "erased" })[];
}

/** All sessions of the author. What is captured twice, under two ids, is one record. */
export async function ownRecords(ledger: Ledger, author: Author, sources: readonly LaneSource[]): Promise<OwnRecords> {
  const byLane = new Map<string, LaneSource>(sources.map((source) => [source.lane, source]));
  const groups = new Map<string, (Kept & { readonly facts: PrivateFacts })[]>();
  const closed: OwnRecords["closed"][number][] = [];
  for (const row of await allSessions(ledger, author, sources, new Catalog(ledger, author))) {
    if (!("facts" in row)) {
      closed.push(row);
      continue;
    }
    const name = indexName(ledger.crypto.hashes, row.facts.agent, row.facts.id);
    const one = { session: row.session, source: row.lane === undefined ? null : (byLane.get(row.lane) ?? null), copy: row.kind === "redacted", facts: row.facts };
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  const records = [...groups].map(([name, kept]): OwnRecord => {
    const fullest = kept.toSorted((a, b) => Number(a.copy) - Number(b.copy) || (b.facts.bytes ?? 0) - (a.facts.bytes ?? 0))[0];
    if (fullest === undefined) throw new HxError("internal", "a record without a session");
    return { name, session: fullest.session, facts: fullest.facts, kept: kept.map(({ session, source, copy }) => ({ session, source, copy })) };
  });
  return { records: records.toSorted((a, b) => lastOf(b) - lastOf(a) || (a.session < b.session ? -1 : 1)), closed };
}

const lastOf = ({ facts }: OwnRecord): number => facts.last ?? facts.first ?? 0;

/**
 * The record of which something has this id, or one that begins so: a capture or a copy.
 * @throws HxError `not-found`, `ambiguous`, `erased`
 */
export function recordNamed({ records, closed }: OwnRecords, text: string): OwnRecord {
  const wanted = text.toLowerCase();
  const found = wanted.length === 0 ? [] : records.filter(({ kept }) => kept.some(({ session }) => session.startsWith(wanted)));
  const [first, second] = found;
  if (second !== undefined) throw new HxError("ambiguous", `'${text}' is the beginning of ${found.length}: ${found.slice(0, 10).map(({ session }) => session).join(", ")}`, { hints: ["hx list"] });
  if (first !== undefined) return first;
  const shut = wanted.length === 0 ? undefined : closed.find(({ session }) => session.startsWith(wanted));
  if (shut?.state === "erased") throw new HxError("erased", `session '${shut.session}' was erased already`, { hints: ["hx list"] });
  if (shut !== undefined) throw new HxError(shut.code ?? "no-key", `session '${shut.session}' does not open here, so nothing tells what else is kept of it`, { hints: ["hx sync"] });
  throw new HxError("not-found", `no session of yours begins with '${text}': only its author can erase a session`, { hints: ["hx list"] });
}
