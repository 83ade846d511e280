import type { MyEntry } from "../app/export-me/my-entry.ts";
import type { MyStatement } from "../app/export-me/my-statements.ts";
import type { LogRow } from "./world-log.ts";
import type { ShownSession, WrittenFile } from "./world-reading.ts";

/** Everything that one repository's ledger holds about a person. Times in ms since 1970. */
export interface ExportedMe {
  /** Absolute. */
  readonly directory: string;
  readonly made: number;
  readonly workspace: string;
  readonly repo: string;
  /** How old this knowledge is. */
  readonly known: {
    /** Number of the newest workspace statement. */
    readonly statement: number;
    readonly remote: string;
    /** False: what was here was used. */
    readonly asked: boolean;
    /** When a lane was verified here last. */
    readonly verified?: number;
  };
  readonly me: MyEntry;
  /** Ids of one's lanes. */
  readonly lanes: readonly string[];
  readonly sessions: readonly MySession[];
  /** What could not be opened, and why. */
  readonly closed: readonly { readonly session?: string; readonly code: string; readonly why: string }[];
  /** Who did what with something of mine, and what I did myself. Newest first. */
  readonly log: readonly LogRow[];
  readonly given: readonly LogRow[];
  readonly logWarnings: readonly string[];
  readonly statements: readonly MyStatement[];
  /** What others share with me: listed, not exported. */
  readonly received: readonly { readonly approval: string; readonly author: string; readonly team: string; readonly state: string; readonly at: number; readonly sessions: readonly string[] }[];
  readonly policies: readonly MyPolicy[];
  /** Below the directory. */
  readonly files: readonly WrittenFile[];
}

export interface MySession {
  readonly id: string;
  /** A redacted copy, which was made to be shared. */
  readonly copy: boolean;
  /** Of a copy. */
  readonly source?: string;
  readonly agent: string;
  readonly title?: string;
  readonly first?: number;
  readonly last?: number;
  /** Not zero: bytes that ran outside the collection boundary and were never kept. */
  readonly omitted: number;
  /** Below the directory. */
  readonly files: readonly WrittenFile[];
}

export interface MyPolicy {
  readonly version: number;
  readonly effective: number;
  readonly shown?: number;
  readonly files: readonly string[];
}

/** How what was found is written down. Names of files below the directory, and their texts. */
export interface MeTexts {
  session(shown: ShownSession): ReadonlyMap<string, string>;
  /** What is about everything; `index.md` and `index.json` among it. */
  whole(me: ExportedMe): ReadonlyMap<string, string>;
}
