import type { FileRole, RecordReader } from "../../../ports/agent.ts";
import { lineReader } from "../shared/line-reader.ts";
import { isBlank } from "../shared/lines.ts";
import type { ReaderState } from "../shared/reader-state.ts";
import { emptyState, loadState, seenAt, seenModel } from "../shared/reader-state.ts";
import { headline, numberOf } from "../shared/record.ts";
import { isPrompt, modelIn, textIn, timeIn } from "./bubbles.ts";
import { modelsOf } from "./entries.ts";
import { promptOf } from "./prompt.ts";
import { cursorRecord, directoryIn, roleOfCut, type CursorRecord } from "./records.ts";

/** Reads the records of one file of a session: docs/agents/cursor.md. */
export function cursorReader({ role }: { readonly path: string; readonly role: FileRole }, earlier?: unknown): RecordReader {
  return lineReader({ state: loadState(earlier), take: (line, state) => (role === "transcript" || role === "subagent" ? takeLine(line, state) : undefined) });
}

export function newState(): ReaderState {
  return emptyState();
}

function takeLine(line: Buffer, state: ReaderState): string | undefined {
  if (isBlank(line)) return undefined;
  const record = cursorRecord(line);
  if (record !== null) return takeInto(record, state);
  const cut = roleOfCut(line);
  if (cut === undefined) state.damaged++;
  if (cut === "user") state.prompts++;
  return undefined;
}

/** @returns the directory in which the session ran, when the record says it */
export function takeInto(record: CursorRecord, state: ReaderState): string | undefined {
  switch (record.kind) {
    case "head":
      seenAt(state, numberOf(record.head, "created"));
      return directoryIn(record.head);
    case "title":
      state.titles.made = headline(record.title) ?? state.titles.made;
      return undefined;
    case "user": {
      const prompt = promptOf(record.parts);
      if (prompt === undefined) return undefined;
      state.prompts++;
      seenAt(state, prompt.at);
      state.titles.asked ??= headline(prompt.text);
      return undefined;
    }
    case "assistant":
      for (const model of modelsOf(record)) seenModel(state, model);
      return undefined;
    case "bubble": {
      const { bubble } = record;
      seenAt(state, timeIn(bubble));
      const model = modelIn(bubble);
      if (model !== undefined) seenModel(state, model);
      if (isPrompt(bubble)) {
        state.prompts++;
        state.titles.asked ??= headline(textIn(bubble));
      }
      return undefined;
    }
    case "tool":
    case "system":
    case "unknown":
      return undefined;
  }
}
