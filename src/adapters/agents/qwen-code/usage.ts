import type { TokenUsage } from "../../../domain/view.ts";
import { tokensOf } from "../shared/gemini-parts.ts";
import type { Json } from "../shared/record.ts";
import { isJson, numberOf } from "../shared/record.ts";
import { plus } from "../shared/view-builder.ts";

/** Adds the usage of an `assistant` record; what has none leaves the sum as it is. */
export function withUsage(sum: TokenUsage | undefined, record: Json): TokenUsage | undefined {
  const recorded = record["usageMetadata"];
  if (!isJson(recorded)) return sum;
  const tokens = tokensOf({
    prompt: numberOf(recorded, "promptTokenCount"),
    answer: numberOf(recorded, "candidatesTokenCount"),
    thoughts: numberOf(recorded, "thoughtsTokenCount"),
    cached: numberOf(recorded, "cachedContentTokenCount"),
    tool: numberOf(recorded, "toolUsePromptTokenCount"),
    total: numberOf(recorded, "totalTokenCount"),
  });
  return plus(sum ?? {}, tokens);
}
