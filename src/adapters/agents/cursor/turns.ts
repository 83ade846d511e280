import type { CapturedFile, TurnRange } from "../../../ports/agent.ts";
import { rangesOf } from "../shared/turn-ranges.ts";
import { viewBuilder } from "../shared/view-builder.ts";
import { eachSubagent, linesIn, mainOf } from "./view.ts";

/** Which lines belong to which turn, of the file that the view is made of, and of sub-agents whose call is known. */
export async function cursorTurns(files: readonly CapturedFile[]): Promise<ReadonlyMap<string, readonly TurnRange[]>> {
  const main = await mainOf(files);
  if (main === undefined) return new Map();
  const builder = viewBuilder();
  const lines: { start: number; length: number; turn: TurnRange["turn"] }[] = [];
  for (const { record, start, length, turn } of linesIn(main.bytes, builder)) {
    if (record?.kind === "head") lines.push({ start, length, turn: "frame" });
    if (turn !== undefined) lines.push({ start, length, turn });
  }
  const ranges = new Map<string, readonly TurnRange[]>([[main.file.path, rangesOf(lines)]]);
  const { turns } = builder.build({ agent: "cursor", id: "" });
  const started: { readonly file: CapturedFile; readonly turn: number }[] = [];
  await eachSubagent(files, ({ file, call }) => {
    const turn = call === undefined ? undefined : turns.find(({ entries }) => entries.some((entry) => entry.kind === "tool-call" && call(entry)));
    if (turn !== undefined) started.push({ file, turn: turn.index });
  }, viewBuilder());
  for (const { file, turn } of started) ranges.set(file.path, [{ from: 0, to: (await file.bytes()).length, turn }]);
  return ranges;
}
