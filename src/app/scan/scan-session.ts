import { toHex } from "../../domain/bytes.ts";
import { maskSecret } from "../../domain/secrets/mask.ts";
import type { PrivateFacts } from "../../format/private-block.ts";
import type { StreamRecord } from "../../format/part-stream.ts";
import type { Agent, TurnRange } from "../../ports/agent.ts";
import type { Scanner, Secret } from "../../ports/scanner.ts";
import type { Ledger } from "../ledger.ts";
import { BLANK_LINES, MemoryFile } from "../read/memory-file.ts";
import { sessionRecords, type OpenedSession } from "../read/open-session.ts";
import { rebuild } from "../read/rebuild.ts";
import { FileScan } from "./chunks.ts";
import { formOf } from "./form.ts";

/** One secret in one turn of one file, as it may be shown. */
export interface FoundSecret {
  readonly rule: string;
  /** `maskSecret` of it. */
  readonly masked: string;
  /** Recorded path. */
  readonly file: string;
  /** `index` of the turn in the view, where it is known. */
  readonly turn?: number;
  /** How often it stands there. */
  readonly count: number;
}

export interface ScannedSession {
  /** As in the private block. `found` counts every place. */
  readonly digest: { readonly rules: string; readonly found: number; readonly bytes: number };
  readonly findings: readonly FoundSecret[];
  /** The secrets themselves, each once: for `redactSession`, never for a screen. */
  readonly secrets: readonly Secret[];
}

/** Whether the digest that was sealed at capture says what a scan would say today. */
export function isScanCurrent(facts: Pick<PrivateFacts, "scan" | "bytes">, scanner: Scanner): boolean {
  return facts.scan !== undefined && facts.scan.rules === toHex(scanner.rules) && facts.scan.bytes === facts.bytes;
}

interface Place extends Secret {
  readonly path: string;
  readonly generation: number;
  readonly from: number;
}

/**
 * Scans all that was captured of a session, former generations of its files too: they are shared with it. Segments must be here.
 * @throws HxError `usage` when a pattern of the person takes too long
 */
export async function scanSession(ledger: Ledger, agent: Agent, scanner: Scanner, opened: OpenedSession): Promise<ScannedSession> {
  const scans = new RecordScan(scanner);
  const files = await rebuild(scans.over(sessionRecords(ledger, opened)), async () => new MemoryFile(), BLANK_LINES);
  const turns = await agent.turnsOf(files.map(({ path, role, target }) => ({ path, role, bytes: async () => target.content() })));
  const found = new Map<string, FoundSecret>();
  for (const { rule, text, path, generation, from } of scans.places) {
    const turn = generation === scans.latest.get(path) ? turnAt(turns.get(path), from) : undefined;
    const key = JSON.stringify([rule, text, path, turn]);
    const before = found.get(key);
    found.set(key, { rule, masked: maskSecret(text), file: path, ...(turn === undefined ? {} : { turn }), count: (before?.count ?? 0) + 1 });
  }
  const secrets = new Map(scans.places.map(({ rule, text }) => [text, { rule, text }]));
  return {
    digest: { rules: toHex(scanner.rules), found: scans.places.length, bytes: scans.bytes },
    findings: [...found.values()],
    secrets: [...secrets.values()],
  };
}

function turnAt(ranges: readonly TurnRange[] | undefined, at: number): number | undefined {
  const turn = ranges?.find(({ from, to }) => from <= at && at < to)?.turn;
  return turn === "frame" ? undefined : turn;
}

/** Scans records as they pass. */
class RecordScan {
  readonly #scanner: Scanner;
  readonly #paths = new Map<number, string>();
  readonly #open = new Map<number, { readonly generation: number; readonly scan: FileScan }>();
  readonly places: Place[] = [];
  readonly latest = new Map<string, number>();
  bytes = 0;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  async *over(records: AsyncIterable<StreamRecord>): AsyncGenerator<StreamRecord> {
    for await (const record of records) {
      if (record.kind === "file") this.#paths.set(record.file, record.path);
      if (record.kind === "data") this.#take(record.file, record.generation, record.offset, record.bytes);
      yield record;
    }
    for (const { scan } of this.#open.values()) scan.finish();
  }

  #take(file: number, generation: number, offset: number, bytes: Uint8Array): void {
    const path = this.#paths.get(file) ?? "";
    const open = this.#open.get(file);
    this.latest.set(path, Math.max(this.latest.get(path) ?? 0, generation));
    this.bytes += bytes.length;
    if (open?.generation === generation && open.scan.next === offset) return open.scan.push(bytes);
    open?.scan.finish();
    const take = ({ rule, text, from }: { rule: string; text: string; from: number }): void => void this.places.push({ rule, text, path, generation, from });
    const scan = new FileScan(this.#scanner, formOf(path), take, offset);
    this.#open.set(file, { generation, scan });
    scan.push(bytes);
  }
}
