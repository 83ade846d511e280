import type { TokenUsage } from "../../../domain/view.ts";
import type { Json } from "../shared/record.ts";
import { defined, isJson, numberOf, objectOf, textOf } from "../shared/record.ts";
import { plus } from "../shared/view-builder.ts";

/**
 * Tokens of a session. Of the totals that stand at the end of a run the last counts, since they go on where the
 * session is resumed; and beside them what was used since: by the records of requests, else what the answers
 * say of their output. Copilot counts what came from the cache as input, and reasoning as output.
 */
export interface Usage {
  take(type: string, data: Json): void;
  total(): TokenUsage | undefined;
}

export function usage(): Usage {
  const totals = new Map<string, TokenUsage>();
  const counted = new Set<string>();
  let requests: TokenUsage | undefined;
  let answers: TokenUsage | undefined;
  return {
    take(type, data) {
      if (type === "session.usage_record") {
        const recorded = objectOf(data, "usage");
        const id = textOf(recorded, "apiCallId") ?? textOf(objectOf(recorded, "accounting"), "usageId");
        if (id !== undefined && counted.has(id)) return;
        if (id !== undefined) counted.add(id);
        requests = plus(requests ?? {}, usageOf(recorded));
      }
      const output = type === "assistant.message" ? numberOf(data, "outputTokens") : undefined;
      if (output !== undefined) answers = plus(answers ?? {}, { output });
      const run = type === "session.shutdown" ? totalOf(data) : undefined;
      if (run === undefined) return;
      // Totals of the same start go on from each other; another start would be counted anew.
      totals.set(String(data["sessionStartTime"]), run);
      requests = undefined;
      answers = undefined;
    },
    total: () => {
      const since = requests ?? answers;
      const all = [...totals.values(), ...(since === undefined ? [] : [since])];
      return all.length === 0 ? undefined : all.reduce(plus);
    },
  };
}

/** undefined where no model was asked. */
function totalOf(shutdown: Json): TokenUsage | undefined {
  const models = Object.values(objectOf(shutdown, "modelMetrics")).filter(isJson);
  return models.length === 0 ? undefined : models.map((metrics) => usageOf(objectOf(metrics, "usage"))).reduce(plus);
}

function usageOf(recorded: Json): TokenUsage {
  const input = numberOf(recorded, "inputTokens");
  const cacheRead = numberOf(recorded, "cacheReadTokens");
  const cacheWrite = numberOf(recorded, "cacheWriteTokens");
  return defined({
    input: input === undefined ? undefined : Math.max(0, input - (cacheRead ?? 0) - (cacheWrite ?? 0)),
    output: numberOf(recorded, "outputTokens"),
    reasoning: numberOf(recorded, "reasoningTokens"),
    cacheRead,
    cacheWrite,
  });
}
