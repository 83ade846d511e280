import type { AccessClass, LogKind } from "../domain/sharing/log-entry.ts";

/** One's access log, as commands see it: part of the World. */
export interface LogWorld {
  /** @throws HxError `locked`, `not-found`, `ambiguous` */
  read(options: LogOptions): Promise<LogReport>;
}

export interface LogOptions {
  /** What this person accessed or was given, instead of what concerns their own sessions. */
  readonly given: boolean;
  /** The remote is not asked. */
  readonly offline: boolean;
  readonly since?: number;
  readonly session?: string;
  readonly person?: string;
  readonly team?: string;
}

/** `name` is absent where no key at hand opens it. `me`: who looks. */
export interface LogParty {
  readonly id: string;
  readonly name?: string;
  readonly me?: boolean;
}

export interface LogRow {
  /** Of the entry: the same at every look. */
  readonly id: string;
  readonly kind: LogKind;
  /** What happened, in a sentence; names are as their owners wrote them. */
  readonly text: string;
  /** ms since 1970; absent: only the day is known. */
  readonly at?: number;
  /** UTC midnight of the day of the commit, ms since 1970. */
  readonly day: number;
  /** What was claimed and does not fit the day, ms since 1970. */
  readonly doubted?: number;
  readonly who?: LogParty;
  readonly whom?: LogParty;
  readonly author?: LogParty;
  readonly team?: LogParty;
  readonly project?: string;
  readonly sessions: readonly string[];
  readonly commit?: string;
  readonly path?: string;
  readonly line?: number;
  readonly reason?: string;
  readonly class?: AccessClass;
  /** End of a lease or of an approval, ms since 1970. */
  readonly until?: number;
  readonly anomaly?: string;
}

export interface LogReport {
  /** Newest first. */
  readonly entries: readonly LogRow[];
  /** What a reader of the log must know: how old it is, what is gone, what could not be read. */
  readonly warnings: readonly string[];
  /** False: some lanes could not be read to their end. */
  readonly whole: boolean;
}
