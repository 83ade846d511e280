import type { Json } from "../shared/record.ts";
import { isJson, textOf } from "../shared/record.ts";

/** How the prompt of a sub-agent begins: Droid wrote it, with what the calling agent asked. */
const TASK = "# Task Tool Invocation";

/** Whether a message is part of the conversation: Droid keeps runs of hooks and reminders to the model as messages too. */
export function isOfConversation(visibility: string | undefined): boolean {
  return visibility !== "user_only" && visibility !== "llm_only";
}

/** The text that a message of the role `user` holds, without what Droid put in; undefined for results of tools. */
export function textOfUser(content: unknown): string | undefined {
  if (typeof content === "string") return content.trim() === "" ? undefined : content;
  if (!Array.isArray(content) || content.some((block) => isJson(block) && block["type"] === "tool_result")) return undefined;
  const parts: string[] = [];
  for (const block of content) {
    const text = isJson(block) ? partOf(block, parts.length > 0) : undefined;
    if (text !== undefined) parts.push(text);
  }
  return parts.length === 0 ? undefined : parts.join("\n");
}

/** @param isLater behind what the person wrote, where Droid puts the files that a prompt names */
function partOf(block: Json, isLater: boolean): string | undefined {
  if (block["type"] === "image" || block["type"] === "document") return `[${block["type"]}]`;
  const text = block["type"] === "text" ? (textOf(block, "text") ?? "") : "";
  const isInjected = text.trim() === "" || text.trimStart().startsWith("<system-reminder>") || (isLater && /^Contents of .+ \(lines? [\d-]+ of \d+\):/.test(text));
  return isInjected ? undefined : text;
}

/** What a person asked; undefined when an agent did. @param isCalled the session was called by another */
export function asPrompt(text: string | undefined, isCalled: boolean): string | undefined {
  return isCalled || text?.startsWith(TASK) === true ? undefined : text;
}
