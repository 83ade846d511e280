import type { TokenUsage } from "../../../domain/view.ts";
import { tokensOf } from "../shared/gemini-parts.ts";
import type { Json } from "../shared/record.ts";
import { isJson, numberOf } from "../shared/record.ts";
import { plus } from "../shared/view-builder.ts";

/** Adds the tokens of a message; what has none leaves the sum as it is. Each message counts once, by its last version. */
export function withUsage(sum: TokenUsage | undefined, message: Json): TokenUsage | undefined {
  const recorded = message["tokens"];
  if (!isJson(recorded)) return sum;
  const tokens = tokensOf({
    prompt: numberOf(recorded, "input"),
    answer: numberOf(recorded, "output"),
    thoughts: numberOf(recorded, "thoughts"),
    cached: numberOf(recorded, "cached"),
    tool: numberOf(recorded, "tool"),
    total: numberOf(recorded, "total"),
  });
  return plus(sum ?? {}, tokens);
}
