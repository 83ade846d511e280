import type { SessionView } from "../../../domain/view.ts";
import type { CapturedFile } from "../../../ports/agent.ts";
import { defined } from "../shared/record.ts";
import type { Context } from "./entries.ts";
import { takeMain, workOn } from "./replay.ts";
import { idOfName, nameOf, stemOf } from "./store.ts";
import { mergeSubagents } from "./subagents.ts";

/** The normalised view of a session of Qwen Code: docs/agents/qwen-code.md. */
export async function qwenView(files: readonly CapturedFile[]): Promise<SessionView> {
  const main = mainOf(files);
  const work = workOn(await movedResults(files));
  const told = takeMain(main === undefined ? new Uint8Array(0) : await main.bytes(), work);
  await mergeSubagents(files, work);
  const { title, branch, version, first, last, parent } = told.facts;
  if (parent !== undefined) work.builder.add({ kind: "note", text: told.copied === 0 ? `goes on from session '${parent}'` : `goes on from session '${parent}': ${told.copied} records copied from it are left out` });
  const named = main === undefined ? undefined : idOfName(nameOf(main.path));
  return work.builder.build({ agent: "qwen-code", id: named ?? told.id ?? "", ...defined({ title, branch, version, first, last, directory: told.directory, tokens: work.tokens }) });
}

export function mainOf(files: readonly CapturedFile[]): CapturedFile | undefined {
  const transcripts = files.filter(({ role }) => role === "transcript");
  return transcripts.find(({ path }) => idOfName(nameOf(path)) !== undefined) ?? transcripts[0];
}

/** Results of tools that the agent moved out of the transcript: their files are named after the call. */
async function movedResults(files: readonly CapturedFile[]): Promise<Context["moved"]> {
  const texts = new Map<string, string>();
  for (const file of files) {
    if (file.role === "tool-result") texts.set(stemOf(nameOf(file.path)), Buffer.from(await file.bytes()).toString("utf8"));
  }
  return (call) => texts.get(call);
}
