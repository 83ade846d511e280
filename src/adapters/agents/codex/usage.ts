import type { TokenUsage } from "../../../domain/view.ts";
import type { Json } from "../shared/record.ts";
import { defined, isJson, numberOf, objectOf, textOf } from "../shared/record.ts";
import { plus } from "../shared/view-builder.ts";

/**
 * Tokens of a session. Newer versions write one record per answer; older ones a running total with the last
 * answer's share, and repeat it. What was copied from a parent is told apart by the caller: it only moves the total.
 */
export interface Usage {
  answer(payload: Json): void;
  count(payload: Json, inherited: boolean): void;
  total(): TokenUsage | undefined;
}

export function usage(): Usage {
  const answers = new Map<string, TokenUsage>();
  let counted: TokenUsage | undefined;
  let before = 0;
  let beforeUsage: Json = {};
  return {
    answer(payload) {
      const recorded = payload["usage"];
      if (isJson(recorded)) answers.set(textOf(payload, "response_id") ?? `${answers.size}`, usageOf(recorded));
    },
    count(payload, inherited) {
      const info = objectOf(payload, "info");
      const running = objectOf(info, "total_token_usage");
      const all = sizeOf(running);
      // The total stays where a count is repeated, as at the start of a turn.
      if (all === before && all > 0) return;
      const last = objectOf(info, "last_token_usage");
      const share = sizeOf(last) > 0 ? usageOf(last) : difference(running, all >= before ? beforeUsage : {});
      if (!inherited && (sizeOf(last) > 0 || all > before)) counted = plus(counted ?? {}, share);
      before = all;
      beforeUsage = running;
    },
    total: () => (answers.size > 0 ? [...answers.values()].reduce(plus, {}) : counted),
  };
}

function sizeOf(recorded: Json): number {
  return numberOf(recorded, "total_tokens") ?? (numberOf(recorded, "input_tokens") ?? 0) + (numberOf(recorded, "output_tokens") ?? 0);
}

/** Codex counts what came from the cache as input, and reasoning as output. */
function usageOf(recorded: Json): TokenUsage {
  const input = numberOf(recorded, "input_tokens");
  const cached = numberOf(recorded, "cached_input_tokens");
  return defined({
    input: input === undefined ? undefined : Math.max(0, input - (cached ?? 0)),
    output: numberOf(recorded, "output_tokens"),
    reasoning: numberOf(recorded, "reasoning_output_tokens"),
    cacheRead: cached,
    cacheWrite: numberOf(recorded, "cache_write_input_tokens"),
  });
}

function difference(now: Json, then: Json): TokenUsage {
  const grown: Record<string, number> = {};
  for (const key of Object.keys(now)) {
    const value = numberOf(now, key);
    if (value !== undefined) grown[key] = Math.max(0, value - (numberOf(then, key) ?? 0));
  }
  return usageOf(grown);
}
