import { fromHex, fromUtf8, toHex, utf8 } from "../../domain/bytes.ts";
import { isSessionId, sessionId, type LaneId, type Oid, type SessionId } from "../../domain/ids.ts";
import type { ScanFact } from "../../format/private-block.ts";
import type { FileRole, SessionFacts } from "../../ports/agent.ts";
import type { Hashes, Random } from "../../ports/crypto.ts";
import type { WorkFiles } from "../../ports/work-files.ts";
import type { TornLine } from "./ranges.ts";

/** What was captured of one file: enough to take only new bytes and to notice a rewrite. */
export interface FileProgress {
  /** Number of the file in its session. */
  readonly f: number;
  readonly role: FileRole;
  /** Generation. */
  g: number;
  /** Bytes captured (or left out) of this generation. */
  size: number;
  identity: string;
  modifiedMs: number;
  /** `stamp` of the source when it was captured. */
  stamp?: string;
  /** Samples of the captured prefix: [offset, length, hash as hex]. */
  windows: [number, number, string][];
  /** Of a file that is replaced as a whole: hash of what was captured, as hex. */
  whole?: string;
  /** State of the agent's record reader. */
  reader?: unknown;
  /** A last line that was taken without its line feed. */
  torn?: TornLine;
  /** Directory in force after the last record, absolute. */
  directory?: string;
  gone?: boolean;
}

/** A part that is closed and not published yet, with its key. */
export interface ClosingPart {
  readonly part: number;
  /** Hex. */
  readonly key: string;
}

/**
 * What this clone knows of one session of an agent: local work file `sessions/<hash>.json`. A cache:
 * without it the session is captured anew, under a session id of its own.
 */
export interface SessionIndex {
  readonly v: 1;
  readonly session: SessionId;
  /** Lane in which the session is kept. In another lane it begins anew. */
  readonly lane: LaneId;
  readonly agent: string;
  /** The agent's own id. */
  readonly id: string;
  /** Rises with each write, so that a writer notices another one. */
  rev: number;
  files: Record<string, FileProgress>;
  /** Number of the part that started the key chain in use. */
  chain: number;
  /** Number of the open part. */
  part: number;
  /** C of the open part, hex. */
  key: string;
  /** Number of the next segment. */
  segment: number;
  /** Number of the first segment of the open part: it has content when `segment` is higher. */
  opened: number;
  closing: ClosingPart[];
  /** Directory of the session: its first known one, absolute. */
  home?: string;
  /** True once a record ran outside the boundary. */
  walkedOut?: boolean;
  facts: SessionFacts;
  /** Raw bytes captured so far, and bytes left out. */
  bytes: number;
  omitted: number;
  /** What the scan for secrets found in these bytes; absent where not all of them were scanned. */
  scan?: ScanFact;
  /** Modification time of the newest file at the last capture, ms. */
  seen: number;
}

export function newSession(random: Random, lane: LaneId, agent: string, id: string): SessionIndex {
  return {
    v: 1,
    session: sessionId(toHex(random.bytes(16))),
    lane,
    agent,
    id,
    rev: 0,
    files: {},
    chain: 0,
    part: 0,
    key: toHex(random.bytes(32)),
    segment: 0,
    opened: 0,
    closing: [],
    facts: {},
    bytes: 0,
    omitted: 0,
    seen: 0,
  };
}

/** The name of the work file, and of the lock, of an agent's session. */
export function indexName(hashes: Hashes, agent: string, id: string): string {
  return toHex(hashes.h16(utf8(`${agent}\0${id}`)));
}

/** An index as it will be, and the part record that the stage then holds. */
interface Announced {
  readonly record: Oid;
  readonly index: SessionIndex;
}

/** Null when it is damaged: it is a cache. */
function announcedOf(bytes: Uint8Array): Announced | null {
  try {
    return JSON.parse(fromUtf8(bytes)) as Announced;
  } catch {
    return null;
  }
}

export class SessionIndexes {
  readonly #files: WorkFiles;
  readonly #hashes: Hashes;

  constructor(files: WorkFiles, hashes: Hashes) {
    this.#files = files;
    this.#hashes = hashes;
  }

  async read(agent: string, id: string): Promise<SessionIndex | null> {
    return this.#load(indexName(this.#hashes, agent, id));
  }

  async write(index: SessionIndex): Promise<void> {
    index.rev += 1;
    const name = indexName(this.#hashes, index.agent, index.id);
    await this.#files.write(`sessions/${name}.json`, utf8(JSON.stringify(index)));
    await this.#files.write(`by-session/${index.session}`, utf8(name));
  }

  /**
   * Notes what the index will be once the stage holds the record of its open part. A process that is killed between the two
   * leaves the note, and `settle` takes it: without it the files would be numbered anew beside what is staged.
   */
  async announce(index: SessionIndex, record: Oid): Promise<void> {
    const note: Announced = { record, index: { ...index, rev: index.rev + 1 } };
    await this.#files.write(`announced/${indexName(this.#hashes, index.agent, index.id)}.json`, utf8(JSON.stringify(note)));
  }

  /** Takes what was announced, when the stage took it and the index was not written. @param staged the record of a part in the stage */
  async settle(name: string, staged: (session: SessionId, part: number) => Promise<Oid | null>): Promise<void> {
    const bytes = await this.#files.read(`announced/${name}.json`);
    if (bytes === null) return;
    const note = announcedOf(bytes);
    const index = await this.#load(name);
    if (note === null || index === null || index.session !== note.index.session || index.rev + 1 !== note.index.rev) return;
    if ((await staged(index.session, note.index.part)) !== note.record) return;
    await this.#files.write(`sessions/${name}.json`, utf8(JSON.stringify(note.index)));
  }

  /** The name of the work file of a session, or null. */
  async nameOf(session: SessionId): Promise<string | null> {
    const name = await this.#files.read(`by-session/${session}`);
    return name === null ? null : fromUtf8(name);
  }

  async bySession(session: SessionId): Promise<SessionIndex | null> {
    const name = await this.#files.read(`by-session/${session}`);
    const index = name === null ? null : await this.#load(fromUtf8(name));
    return index?.session === session ? index : null;
  }

  async forget(session: SessionId): Promise<void> {
    const name = await this.#files.read(`by-session/${session}`);
    if ((await this.bySession(session)) !== null && name !== null) await this.#files.remove(`sessions/${fromUtf8(name)}.json`);
    await this.#files.remove(`by-session/${session}`);
  }

  async all(): Promise<SessionIndex[]> {
    return this.allBut(new Set());
  }

  /** Those of all sessions but these. */
  async allBut(known: ReadonlySet<SessionId>): Promise<SessionIndex[]> {
    const indexes: SessionIndex[] = [];
    const ids = (await this.#files.list("by-session")).filter(isSessionId);
    for (const id of ids.filter((session) => !known.has(session))) {
      const index = await this.bySession(id);
      if (index !== null) indexes.push(index);
    }
    return indexes;
  }

  /** A damaged work file counts as absent: it is a cache. */
  async #load(name: string): Promise<SessionIndex | null> {
    if (!/^[0-9a-f]{32}$/.test(name)) return null;
    const bytes = await this.#files.read(`sessions/${name}.json`);
    if (bytes === null) return null;
    try {
      const value = JSON.parse(fromUtf8(bytes)) as SessionIndex;
      return value.v === 1 && fromHex(value.key).length === 32 ? value : null;
    } catch {
      return null;
    }
  }
}
