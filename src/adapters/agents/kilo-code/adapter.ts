import type { Agent } from "../../../ports/agent.ts";
import { familyAgent } from "../shared/opencode-family/adapter.ts";
import { COMMON_SIDES, type FamilyOptions } from "../shared/opencode-family/dialect.ts";
import { FOLDER } from "./roots.ts";

export const kiloCodeDialect = {
  name: "kilo-code",
  title: "Kilo Code",
  verifiedWith: ["7.7.9"],
  folder: FOLDER,
  database: "kilo",
  sides: [
    ...COMMON_SIDES,
    { table: "kilo_board", session: "root_session_id", order: "root_session_id" },
    { table: "kilo_board_message", session: "board_root_session_id", order: "seq" },
  ],
} as const;

/** Kilo Code: docs/agents/kilo-code.md. */
export function kiloCode(options: FamilyOptions): Agent {
  return familyAgent(kiloCodeDialect, options);
}
