import type { Agent } from "../../../ports/agent.ts";
import { familyAgent } from "../shared/opencode-family/adapter.ts";
import { COMMON_SIDES, type FamilyOptions } from "../shared/opencode-family/dialect.ts";
import { FOLDER } from "./roots.ts";

export const openCodeDialect = {
  name: "opencode",
  title: "OpenCode",
  verifiedWith: ["1.18.33"],
  folder: FOLDER,
  database: "opencode",
  sides: COMMON_SIDES,
  hasTree: true,
} as const;

/** OpenCode: docs/agents/opencode.md. */
export function openCode(options: FamilyOptions): Agent {
  return familyAgent(openCodeDialect, options);
}
