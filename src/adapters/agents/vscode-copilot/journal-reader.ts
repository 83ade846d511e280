import type { FileRole, RecordReader, SessionFacts } from "../../../ports/agent.ts";
import { asBuffer, valueAt } from "../shared/json-scan.ts";
import { isBlank } from "../shared/lines.ts";
import type { ReaderState } from "../shared/reader-state.ts";
import { copyOf, factsOf, loadState, seenAt, seenModel } from "../shared/reader-state.ts";
import { headline, isJson, listOf, numberOf, textOf } from "../shared/record.ts";
import { changeOf, requestsOf } from "./journal.ts";
import { modelOf, promptOf, versionOf } from "./request.ts";

interface State extends ReaderState {
  /** Ids of the requests that were counted. */
  ids: readonly string[];
}

/** Reads a journal line by line. It names no directory: that of its workspace lies beside it. */
export function journalReader({ role }: { readonly path: string; readonly role: FileRole }, earlier?: unknown): RecordReader {
  let state: State = { ...loadState(earlier), ids: isJson(earlier) ? listOf(earlier, "ids").filter((id) => typeof id === "string") : [] };
  let kept = copyOf(state);
  return {
    take(line) {
      if (role === "transcript") takeLine(asBuffer(line), state);
      return undefined;
    },
    keep: () => void (kept = copyOf(state)),
    forget: () => void (state = copyOf(kept)),
    facts: (): SessionFacts => factsOf(state),
    state: () => structuredClone(state),
  };
}

function takeLine(line: Buffer, state: State): void {
  if (isBlank(line)) return;
  const start = line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? 3 : 0;
  const record = valueAt(line, { start, end: line.length });
  if (!isJson(record)) return void state.damaged++;
  const change = changeOf(record);
  if (change === undefined) return;
  if (change.kind === 0 && isJson(change.value)) {
    seenAt(state, numberOf(change.value, "creationDate"));
    seenAt(state, numberOf(change.value, "lastMessageDate"));
    state.titles.given = headline(textOf(change.value, "customTitle") ?? "") ?? state.titles.given;
  }
  if (change.kind === 1 && change.at.length === 1 && change.at[0] === "customTitle" && typeof change.value === "string") state.titles.given = headline(change.value) ?? state.titles.given;
  for (const request of requestsOf(change) ?? []) {
    const id = textOf(request, "requestId");
    if (id !== undefined && state.ids.includes(id)) continue;
    if (id !== undefined) state.ids = [...state.ids, id];
    seenAt(state, numberOf(request, "timestamp"));
    const model = modelOf(request);
    if (model !== undefined) seenModel(state, model);
    state.version = versionOf(request) ?? state.version;
    const prompt = promptOf(request);
    if (prompt === undefined) continue;
    state.prompts++;
    state.titles.asked ??= headline(prompt);
  }
}
