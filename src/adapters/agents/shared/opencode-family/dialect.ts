/** A table of which a session has rows beside its messages. */
export interface SideTable {
  readonly table: string;
  /** The column that names the session. */
  readonly session: string;
  readonly order: string;
}

/** What tells the agents apart that share OpenCode's store. */
export interface Dialect {
  readonly name: string;
  readonly title: string;
  readonly verifiedWith: readonly string[];
  /** Folder below the data home, and name of the database in it. */
  readonly folder: string;
  readonly database: string;
  /** Tables with rows that change as the session goes on, in the order in which they are written. The session's own row is always among them. */
  readonly sides: readonly SideTable[];
  /** Versions before the database kept files in the same folder. */
  readonly hasTree?: true;
}

/** Where the store is. All absolute but `database`; empty counts as unset. */
export interface FamilyOptions {
  readonly home: string;
  readonly xdgDataHome?: string;
  /** The database by environment: a path, or a name below the agent's folder. */
  readonly database?: string;
  /** Tests choose the engine. */
  readonly engine?: "node" | "wasm";
  /** ms since 1970. */
  readonly now?: () => number;
}

export const COMMON_SIDES: readonly SideTable[] = [
  { table: "todo", session: "session_id", order: "position" },
  { table: "session_input", session: "session_id", order: "admitted_seq" },
  { table: "session_context_epoch", session: "session_id", order: "session_id" },
];
