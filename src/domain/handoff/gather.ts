import type { Entry, SessionView, Turn } from "../view.ts";
import { commandIn, todosIn } from "./tool-input.ts";
import { clipped, oneLine, sentencesOf } from "./text.ts";

/** Something that the session says, and where. Turns are numbered as `hx show` numbers them, from 1. */
export interface Quoted {
  readonly turn: number;
  readonly text: string;
}

/** A file that the session changed. */
export interface TouchedFile {
  /** As recorded. */
  readonly path: string;
  readonly edits: number;
  readonly turns: readonly number[];
  /** The lines that the last edit put in; absent: it is not known. */
  readonly added?: readonly string[];
}

/** A command; of several runs of the same the last. */
export interface RunCommand extends Quoted {
  /** Absent is not recorded. */
  readonly exitCode?: number;
  readonly failed: boolean;
  /** The session ends without a result. */
  readonly unanswered: boolean;
}

/** What of a session another agent has to know. Everything is quoted out of the view; nothing is made up. */
export interface Gathered {
  /** The first prompt. */
  readonly goal?: Quoted;
  /** The prompts after it. */
  readonly asked: readonly Quoted[];
  /** Sentences with a word of deciding, and what the person refused. */
  readonly decisions: readonly (Quoted & { readonly by: "person" | "agent" })[];
  readonly files: readonly TouchedFile[];
  readonly commands: readonly RunCommand[];
  readonly open: readonly Quoted[];
  /** The last answer. */
  readonly last?: Quoted;
  /** What the agent wrote at its last compaction. */
  readonly summary?: Quoted;
}

/** Words that stand in a sentence by which something was decided. */
const DECIDES =
  /\b(?:decid(?:e|ed|es|ing)|decisions?|chose|chosen|opt(?:ed|ing)? for|settled on|agreed|instead of|rather than|go(?:ing)? with|trade-?offs?|(?:I|we)(?:'ll| will) (?:use|keep|stay)|let(?:'s| us) (?:use|keep|stay)|prefer(?:s|red)?|on purpose|deliberately)\b/i;
/** In what a person says, these decide too. */
const ORDERS = /\b(?:must(?: not|n't)?|never|always|do(?: not|n't)|without|only|keep|no longer)\b/i;

export function gather(view: SessionView): Gathered {
  const turns = view.turns.filter(({ abandoned }) => abandoned !== true);
  const [first, ...others] = turns.flatMap(({ index, prompt }): Quoted[] => (prompt === undefined ? [] : [{ turn: index + 1, text: prompt }]));
  const commands = commandsOf(turns);
  const last = lastOf(turns, "message");
  const summary = lastOf(turns, "compaction");
  return {
    ...(first === undefined ? {} : { goal: first }),
    asked: others,
    decisions: turns.flatMap(decisionsOf),
    files: filesOf(turns),
    commands,
    open: openEnds(turns, commands, last),
    ...(last === undefined ? {} : { last }),
    ...(summary === undefined ? {} : { summary }),
  };
}

const isMain = (entry: Entry): boolean => entry.subagent === undefined;

function textOf(entry: Entry): string {
  if (entry.kind === "message") return entry.text;
  return entry.kind === "compaction" ? (entry.summary ?? "") : "";
}

function lastOf(turns: readonly Turn[], kind: "message" | "compaction"): Quoted | undefined {
  for (const { index, entries } of turns.toReversed()) {
    const entry = entries.findLast((one) => one.kind === kind && isMain(one) && textOf(one).trim() !== "");
    if (entry !== undefined) return { turn: index + 1, text: textOf(entry) };
  }
  return undefined;
}

function decisionsOf({ index, prompt, entries }: Turn): Gathered["decisions"] {
  const turn = index + 1;
  const said = sentencesOf(prompt ?? "").filter((text) => DECIDES.test(text) || ORDERS.test(text));
  const found = said.map((text): Gathered["decisions"][number] => ({ turn, by: "person", text }));
  for (const entry of entries.filter(isMain)) {
    if (entry.kind === "message") for (const text of sentencesOf(entry.text)) if (DECIDES.test(text)) found.push({ turn, by: "agent", text });
    if (entry.kind === "rejection") found.push({ turn, by: "person", text: `refused: ${oneLine(entry.text ?? "a tool call", 200)}` });
  }
  return found;
}

function filesOf(turns: readonly Turn[]): readonly TouchedFile[] {
  const files = new Map<string, { edits: number; turns: number[]; last: Extract<Entry, { kind: "edit" }> }>();
  for (const { index, entries } of turns) {
    for (const entry of entries) {
      if (entry.kind !== "edit") continue;
      const known = files.get(entry.path);
      files.delete(entry.path);
      files.set(entry.path, { edits: (known?.edits ?? 0) + 1, turns: [...new Set([...(known?.turns ?? []), index + 1])], last: entry });
    }
  }
  return [...files].map(([path, { edits, turns: its, last }]) => ({ path, edits, turns: its, ...addedBy(last) }));
}

function addedBy({ patch, after }: Extract<Entry, { kind: "edit" }>): { readonly added?: readonly string[] } {
  const lines = patch === undefined ? after?.split("\n") : patch.split("\n").flatMap((line) => (line.startsWith("+") && !line.startsWith("+++") ? [line.slice(1)] : []));
  const added = lines?.map((line) => line.trim()).filter((line) => line !== "");
  return added === undefined || added.length === 0 ? {} : { added };
}

function commandsOf(turns: readonly Turn[]): readonly RunCommand[] {
  const commands = new Map<string, RunCommand>();
  for (const { index, entries } of turns) {
    const results = new Map(entries.flatMap((entry) => (entry.kind === "tool-result" ? [[entry.call, entry] as const] : [])));
    for (const entry of entries) {
      const text = entry.kind === "tool-call" && isMain(entry) ? commandIn(entry.input) : undefined;
      if (text === undefined || entry.kind !== "tool-call") continue;
      const result = results.get(entry.call);
      commands.delete(text);
      commands.set(text, { turn: index + 1, text, failed: result?.failed === true, unanswered: result === undefined, ...(result?.exitCode === undefined ? {} : { exitCode: result.exitCode }) });
    }
  }
  return [...commands.values()];
}

function openEnds(turns: readonly Turn[], commands: readonly RunCommand[], last: Quoted | undefined): readonly Quoted[] {
  const ends: Quoted[] = [];
  const final = turns.at(-1);
  const turn = (final?.index ?? 0) + 1;
  const entries = final?.entries.filter(isMain) ?? [];
  if (final?.prompt !== undefined && !entries.some(({ kind }) => kind === "message")) ends.push({ turn, text: `no answer to: ${oneLine(final.prompt, 300)}` });
  if (entries.at(-1)?.kind === "interruption") ends.push({ turn, text: "it was interrupted" });
  for (const entry of entries) if (entry.kind === "error") ends.push({ turn, text: `an error: ${oneLine(entry.text, 300)}` });
  for (const todo of lastTodos(turns)) ends.push(todo);
  for (const command of commands) if (command.failed || command.unanswered) ends.push({ turn: command.turn, text: `${command.unanswered ? "no result of" : `failed${command.exitCode === undefined ? "" : ` with ${command.exitCode}`}`}: ${oneLine(command.text, 200)}` });
  for (const text of sentencesOf(last?.text ?? "")) if (text.endsWith("?")) ends.push({ turn: last?.turn ?? turn, text: `asked: ${clipped(text, 300)}` });
  return ends;
}

/** What the last list of tasks that the agent kept has left. */
function lastTodos(turns: readonly Turn[]): readonly Quoted[] {
  for (const { index, entries } of turns.toReversed()) {
    for (const entry of entries.toReversed()) {
      const todos = entry.kind === "tool-call" && isMain(entry) ? todosIn(entry.input) : undefined;
      if (todos !== undefined) return todos.filter(({ done }) => !done).map(({ text }) => ({ turn: index + 1, text: `not done: ${oneLine(text, 200)}` }));
    }
  }
  return [];
}
