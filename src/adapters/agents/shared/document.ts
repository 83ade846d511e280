import type { Entry, SessionView, TokenUsage } from "../../../domain/view.ts";
import type { CapturedFile, FileRole, RecordReader, SessionFacts } from "../../../ports/agent.ts";
import { asBuffer, scanList, valueAt, type Span } from "./json-scan.ts";
import type { Json } from "./record.ts";
import { defined, headline, isAbsolutePath, isJson } from "./record.ts";
import { emptyState, factsOf, seenAt, seenModel } from "./reader-state.ts";
import { plus, viewBuilder, type ViewBuilder } from "./view-builder.ts";

/** What hears the records of a document in their order. */
export interface Listener {
  /** A turn begins. @param abandoned the person went back to before it */
  prompt(text: string, at: number | undefined, abandoned?: boolean): void;
  entry(entry: Entry): void;
  /** A time of the session, ms since 1970. */
  seen(at: number | undefined): void;
  model(name: string | undefined): void;
  /** Of one answer. */
  tokens(usage: TokenUsage): void;
  damaged(): void;
  unknown(type: string): void;
}

/** What a document says of its session as a whole. */
export interface Told {
  readonly id?: string | undefined;
  readonly title?: string | undefined;
  readonly branch?: string | undefined;
  readonly version?: string | undefined;
  readonly parent?: string | undefined;
  /** Where it ran, absolute; the first is the session's own. */
  readonly directories?: readonly string[];
  /** False: it ends before its end. */
  readonly isWhole: boolean;
}

/** Reads the content of a file of an agent, and tells it in order. Reader and view hear the same, so they say the same. */
export type Interpret = (content: Buffer, listener: Listener, file: { readonly path: string; readonly role: FileRole }) => Told;

/** The objects of a list in a document, one after the other: a long one is never parsed at once. @returns whether the list is whole */
export function forEachRecord(content: Buffer, range: Span | undefined, listener: Pick<Listener, "damaged">, take: (record: Json) => void): boolean {
  if (range === undefined) return true;
  const items = scanList(content, range);
  for (let next = items.next(); ; next = items.next()) {
    if (next.done === true) return next.value;
    const record = valueAt(content, next.value);
    if (isJson(record)) take(record);
    else listener.damaged();
  }
}

/** A record reader of documents. */
export function documentReader(interpret: Interpret): (file: { readonly path: string; readonly role: FileRole }) => RecordReader {
  return (file) => {
    let state = emptyState();
    let told: Told = { isWhole: false };
    const places = (): readonly string[] => (told.directories ?? []).filter(isAbsolutePath);
    return {
      takes: "document",
      take(content) {
        state = emptyState();
        const listener: Listener = {
          prompt(text, at) {
            state.prompts++;
            state.titles.asked ??= headline(text);
            seenAt(state, at);
          },
          entry: ({ at, model }) => {
            seenAt(state, at);
            if (model !== undefined) seenModel(state, model);
          },
          seen: (at) => seenAt(state, at),
          model: (name) => void (name === undefined || seenModel(state, name)),
          tokens: () => undefined,
          damaged: () => void state.damaged++,
          unknown: () => undefined,
        };
        told = interpretWhole(interpret, content, listener, file);
        state = { ...state, branch: told.branch, version: told.version, parent: told.parent };
        state.titles.given = headline(told.title ?? "");
        return places()[0];
      },
      directories: places,
      torn: () => !told.isWhole,
      keep: () => undefined,
      forget: () => undefined,
      facts: (): SessionFacts => factsOf(state),
      state: () => null,
    };
  };
}

/** What is cut off, or no document at all, counts as one damaged record. */
function interpretWhole(interpret: Interpret, content: Uint8Array, listener: Listener, file: { readonly path: string; readonly role: FileRole }): Told {
  const told = interpret(asBuffer(content), listener, file);
  if (!told.isWhole) listener.damaged();
  return told;
}

export interface DocumentView {
  readonly agent: string;
  readonly interpret: Interpret;
  /** The agent's id in a recorded path, where the document names none. */
  readonly idOf: (path: string) => string | undefined;
  /** The call that started a sub-agent, and how it is called. Absent: in the turn that ran then. */
  readonly startOf?: (file: CapturedFile, content: Buffer) => { readonly subagent: string; readonly fits?: (entry: Entry) => boolean };
}

/** The normalised view of a session whose transcript is a document. What sub-agents wrote stands behind the call that started them. */
export async function documentView({ agent, interpret, idOf, startOf }: DocumentView, files: readonly CapturedFile[], fields: Partial<SessionView> = {}): Promise<SessionView> {
  const builder = viewBuilder();
  const sums: Sums = { times: [] };
  const main = files.find(({ role }) => role === "transcript");
  let asked: string | undefined;
  const prompt: Listener["prompt"] = (text, at, abandoned) => {
    const handle = builder.prompt(text, at);
    if (abandoned === true) builder.abandon(handle);
    asked ??= headline(text);
  };
  const listener = hearing(builder, sums, prompt, (entry) => builder.add(entry));
  const told: Told = main === undefined ? { isWhole: true } : interpretWhole(interpret, await main.bytes(), listener, main);
  const { times } = sums;
  const [first, last] = [times.reduce((a, b) => Math.min(a, b), Infinity), times.reduce((a, b) => Math.max(a, b), -Infinity)];
  if (startOf !== undefined) for (const file of files.filter(({ role }) => role === "subagent")) await addSubagent(file, builder, sums, interpret, startOf);
  const { branch, version, directories = [] } = told;
  const id = told.id ?? (main === undefined ? undefined : idOf(main.path)) ?? "";
  const title = headline(told.title ?? "") ?? asked;
  const known = { title, branch, version, directory: directories.find(isAbsolutePath), tokens: sums.tokens, ...(times.length === 0 ? {} : { first, last }) };
  return builder.build({ agent, id, ...fields, ...defined(known) });
}

interface Sums {
  readonly times: number[];
  tokens?: TokenUsage;
}

function hearing(builder: ViewBuilder, sums: Sums, prompt: Listener["prompt"], entry: Listener["entry"]): Listener {
  const seen = (at: number | undefined): void => void (at === undefined || sums.times.push(at));
  return {
    prompt(text, at, abandoned) {
      seen(at);
      prompt(text, at, abandoned);
    },
    entry(each) {
      seen(each.at);
      builder.model(each.model);
      entry(each);
    },
    seen,
    model: (name) => builder.model(name),
    tokens: (usage) => void (sums.tokens = plus(sums.tokens ?? {}, usage)),
    damaged: () => builder.damaged(),
    unknown: (type) => builder.unknown(type),
  };
}

/** Its task is the argument of the call that started it; without one it is a note. */
async function addSubagent(file: CapturedFile, builder: ViewBuilder, sums: Sums, interpret: Interpret, startOf: NonNullable<DocumentView["startOf"]>): Promise<void> {
  const content = asBuffer(await file.bytes());
  const { subagent, fits } = startOf(file, content);
  const entries: Entry[] = [];
  const note = (text: string, at: number | undefined): void => void (fits === undefined && entries.push({ kind: "note", text, subagent, ...defined({ at }) }));
  const aside: Sums = { times: [] };
  interpretWhole(interpret, content, hearing(builder, aside, note, (entry) => void entries.push({ ...entry, subagent })), file);
  if (aside.tokens !== undefined) sums.tokens = plus(sums.tokens ?? {}, aside.tokens);
  if (entries.length > 0) builder.insert(entries, fits);
}
