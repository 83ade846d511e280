import type { Agent } from "../../../ports/agent.ts";
import { documentAgent } from "../shared/document-agent.ts";
import { interpretThread } from "./interpret.ts";
import { ampRoots, threadOf, type AmpOptions } from "./roots.ts";

export function amp(options: AmpOptions): Agent {
  return documentAgent({
    name: "amp",
    title: "Amp",
    verifiedWith: ["0.0.1772237000"],
    roots: ampRoots(options),
    folder: "threads",
    idOf: threadOf,
    nameOf: (id) => `${id}.json`,
    interpret: interpretThread,
  });
}
