import type { TokenUsage } from "../../../domain/view.ts";
import type { Json } from "../shared/record.ts";
import { defined, isJson, numberOf, objectOf, textOf } from "../shared/record.ts";
import { greatest, plus } from "../shared/view-builder.ts";

/**
 * Tokens of a session. One answer of the model is written as several records that repeat its usage, with
 * `output_tokens` growing: of each answer the greatest of each field counts, once over all files.
 */
export interface Usage {
  take(record: Json): void;
  total(): TokenUsage | undefined;
}

export function usage(): Usage {
  const answers = new Map<string, TokenUsage>();
  return {
    take(record) {
      const message = objectOf(record, "message");
      const recorded = message["usage"];
      if (!isJson(recorded) || message["model"] === "<synthetic>") return;
      const id = textOf(message, "id") ?? textOf(record, "uuid") ?? `${answers.size}`;
      const key = `${id}\n${textOf(record, "requestId") ?? ""}`;
      answers.set(key, greatest(answers.get(key) ?? {}, usageOf(recorded)));
    },
    total: () => (answers.size === 0 ? undefined : [...answers.values()].reduce(plus, {})),
  };
}

function usageOf(recorded: Json): TokenUsage {
  return defined({
    input: numberOf(recorded, "input_tokens"),
    output: numberOf(recorded, "output_tokens"),
    reasoning: numberOf(objectOf(recorded, "output_tokens_details"), "thinking_tokens"),
    cacheRead: numberOf(recorded, "cache_read_input_tokens"),
    cacheWrite: numberOf(recorded, "cache_creation_input_tokens"),
  });
}
