import type { HxError } from "../domain/errors.ts";
import type { SessionView } from "../domain/view.ts";
import type { Named } from "./named.ts";

/** Under what right a session was read: in every view, and in every `--json`. */
export type ReadAccess =
  /** By its author; leaves no entry. */
  | { readonly class: "own" }
  | AttestedAccess;

/** Somebody else's: the remote has the reader's access entry. */
export interface AttestedAccess {
  readonly class: "attested";
  readonly author: Named;
  readonly team: Named;
  /** End of the lease, ms since 1970. */
  readonly until: number;
  /** When a listed remote was last seen, ms since 1970. */
  readonly remoteSeen?: number;
}

export interface ShownSession {
  readonly id: string;
  readonly access: ReadAccess;
  readonly view: SessionView;
  /** Parts that could not be read, and why. */
  readonly unreadable: readonly UnreadablePart[];
  readonly omittedBytes: number;
}

export interface UnreadablePart {
  readonly part: number;
  readonly reason: string;
}

export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
}

/** What was written below a directory, byte for byte. */
export interface RawReport {
  readonly id: string;
  readonly access: ReadAccess;
  readonly files: readonly WrittenFile[];
  readonly unreadable: readonly UnreadablePart[];
}

export interface HandoffOptions {
  /** Name of the agent that goes on. */
  readonly to: string;
  /** Characters of the brief, at most. */
  readonly max: number;
  /** Into the checkout; else the brief is in the report. */
  readonly write: boolean;
}

/** A brief for another agent. */
export interface HandoffReport {
  readonly id: string;
  readonly access: ReadAccess;
  readonly unreadable: readonly UnreadablePart[];
  readonly omittedBytes: number;
  /** The agent of the session. */
  readonly agent: string;
  /** The agent that goes on, and how it is called. */
  readonly to: string;
  readonly title: string;
  readonly characters: number;
  /** Lines that found no place in the brief. */
  readonly left: number;
  /** Places where a secret was replaced. */
  readonly replaced: number;
  /** There where it was not written. */
  readonly brief?: string;
  /** Where it was written, absolute. */
  readonly file?: string;
  /** Where the agent is to be started: the top of the checkout. */
  readonly directory?: string;
  /** Starts it with the brief, in a POSIX shell. */
  readonly command?: string;
  /** What to say to it, where no command starts it so. */
  readonly say?: string;
}

/** What became of one session that was named: written, or why not (as `SessionsWorld.show` throws it; `exists`). */
export type ExportOutcome = { readonly session: string } & ({ readonly report: RawReport } | { readonly error: HxError });

export interface ExportOptions {
  /** The agent's own files too, below `files/`. */
  readonly raw: boolean;
  /** Files made of the view, by name. */
  readonly render: (shown: ShownSession) => ReadonlyMap<string, string>;
}

/** One of the four conditions. */
export interface CheckedCondition {
  readonly name: "C1" | "C2" | "C3" | "C4";
  readonly holds: boolean;
  /** The evidence, a line each. */
  readonly says: readonly string[];
  readonly missing?: string;
  /** A command. */
  readonly fix?: string;
}

export interface TeamCheck {
  readonly team: Named;
  readonly holds: boolean;
  readonly conditions: readonly CheckedCondition[];
}

export interface CheckReport {
  readonly session: string;
  /** It is the reader's own: nothing has to hold. */
  readonly own: boolean;
  /** False: nothing here has a session with this id. */
  readonly known: boolean;
  readonly teams: readonly TeamCheck[];
  /** Age of what is known: number of the newest workspace statement, and when a listed remote was last seen (ms since 1970). */
  readonly statement: number;
  readonly remoteSeen?: number;
}

export interface ReadingWorld {
  /** Whether the reader may read a session with a team; without one, with each of their teams. @throws HxError `not-found`, `ambiguous` */
  check(session: string, options: { readonly team?: string }): Promise<CheckReport>;
  /**
   * Writes sessions, each below `<directory>/<id>`, which must be absent or empty. The access entries of all of them go out in one push,
   * and one that fails keeps back none of the others.
   * @throws HxError what concerns all of them
   */
  export(sessions: readonly string[], directory: string, options: ExportOptions): Promise<readonly ExportOutcome[]>;
  /**
   * A brief of a session for another agent, secrets masked. Somebody else's leaves an access entry first, as with `SessionsWorld.show`.
   * @throws HxError as `SessionsWorld.show`; `usage` for an agent that is not known; `refused`
   */
  handoff(session: string, options: HandoffOptions): Promise<HandoffReport>;
}
