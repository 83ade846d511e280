import type { RepoId } from "../ids.ts";
import type { WorkspaceState } from "../workspace/state.ts";
import { newestFirst, type LogEntry } from "./log-entry.ts";
import { statementEntries, type LogClock, type LogReader } from "./log-statements.ts";
import { workspaceEntries, type ChainEvent } from "./log-workspace.ts";
import type { Sharing } from "./sharing.ts";
import type { Place } from "./statement.ts";

export interface LogSources {
  readonly state: WorkspaceState;
  readonly repo: RepoId;
  readonly sharing: Sharing;
  /** All statements of the chain, by number. Empty where nobody asks for them. */
  readonly events: readonly ChainEvent[];
  /** Statements that opened with one's keys and are not believed: nobody is known to have said them. */
  readonly disbelieved: readonly { readonly place: Place; readonly why: string }[];
}

/**
 * One's access log (docs/spec/sharing.md, "The log"), newest first. It depends on what was said alone, not on the order in which it was
 * found. Nothing in it is judged by a claimed time.
 */
export function logOf(sources: LogSources, reader: LogReader, clock: LogClock): readonly LogEntry[] {
  const { state, repo, sharing, events, disbelieved } = sources;
  const workspace = reader.given ? [] : workspaceEntries(state, repo, events, sharing, reader.person);
  const odd = disbelieved.map(({ place, why }): LogEntry => ({ kind: "disbelieved", when: { day: place.day }, source: { lane: place.lane, seq: place.seq }, sessions: [], anomaly: why }));
  return newestFirst([...statementEntries(state, sharing, reader, clock), ...workspace, ...odd]);
}
