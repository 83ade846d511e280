import type { SessionFacts } from "../../../ports/agent.ts";
import { defined, headline, objectOf, textOf } from "../shared/record.ts";
import { promptOfMessage } from "./prompt.ts";
import { LONG, promptOfEvent } from "./reader.ts";
import type { Item, Rollout } from "./rollout.ts";

/** What a rollout that was read says of its session, as the reader of records finds it line by line. */
export function factsOfRollout({ items, meta, promptsByEvent }: Rollout): Pick<SessionFacts, "title" | "branch" | "version" | "first" | "last"> {
  let first: number | undefined;
  let last: number | undefined;
  let given: string | undefined;
  let asked: string | undefined;
  for (const item of items) {
    const { at, payload, inherited } = item;
    if (at !== undefined) {
      first = first === undefined || at < first ? at : first;
      last = last === undefined || at > last ? at : last;
    }
    if (inherited) continue;
    if (item.type === "event" && payload["type"] === "thread_name_updated") given = headline(textOf(payload, "thread_name") ?? "") ?? given;
    asked ??= headline(promptOf(item, promptsByEvent) ?? "");
  }
  return defined({ title: given ?? asked, branch: textOf(objectOf(meta, "git"), "branch"), version: textOf(meta, "cli_version"), first, last });
}

/** A record too long for the reader of records gives no title here either. */
function promptOf({ type, payload, length }: Item, byEvent: boolean): string | undefined {
  if (length > LONG) return undefined;
  if (byEvent) return type === "event" ? promptOfEvent(payload) : undefined;
  return type === "item" && payload["type"] === "message" && payload["role"] === "user" ? promptOfMessage(payload) : undefined;
}
