import type { SessionView } from "../../../domain/view.ts";
import type { CapturedFile } from "../../../ports/agent.ts";
import { recordsOf } from "../shared/parsed.ts";
import type { Json } from "../shared/record.ts";
import { defined, isJson, numberOf, textOf } from "../shared/record.ts";
import type { ViewBuilder } from "../shared/view-builder.ts";
import { viewBuilder } from "../shared/view-builder.ts";
import { pathOf, placesOf } from "./place.ts";
import { windsurfReader } from "./reader.ts";

/** The normalised view of a session of Windsurf: docs/agents/windsurf.md. */
export async function windsurfView(files: readonly CapturedFile[]): Promise<SessionView> {
  const main = files.find(({ role }) => role === "transcript");
  const bytes = (await main?.bytes()) ?? new Uint8Array(0);
  const builder = viewBuilder();
  const reader = windsurfReader({ path: "", role: "transcript" });
  for (const { record, line, step } of stepsOf(bytes)) {
    reader.take(line);
    takeStep(record, step, builder);
  }
  return builder.build({ agent: "windsurf", id: idOf(main?.path ?? ""), ...defined({ title: reader.facts().title, directory: placesOf(bytes).directory }) });
}

/** A step, and the turn that is open after it. */
export interface PlacedStep {
  readonly start: number;
  readonly line: Uint8Array;
  readonly turn: number | undefined;
}

export function placedSteps(bytes: Uint8Array): readonly PlacedStep[] {
  const builder = viewBuilder();
  const placed: PlacedStep[] = [];
  for (const { record, start, line, step } of stepsOf(bytes)) {
    takeStep(record, step, builder);
    if (record !== null && isJson(record[textOf(record, "type") ?? ""])) placed.push({ start, line, turn: builder.current() });
  }
  return placed;
}

/** `step`: the place in the transcript. Calls have no ids. */
function* stepsOf(bytes: Uint8Array): Generator<{ readonly record: Json | null; readonly start: number; readonly line: Uint8Array; readonly step: number }> {
  let step = 0;
  for (const each of recordsOf(bytes)) yield { ...each, step: ++step };
}

/** Tools that were seen in transcripts. Of another the call is shown as it is, and its type counted. */
const TOOLS = new Set(["view_file", "code_action", "run_command", "list_directory", "find", "grep_search", "list_resources"]);
/** Fields in which a tool's result is; the others say what it was asked. */
const RESULTS = ["content", "output"];
const ANSWERS = new Set([...RESULTS, "exit_code", "user_rejected", "total_results", "original_content", "new_content", "acknowledgement_type"]);

function takeStep(record: Json | null, step: number, builder: ViewBuilder): void {
  if (record === null) return builder.damaged();
  const type = textOf(record, "type");
  const facts = type === undefined ? undefined : record[type];
  if (type === undefined || !isJson(facts)) return builder.unknown(type ?? "no type");
  if (type === "user_input") {
    const asked = textOf(facts, "user_response");
    return asked === undefined ? builder.damaged() : void builder.prompt(asked, undefined);
  }
  if (type === "planner_response") {
    const text = textOf(facts, "response");
    if (text !== undefined && text !== "") builder.add({ kind: "message", text });
    return;
  }
  if (!TOOLS.has(type)) builder.unknown(type);
  takeTool(type, facts, record["status"] === "error", `step-${step}`, builder);
}

function takeTool(tool: string, facts: Json, failed: boolean, call: string, builder: ViewBuilder): void {
  builder.add({ kind: "tool-call", call, tool, input: Object.fromEntries(Object.entries(facts).filter(([key]) => !ANSWERS.has(key))) });
  if (facts["user_rejected"] === true || textOf(facts, "acknowledgement_type")?.endsWith("_REJECT") === true) return builder.add({ kind: "rejection" });
  const exitCode = numberOf(facts, "exit_code");
  const text = RESULTS.map((key) => textOf(facts, key)).find((found) => found !== undefined);
  if (text !== undefined || failed || exitCode !== undefined) builder.add({ kind: "tool-result", call, text: text ?? "", ...defined({ failed: failed ? true : undefined, exitCode }) });
  const path = pathOf(textOf(facts, "path"));
  if (tool === "code_action" && path !== undefined && !failed) builder.add({ kind: "edit", call, path, ...defined({ before: textOf(facts, "original_content"), after: textOf(facts, "new_content") }) });
}

function idOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.jsonl$/, "");
}
