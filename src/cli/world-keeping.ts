// What a person keeps out of the record, as commands see it: part of the World. Times in ms since 1970.

export interface KeepingWorld {
  /** @param until null: until it is ended. @throws HxError `refused` where the policy does not permit it */
  pause(until: number | null): Promise<PauseReport>;
  /** What was written meanwhile stays out. */
  endPause(): Promise<PauseReport>;
  /** What `exclude` would take. @param what an id or a beginning of one; `current`: the session that was written to last. @throws HxError `refused`, `not-found`, `ambiguous` */
  toExclude(what: string | { readonly current: true }): Promise<AgentSessionRow>;
  /** @throws HxError `refused` where the policy does not permit it, and for what is published; `busy` */
  exclude(session: AgentSessionRow): Promise<ExcludeReport>;
}

export interface PauseReport {
  readonly paused: boolean;
  /** False: nothing changed, as nothing was paused. */
  readonly changed: boolean;
  readonly since?: number;
  /** Absent: until it is ended. */
  readonly until?: number;
}

export interface AgentSessionRow {
  readonly agent: string;
  /** The agent's own id. */
  readonly id: string;
}

export interface ExcludeReport extends AgentSessionRow {
  readonly already: boolean;
  /** Id here of what was captured and not published, and is gone. */
  readonly dropped?: string;
}
