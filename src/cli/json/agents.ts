import type { AgentsReport } from "../world-agents.ts";
import { SCHEMAS } from "./schemas.ts";

export function agentsJson({ uncounted, agents }: AgentsReport) {
  return {
    schema: SCHEMAS.agents,
    uncounted,
    agents: agents.map(({ name, title, present, stores, hooks, verified, sessions, version, newer, problem }) => ({
      name,
      title,
      present,
      stores,
      hooks,
      verified,
      sessions: sessions === undefined ? undefined : { all: sessions.all, captured: sessions.captured, behind: sessions.behind, keptOut: sessions.keptOut },
      version,
      newer,
      problem,
    })),
  };
}
