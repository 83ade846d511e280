import type { SessionView } from "../../../domain/view.ts";
import type { CapturedFile, SessionFacts } from "../../../ports/agent.ts";
import { recordsOf } from "../shared/parsed.ts";
import type { Json } from "../shared/record.ts";
import { defined, objectOf, textOf, timeOf } from "../shared/record.ts";
import type { ViewBuilder } from "../shared/view-builder.ts";
import { viewBuilder } from "../shared/view-builder.ts";
import type { Base, Calls } from "./entries.ts";
import { entriesOf } from "./entries.ts";
import { BOOKKEEPING } from "./known-types.ts";
import { promptOf } from "./prompt.ts";
import { copilotReader } from "./reader.ts";
import type { Usage } from "./usage.ts";
import { usage } from "./usage.ts";
import { workspaceOf } from "./workspace.ts";

/** The normalised view of a session of Copilot CLI: docs/agents/copilot-cli.md. */
export async function copilotView(files: readonly CapturedFile[]): Promise<SessionView> {
  const main = mainOf(files);
  const bytes = main === undefined ? new Uint8Array(0) : await main.bytes();
  const workspace = files.find(({ path }) => path.endsWith("/workspace.yaml"));
  const given = workspace === undefined ? undefined : workspaceOf(await workspace.bytes()).name;
  const builder = viewBuilder();
  const tokens = usage();
  const told = takeEvents(bytes, builder, tokens);
  const { title, branch, version, first, last } = told.facts;
  return builder.build({
    agent: "copilot-cli",
    id: idOf(main?.path ?? "") ?? told.id ?? "",
    ...defined({ title: given ?? title, branch, version, first, last, directory: told.directory, tokens: tokens.total() }),
  });
}

export function mainOf(files: readonly CapturedFile[]): CapturedFile | undefined {
  return files.find(({ role }) => role === "transcript");
}

function idOf(path: string): string | undefined {
  return /(?:^|\/)session-state\/([^/]+?)(?:\.jsonl$|\/)/.exec(path)?.[1];
}

/** An event of the transcript, and the turn that is open after it. */
export interface PlacedEvent {
  readonly type: string;
  readonly start: number;
  readonly length: number;
  readonly turn: number | undefined;
}

/** The events that the view takes, in order. */
export function placedEvents(bytes: Uint8Array): readonly PlacedEvent[] {
  const builder = viewBuilder();
  const placed: PlacedEvent[] = [];
  takeEvents(bytes, builder, usage(), (type, start, length) => void placed.push({ type, start, length, turn: builder.current() }));
  return placed;
}

interface Told {
  readonly id?: string | undefined;
  readonly directory?: string | undefined;
  readonly facts: SessionFacts;
}

function takeEvents(bytes: Uint8Array, builder: ViewBuilder, tokens: Usage, taken?: (type: string, start: number, length: number) => void): Told {
  const calls: Calls = new Map();
  const seen = new Set<string>();
  const reader = copilotReader({ path: "", role: "transcript" });
  let session: string | undefined;
  let directory: string | undefined;
  let selected: string | undefined;
  for (const { record, start, line } of recordsOf(bytes)) {
    const place = reader.take(line);
    if (record === null) {
      builder.damaged();
      continue;
    }
    const type = textOf(record, "type") ?? "no type";
    const id = textOf(record, "id");
    if (id !== undefined && seen.has(id)) continue;
    if (id !== undefined) seen.add(id);
    const data = objectOf(record, "data");
    directory ??= place;
    session ??= type === "session.start" ? textOf(data, "sessionId") : undefined;
    selected = (record["agentId"] === undefined ? selectedBy(type, data) : undefined) ?? selected;
    tokens.take(type, data);
    takeEvent(type, data, baseOf(record, type, selected), builder, calls);
    taken?.(type, start, line.length);
  }
  return { id: session, directory, facts: reader.facts() };
}

function selectedBy(type: string, data: Json): string | undefined {
  return type === "session.start" ? textOf(data, "selectedModel") : type === "session.model_change" ? textOf(data, "newModel") : undefined;
}

function baseOf(record: Json, type: string, selected: string | undefined): Base {
  const model = type === "assistant.message" ? (textOf(objectOf(record, "data"), "model") ?? selected) : undefined;
  return defined({ at: timeOf(textOf(record, "timestamp")), subagent: textOf(record, "agentId"), model: model === "auto" ? undefined : model });
}

function takeEvent(type: string, data: Json, base: Base, builder: ViewBuilder, calls: Calls): void {
  if (type === "user.message") {
    const prompt = base.subagent === undefined ? promptOf(data) : undefined;
    if (prompt !== undefined) return void builder.prompt(prompt, base.at);
    const text = textOf(data, "content") ?? "";
    return text === "" ? undefined : builder.add({ ...base, kind: "note", text });
  }
  const entries = entriesOf(type, data, base, calls);
  if (entries === undefined && !BOOKKEEPING.has(type)) builder.unknown(type);
  if (type === "assistant.message") builder.model(base.model);
  for (const entry of entries ?? []) builder.add(entry);
}
