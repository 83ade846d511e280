import type { PathMove } from "../domain/map-paths.ts";
import type { SessionView } from "../domain/view.ts";

export type FileRole = "transcript" | "subagent" | "tool-result" | "attachment" | "sidecar";

/** A file of a session in the agent's store. */
export interface SourceFile {
  /** Relative to the root of the agent's store, with `/`: docs/spec/segment.md, `p`. */
  readonly path: string;
  /** Where it lies on this machine. May be compressed (Codex); `open` hides that. */
  readonly absolute: string;
  readonly role: FileRole;
  /** `append`: grows by lines, what was written stays. `rewrite`: replaced as a whole. */
  readonly growth: "append" | "rewrite";
  /** Where it ran, absolute, when that is written beside the file and not in it. It holds for the records before the first that says another. */
  readonly directory?: string;
  /**
   * Another one whenever the content is another, where that is known without reading it (rows of a database): a file with the
   * stamp of its last capture is not opened. Absent: size, time and identity of the open file say it.
   */
  readonly stamp?: string;
}

/** One session as the agent stores it. */
export interface SessionSource {
  readonly agent: string;
  /** The agent's own session id. */
  readonly id: string;
  /** The main transcript first. */
  readonly files: readonly SourceFile[];
  /** The agent's own id of the session this one was forked from or spawned by, where it is recorded. */
  readonly parent?: string;
  /** What stands beside the records of the session. It goes before what they say, unless something ran outside the boundary. */
  readonly beside?: Pick<SessionFacts, "title" | "version" | "models">;
}

/** Random access to the bytes of one file, decompressed where the agent compresses. */
export interface OpenFile {
  /** Bytes at the moment of opening. */
  readonly size: number;
  readonly modifiedMs: number;
  /** Changes when another file takes the place of this one (device and inode). */
  readonly identity: string;
  /** Fewer bytes than asked only at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/**
 * What an agent's records say while they are read in order, line by line. `state` is JSON and is kept
 * between captures, so that the next one starts where this one ended. Of a `rewrite` file it is not kept:
 * each content that the file has is read from its beginning by a new reader.
 */
export interface RecordReader {
  /** What `take` is to be given where the content of the file is known: `document`, all of it at once; absent: its lines. */
  readonly takes?: "document";
  /**
   * Takes the next whole line (without its line feed) of an `append` file, or the whole content of a
   * `rewrite` file. Of a line of over 4 MiB, and of a content of over 64 MiB, it may be head and tail without what lies between.
   * Damaged lines are counted, never thrown on.
   * @returns the directory in which this record ran, absolute, when the record says it; else undefined
   */
  take(line: Uint8Array): string | undefined;
  /** Of a `rewrite` file: the directories in which its records ran, where they may be several. One outside, and all of the file stays out. */
  directories?(): readonly string[];
  /** Of a `rewrite` file: the content that was taken ends before its document does, as while the agent writes it. */
  torn?(): boolean;
  /** The records taken so far count: they ran inside the collection boundary. */
  keep(): void;
  /**
   * Forgets what the records since the last `keep` said of the session, because they ran outside. What they
   * said of the place (directories, lineage) stays: it is needed to place those that follow.
   */
  forget(): void;
  /** What is known so far. */
  facts(): SessionFacts;
  state(): unknown;
}

/** What a session says of itself. Absent is not known. Times in ms since 1970. */
export interface SessionFacts {
  readonly title?: string;
  readonly branch?: string;
  readonly version?: string;
  readonly models?: readonly string[];
  readonly first?: number;
  readonly last?: number;
  readonly turns?: number;
  readonly parent?: string;
  /** Records of this file that could not be read. */
  readonly damaged?: number;
}

/** A file of a captured session, for the view and for restore. */
export interface CapturedFile {
  readonly path: string;
  readonly role: FileRole;
  bytes(): Promise<Uint8Array>;
}

/** Whole lines of a file: bytes [from, to). Ranges are in order and do not overlap. */
export interface TurnRange {
  readonly from: number;
  readonly to: number;
  /** `index` of the turn in the view; `frame`: without it no turn of the file can be read, and it says nothing of any. */
  readonly turn: number | "frame";
}

/** How a session is put back into a store of rows. */
export interface PutOptions {
  readonly id: string;
  /** The directory in which the session is to go on, absolute. */
  readonly directory: string;
  /** What is there and differs: `refuse`; `refuse-any` also when it is only the beginning of what is put; `replace` it. */
  readonly others: "refuse" | "refuse-any" | "replace";
  readonly dryRun: boolean;
}

export interface Put {
  /** Where it is now, absolute. */
  readonly path: string;
  readonly action: "written" | "same" | "replaced";
}

export type HookPayload = Readonly<Record<string, unknown>>;

/** One coding agent. One folder under src/adapters/agents/ implements it; test/agents/contract.ts is the suite it must pass. */
export interface Agent {
  /** `claude-code`, `codex`. */
  readonly name: string;
  readonly title: string;
  /** Versions on whose files this adapter was tried. */
  readonly verifiedWith: readonly string[];
  /** Roots of the stores that exist on this machine, absolute. Empty: the agent is not present. */
  roots(): Promise<readonly string[]>;
  /**
   * Sessions whose directory may be one of these or below (a narrowing only; who collects checks each record).
   * Sorted by id. `changedSince`: skip sessions none of whose files was modified after (ms since 1970).
   */
  discover(directories: readonly string[], options?: { readonly changedSince?: number }): AsyncIterable<SessionSource>;
  /** One session by the agent's own id, wherever it lies. */
  find(id: string): Promise<SessionSource | null>;
  /**
   * The session that a hook payload speaks of. The payload is not trusted: a path outside the store's roots,
   * or one that does not exist, is not followed. null when there is nothing to collect (yet).
   */
  fromHook(payload: HookPayload): Promise<SessionSource | null>;
  open(file: SourceFile): Promise<OpenFile>;
  /** A reader of the records of one file of a session; `state` is what an earlier one gave. */
  records(file: { readonly path: string; readonly role: FileRole }, state?: unknown): RecordReader;
  /** The normalised view. Never throws on damaged records: they are counted. */
  view(files: readonly CapturedFile[]): Promise<SessionView>;
  /**
   * Which lines of these files belong to which turn of the view, by path: for who may see some turns only. A line that tells of other
   * turns too (titles, summaries of what came before, copies of other sessions), or of which it is not known, is in no range.
   */
  turnsOf(files: readonly CapturedFile[]): Promise<ReadonlyMap<string, readonly TurnRange[]>>;
  /**
   * Where `restore` puts a file of a session, absolute, below a root of this machine.
   * `directory` is the checkout in which the session is to go on (agents name folders after it).
   * `recorded` is the directory that the session recorded.
   */
  placeOf(path: string, where: { readonly directory: string; readonly recorded: string }): Promise<string>;
  /**
   * How `restore` turns the paths in a record of a file (a line, or the whole content of a document) when the checkout lies
   * elsewhere; null: its records stay as they are. Absent: `pathMapper` (src/domain/map-paths.ts) for all but attachments and results of tools.
   */
  readonly mapPaths?: (file: { readonly path: string; readonly role: FileRole }, move: PathMove) => ((record: Uint8Array) => Uint8Array) | null;
  /**
   * Puts a session into a store that holds rows, whole or not at all. Absent: its files are written where `placeOf` says.
   * @throws HxError `exists` for others, `not-found` without a store, `refused` for rows that the store cannot hold
   */
  put?(files: readonly CapturedFile[], options: PutOptions): Promise<Put>;
  /** Which files of a session `put` takes, by their path; the others are written where `placeOf` says. Absent: all of them. */
  puts?(path: string): boolean;
}
