import { fromUtf8, utf8 } from "../../domain/bytes.ts";
import type { PersonId } from "../../domain/ids.ts";
import type { RequestRecord } from "../../domain/sharing/sharing.ts";
import type { WorkFiles } from "../../ports/work-files.ts";

const NOTE = "requests.json";
/** What the text of git's hooks reads, without a process: a number, and nothing else. It empties the file once it told it. */
export const UNTOLD = "requests.new";

/** What was known of requests when this person's keys were open last. */
export interface WaitingNote {
  /** ms since 1970, of the last look after a remote was asked; absent: no remote was asked yet. */
  readonly asked?: number;
  readonly waiting: number;
  /** Shares for which something was owed. */
  readonly owed: number;
}

interface Note {
  readonly v: 1;
  readonly person: string;
  readonly asked?: number;
  /** Hashes of the requests that wait. */
  readonly waiting: readonly string[];
  readonly owed?: number;
}

/** Keeps what was found for those who come without keys. Nothing of what a request says is in it. */
export class WaitingNotes {
  readonly #work: WorkFiles;
  readonly #person: PersonId;

  constructor(work: WorkFiles, person: PersonId) {
    this.#work = work;
    this.#person = person;
  }

  async read(): Promise<WaitingNote | null> {
    const note = await this.#read();
    return note === null ? null : { waiting: note.waiting.length, owed: note.owed ?? 0, ...(note.asked === undefined ? {} : { asked: note.asked }) };
  }

  /** @param asked ms since 1970, when a remote was just asked */
  async write(waiting: readonly RequestRecord[], asked?: number): Promise<void> {
    const before = await this.#read();
    const hashes = waiting.map(({ request }) => request.hash).sort();
    const isNew = hashes.some((hash) => before?.waiting.includes(hash) !== true);
    const isUntold = isNew || ((await this.#work.read(UNTOLD))?.length ?? 0) > 0;
    if (isUntold && hashes.length > 0) await this.#work.write(UNTOLD, utf8(`${hashes.length}\n`));
    else if (isUntold) await this.told();
    const at = asked ?? before?.asked;
    await this.#write({ ...before, v: 1, person: this.#person, ...(at === undefined ? {} : { asked: at }), waiting: hashes });
  }

  /** For how many shares something is owed that waits. */
  async owes(count: number): Promise<void> {
    const before = await this.#read();
    if ((before?.owed ?? 0) === count) return;
    await this.#write({ waiting: [], ...before, v: 1, person: this.#person, owed: count });
  }

  /** The person has just seen what waits. */
  async told(): Promise<void> {
    if ((await this.#work.read(UNTOLD)) !== null) await this.#work.remove(UNTOLD);
  }

  async #write(note: Note): Promise<void> {
    await this.#work.write(NOTE, utf8(JSON.stringify(note)));
  }

  async #read(): Promise<Note | null> {
    const bytes = await this.#work.read(NOTE);
    try {
      const note = bytes === null ? null : (JSON.parse(fromUtf8(bytes)) as Note);
      return note !== null && note.v === 1 && note.person === this.#person && Array.isArray(note.waiting) && Number.isInteger(note.owed ?? 0) ? note : null;
    } catch {
      return null;
    }
  }
}
