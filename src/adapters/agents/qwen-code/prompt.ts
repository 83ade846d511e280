import { partsOf, textOfParts } from "../shared/gemini-parts.ts";
import type { Json } from "../shared/record.ts";
import { isJson, objectOf, textOf } from "../shared/record.ts";
import { TOLD } from "./known-types.ts";

/** What a hook of the person's put behind the prompt. */
const HOOK_CONTEXT = /<qwen:user-prompt-submit-context>[\s\S]*?<\/qwen:user-prompt-submit-context>/g;

/** What a person asked in a `user` record, as it was typed where that is recorded; undefined when nobody did. */
export function promptOf(record: Json): string | undefined {
  if (record["isSidechain"] === true || TOLD.has(textOf(record, "subtype") ?? "")) return undefined;
  const provenance = record["provenance"];
  if (provenance === "system" || provenance === "tool_result" || provenance === "goal_runtime" || provenance === "goal_control") return undefined;
  const typed = textOf(objectOf(record, "systemPayload"), "displayText");
  const text = typed ?? toldIn(record);
  return text === undefined || text.trim() === "" ? undefined : text;
}

/** The text of a record of the role `user`; undefined when it holds the answer of a tool. */
export function toldIn(record: Json): string | undefined {
  const parts = partsOf(objectOf(record, "message")["parts"]);
  if (parts.some((part) => isJson(part["functionResponse"]))) return undefined;
  const text = textOfParts(parts, "\n").replace(HOOK_CONTEXT, "").trim();
  return text === "" ? undefined : text;
}
