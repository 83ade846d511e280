import type { Agent } from "../../../ports/agent.ts";
import { documentAgent } from "../shared/document-agent.ts";
import { interpretSession } from "./interpret.ts";
import { continueRoots, sessionOf, type ContinueOptions } from "./roots.ts";

/** Continue: its CLI and its extensions write the same sessions. */
export function continueAgent(options: ContinueOptions): Agent {
  return documentAgent({
    name: "continue",
    title: "Continue",
    verifiedWith: ["unversioned"],
    roots: continueRoots(options),
    folder: "sessions",
    idOf: sessionOf,
    nameOf: (id) => `${id}.json`,
    interpret: interpretSession,
  });
}
