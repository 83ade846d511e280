import type { SessionView } from "../../../domain/view.ts";
import type { CapturedFile } from "../../../ports/agent.ts";
import { linesOf } from "../shared/lines.ts";
import { defined, isAbsolutePath, textOf } from "../shared/record.ts";
import type { Context } from "./entries.ts";
import type { Item } from "./messages.ts";
import { itemsOf, saidIn } from "./messages.ts";
import { projectHash } from "./projects.ts";
import { geminiReader } from "./reader.ts";
import { takeItem, workOn } from "./replay.ts";
import { nameOf } from "./store.ts";
import { mergeSubagents } from "./subagents.ts";

/** The normalised view of a session of Gemini CLI: docs/agents/gemini-cli.md. */
export async function geminiView(files: readonly CapturedFile[]): Promise<SessionView> {
  const main = await mainOf(files);
  const bytes = main === undefined ? new Uint8Array(0) : await main.bytes();
  const path = main?.path ?? "";
  const items = [...itemsOf(path, bytes)];
  const work = workOn(items, await movedResults(files));
  for (const item of items) takeItem(item, work);
  for (const aside of files) {
    if (aside.role === "transcript" && aside !== main && aside.path.includes(".unreadable-")) work.builder.add({ kind: "note", text: `the agent set a transcript aside: '${nameOf(aside.path)}'` });
  }
  await mergeSubagents(files, work);
  const { title, first, last } = factsIn(path, bytes);
  return work.builder.build({ agent: "gemini-cli", id: work.id ?? "", ...defined({ title, first, last, directory: directoryIn(items), tokens: work.tokens }) });
}

/** The transcript that the session went on in: a resumed session has a stub beside it, and a converted one a document. */
export async function mainOf(files: readonly CapturedFile[]): Promise<CapturedFile | undefined> {
  const transcripts = files.filter(({ role }) => role === "transcript");
  const growing = transcripts.filter(({ path }) => path.endsWith(".jsonl"));
  let main: { readonly file: CapturedFile; readonly size: number } | undefined;
  for (const file of growing.length > 0 ? growing : transcripts) {
    const size = transcripts.length === 1 ? 0 : (await file.bytes()).length;
    if (main === undefined || size > main.size) main = { file, size };
  }
  return main?.file;
}

function factsIn(path: string, bytes: Uint8Array): ReturnType<ReturnType<typeof geminiReader>["facts"]> {
  const reader = geminiReader({ path, role: "transcript" });
  if (path.endsWith(".json")) reader.take(bytes);
  else for (const { line } of linesOf(bytes)) reader.take(line);
  return reader.facts();
}

/**
 * Where the session ran: no record says it, but the header has its hash, and the first message that the agent writes lists
 * directories. Absent when none of them has that hash.
 */
function directoryIn(items: readonly Item[]): string | undefined {
  let hash: string | undefined;
  for (const item of items) {
    if (item.kind === "header") hash ??= textOf(item.record, "projectHash");
    const messages = item.kind === "list" ? item.messages : item.kind === "message" ? [item.record] : [];
    for (const message of messages) {
      const text = message["type"] === "user" ? saidIn(message) : "";
      if (!text.startsWith("<session_context>")) continue;
      const named = text.split("\n", 400).map((line) => line.trim().replace(/^- /, ""));
      const found = named.find((name) => isAbsolutePath(name) && projectHash(name) === hash);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** Results of tools that the agent moved out of the transcript, by name. */
async function movedResults(files: readonly CapturedFile[]): Promise<Context["moved"]> {
  const texts = new Map<string, string>();
  for (const file of files) if (file.role === "tool-result") texts.set(nameOf(file.path), Buffer.from(await file.bytes()).toString("utf8"));
  return (name) => texts.get(name);
}
