import type { Entry, SessionView } from "../../../domain/view.ts";
import type { CapturedFile } from "../../../ports/agent.ts";
import { asBuffer } from "../shared/json-scan.ts";
import { linesOf } from "../shared/lines.ts";
import { defined } from "../shared/record.ts";
import type { ViewBuilder } from "../shared/view-builder.ts";
import { viewBuilder } from "../shared/view-builder.ts";
import { blocksIn, type Block } from "./blocks.ts";
import type { Line } from "./lines.ts";
import { lineOf, modelIn, promptOf, spacedBy, withoutMark } from "./lines.ts";
import { aiderReader } from "./reader.ts";

/** The normalised view of one run of Aider: docs/agents/aider.md. */
export async function aiderView(files: readonly CapturedFile[]): Promise<SessionView> {
  const main = files.find(({ role }) => role === "transcript");
  const bytes = (await main?.bytes()) ?? new Uint8Array(0);
  const reader = aiderReader({ path: "", role: "transcript" });
  for (const { line } of linesOf(bytes)) reader.take(line);
  const builder = viewBuilder();
  for (const model of reader.facts().models ?? []) builder.model(model);
  placedLines(bytes, builder);
  const { title, version, first, last } = reader.facts();
  return builder.build({ agent: "aider", id: idOf(main?.path ?? ""), ...defined({ title, version, first, last }) });
}

/** A line, and the turn that is open after it. */
export interface PlacedLine {
  readonly kind: Line["kind"];
  readonly start: number;
  readonly line: Uint8Array;
  readonly turn: number | undefined;
}

/** Lines that follow each other and are of one kind. */
interface Passage {
  readonly kind: Line["kind"];
  readonly lines: string[];
  readonly placed: { readonly start: number; readonly line: Uint8Array }[];
}

/** Builds the turns. @returns all lines, each with its turn */
export function placedLines(bytes: Uint8Array, builder: ViewBuilder): readonly PlacedLine[] {
  const placed: PlacedLine[] = [];
  const work: Work = { builder, blocks: [] };
  for (const passage of passagesOf(bytes)) {
    takePassage(passage, work);
    for (const each of passage.placed) placed.push({ kind: passage.kind, ...each, turn: builder.current() });
  }
  return placed;
}

function* passagesOf(bytes: Uint8Array): Generator<Passage> {
  let spaced: boolean | undefined;
  let open: Passage | undefined;
  for (const { line, start } of linesOf(bytes)) {
    const text = withoutMark(asBuffer(line).toString("utf8")).replace(/\r$/, "");
    spaced = spacedBy(text, spaced);
    const { kind, text: said } = lineOf(text, spaced);
    if (open !== undefined && open.kind !== kind) yield open;
    if (open?.kind !== kind) open = { kind, lines: [], placed: [] };
    open.lines.push(said);
    open.placed.push({ start, line });
  }
  if (open !== undefined) yield open;
}

interface Work {
  readonly builder: ViewBuilder;
  /** Of the last answer: what it wanted files to become. */
  blocks: readonly Block[];
  model?: string | undefined;
}

function takePassage({ kind, lines }: Passage, work: Work): void {
  const text = lines.join("\n").trim();
  if (kind === "asked") {
    if (promptOf(lines[0] ?? "") === undefined) work.builder.add({ kind: "note", text });
    else work.builder.prompt(text, undefined);
  }
  if (kind === "answer" && text !== "") {
    work.blocks = blocksIn(text);
    for (const entry of answerEntries(text)) work.builder.add({ ...entry, ...defined({ model: work.model }) });
  }
  if (kind === "said") for (const entry of saidEntries(lines, work)) work.builder.add(entry);
}

const THOUGHT = /<(thinking-content-[0-9a-f]+|think)>([\s\S]*?)(?:<\/\1>|$)/g;

/** An answer, and what the model thought before and between. */
function* answerEntries(text: string): Generator<Entry> {
  let at = 0;
  for (const found of text.matchAll(THOUGHT)) {
    const before = text.slice(at, found.index).trim();
    if (before !== "") yield { kind: "message", text: before };
    yield { kind: "reasoning", text: (found[2] ?? "").trim() };
    at = found.index + found[0].length;
  }
  const rest = text.slice(at).trim();
  if (rest !== "") yield { kind: "message", text: rest };
}

/** What Aider said: edits, errors, an interruption, a refusal; the rest together as notes. */
function* saidEntries(lines: readonly string[], work: Work): Generator<Entry> {
  let notes: string[] = [];
  for (const line of lines) {
    work.model = modelIn(line) ?? work.model;
    const entries = entriesOf(line, work.blocks);
    if (entries === undefined) {
      if (line !== "") notes.push(line);
      continue;
    }
    if (notes.length > 0) yield { kind: "note", text: notes.join("\n") };
    notes = [];
    yield* entries;
  }
  if (notes.length > 0) yield { kind: "note", text: notes.join("\n") };
}

function entriesOf(line: string, blocks: readonly Block[]): readonly Entry[] | undefined {
  const path = /^Applied edit to (.+)$/.exec(line)?.[1];
  if (path !== undefined) {
    const known = blocks.filter((block) => block.path === path).map(({ before, after }): Entry => ({ kind: "edit", path, ...defined({ before, after }) }));
    return known.length > 0 ? known : [{ kind: "edit", path }];
  }
  if (/^(?:\^C\b|KeyboardInterrupt)/.test(line)) return [{ kind: "interruption", text: line }];
  if (/^(?:litellm\.)?[A-Za-z.]*(?:Error|Exception)\b/.test(line)) return [{ kind: "error", text: line }];
  if (/\(Y\)es\/\(N\)o.*: [nN]o?$/.test(line)) return [{ kind: "rejection", text: line }];
  return undefined;
}

function idOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.md$/, "");
}
