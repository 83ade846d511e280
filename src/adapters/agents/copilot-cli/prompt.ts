import type { Json } from "../shared/record.ts";
import { listOf, textOf } from "../shared/record.ts";

/** Whether a `user.message` is a person's: others come from an agent, a skill or the autopilot. @param source absent for a person's */
export function isPersons(source: string | undefined, continuation: boolean): boolean {
  return !continuation && (source === undefined || source === "user" || source.startsWith("command-"));
}

/** What a person asked in the data of a `user.message`; undefined when nobody did. */
export function promptOf(data: Json): string | undefined {
  if (!isPersons(textOf(data, "source"), data["isAutopilotContinuation"] === true)) return undefined;
  const text = textOf(data, "content");
  return text === "" ? (listOf(data, "attachments").length > 0 ? "[attachment]" : undefined) : text;
}
