import { concat } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { PrivateFacts, TurnPair } from "../../format/private-block.ts";
import type { StreamRecord } from "../../format/part-stream.ts";
import type { FileRole } from "../../format/stream-head.ts";
import type { Agent, CapturedFile, TurnRange } from "../../ports/agent.ts";
import type { Scanner, Secret } from "../../ports/scanner.ts";
import { BLANK_LINES, MemoryFile } from "../read/memory-file.ts";
import { rebuild } from "../read/rebuild.ts";
import { formOf } from "../scan/form.ts";
import { knownSecrets } from "../scan/known-secrets.ts";
import { redactBytes, redactText } from "./redact-bytes.ts";

export interface RedactOptions {
  readonly agent: Agent;
  readonly scanner: Scanner;
  /** Secrets that are known of the whole session (`scanSession`): they are replaced wherever they stand. */
  readonly secrets: readonly Secret[];
  /** `index` of the turns of the view that are shown; absent: all. */
  readonly turns?: ReadonlySet<number>;
}

export interface RedactedFile {
  readonly path: string;
  readonly role: FileRole;
  readonly bytes: Uint8Array;
  /** ms since 1970. */
  readonly modified?: number;
}

export interface RedactedSession {
  readonly files: readonly RedactedFile[];
  /** Places that were replaced. */
  readonly replaced: number;
  /** What the copy says of itself, without `bytes`, `files`, `source`, `scan`. */
  readonly facts: PrivateFacts;
  /** Where turns were left out: turn of the copy, turn of the source; both counted from 1. */
  readonly map?: readonly TurnPair[];
}

/**
 * The files of a session as others may see them: without the turns that are not shown, and with a marker in place of each secret. Only
 * the last generation of each file goes in, and of ranges that were left out at capture nothing. Holds the session in memory.
 * @param source facts of the session
 * @throws HxError `refused` when nothing is left to show, or when a secret could not be taken out
 */
export async function redactSession(records: AsyncIterable<StreamRecord>, source: PrivateFacts, options: RedactOptions): Promise<RedactedSession> {
  const { agent, turns } = options;
  const whole = (await rebuild(records, async () => new MemoryFile(), BLANK_LINES)).map(({ target, ...file }) => ({ ...file, bytes: target.content() }));
  const ranges = turns === undefined ? null : await agent.turnsOf(whole.map(captured));
  const chosen = ranges === null ? whole : whole.flatMap((file) => cut(file, ranges.get(file.path) ?? [], turns ?? new Set()));
  const scanners = [options.scanner, knownSecrets(options.secrets)];
  let replaced = 0;
  const files: RedactedFile[] = [];
  for (const { path, role, bytes, modified } of chosen) {
    const done = redactBytes(bytes, formOf(path), scanners);
    replaced += done.replaced;
    files.push({ path: redactText(path, scanners), role, bytes: done.bytes, ...(modified === undefined ? {} : { modified }) });
  }
  if (!files.some(({ bytes }) => bytes.length > 0)) throw new HxError("refused", "nothing of the session is left to show");
  for (const file of files) refuseLeftOvers(file, options.secrets);
  const map = ranges === null ? undefined : await turnMap(agent, chosen, ranges, turns ?? new Set());
  return { files, replaced, facts: factsOf(source, agent, files, scanners), ...(map === undefined ? {} : { map }) };
}

function captured({ path, role, bytes }: Pick<RedactedFile, "path" | "role" | "bytes">): CapturedFile {
  return { path, role, bytes: async () => bytes };
}

/** The lines of the chosen turns. A file that has none of them is left out. */
function cut<File extends { readonly bytes: Uint8Array }>(file: File, ranges: readonly TurnRange[], turns: ReadonlySet<number>): File[] {
  const shown = ranges.filter(({ turn }) => turn === "frame" || turns.has(turn));
  if (!shown.some(({ turn }) => turn !== "frame")) return [];
  return [{ ...file, bytes: concat(...shown.map(({ from, to }) => file.bytes.subarray(from, to))) }];
}

/** The copy is read as any session is: each of its turns is that of the source from which its lines come. */
async function turnMap(agent: Agent, chosen: readonly RedactedFile[], ranges: ReadonlyMap<string, readonly TurnRange[]>, turns: ReadonlySet<number>): Promise<readonly TurnPair[]> {
  const pairs: TurnPair[] = [];
  for (const [path, read] of await agent.turnsOf(chosen.map(captured))) {
    if (chosen.find((file) => file.path === path)?.role !== "transcript") continue;
    let at = 0;
    for (const { from, to, turn } of ranges.get(path) ?? []) {
      if (turn !== "frame" && !turns.has(turn)) continue;
      const there = read.find((range) => range.from <= at && at < range.to)?.turn;
      at += to - from;
      const [copy, source] = pairs.at(-1) ?? [0, 0];
      if (typeof there === "number" && typeof turn === "number" && there + 1 > copy && turn + 1 > source) pairs.push([there + 1, turn + 1]);
    }
  }
  return pairs;
}

function factsOf(source: PrivateFacts, agent: Agent, files: readonly RedactedFile[], scanners: readonly Scanner[]): PrivateFacts {
  const main = files.find(({ role }) => role === "transcript");
  const reader = agent.records({ path: main?.path ?? "", role: "transcript" });
  const bytes = main?.bytes ?? new Uint8Array(0);
  if (reader.takes === "document") reader.take(bytes);
  for (let at = reader.takes === "document" ? bytes.length : 0; at < bytes.length; ) {
    const feed = bytes.indexOf(0x0a, at);
    const end = feed < 0 ? bytes.length : feed;
    if (end > at) reader.take(bytes.subarray(at, end));
    at = end + 1;
  }
  const { damaged: _, title, branch, parent: __, ...told } = reader.facts();
  const clean = (text: string | undefined): string | undefined => (text === undefined ? undefined : redactText(text, scanners));
  const texts = { title: clean(title), branch: clean(branch), cwd: clean(source.cwd), parent: source.parent };
  return { agent: source.agent, id: source.id, ...told, ...(Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined)) as Partial<PrivateFacts>) };
}

/** A last look with other eyes: the bytes of a secret as they are, and escaped once and twice. */
function refuseLeftOvers({ path, bytes }: RedactedFile, secrets: readonly Secret[]): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const { rule, text } of secrets) {
    if (text.length < 6) continue;
    for (const form of [text, escaped(text), escaped(escaped(text))]) {
      if (buffer.includes(form)) throw new HxError("refused", `what the rule '${rule}' found could not be taken out of '${path}'`);
    }
  }
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
