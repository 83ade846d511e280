import { concat } from "../../domain/bytes.ts";
import type { SessionView } from "../../domain/view.ts";
import type { Agent } from "../../ports/agent.ts";
import type { Ledger } from "../ledger.ts";
import { sessionRecords, type OpenedSession } from "../read/open-session.ts";
import { rebuild, type FileTarget } from "../read/rebuild.ts";

/** Holds one file in memory. */
class MemoryFile implements FileTarget {
  #bytes: Uint8Array = new Uint8Array(0);
  #length = 0;

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    const to = offset + bytes.length;
    if (to > this.#bytes.length) this.#bytes = concat(this.#bytes.subarray(0, this.#length), new Uint8Array(Math.max(to, 2 * this.#length) - this.#length));
    this.#bytes.set(bytes, offset);
    this.#length = Math.max(this.#length, to);
  }

  async reset(): Promise<void> {
    this.#length = 0;
  }

  async truncate(length: number): Promise<void> {
    this.#length = Math.min(this.#length, length);
  }

  content(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** What was left out shows as blank lines: zeros would cling to the record that follows. */
const BLANK_LINES = new Uint8Array(1 << 16).fill(0x0a);

export interface ViewedSession {
  readonly view: SessionView;
  readonly omitted: number;
}

/** The normalised view of a session. Segments must be here. */
export async function viewSession(ledger: Ledger, agent: Agent, opened: OpenedSession): Promise<ViewedSession> {
  const files = await rebuild(sessionRecords(ledger, opened), async () => new MemoryFile(), BLANK_LINES);
  const captured = files.map(({ path, role, target }) => ({ path, role, bytes: async () => target.content() }));
  return { view: await agent.view(captured), omitted: files.reduce((sum, file) => sum + file.omitted, 0) };
}
