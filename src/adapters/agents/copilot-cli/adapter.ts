import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import type { Agent, HookPayload, SessionSource } from "../../../ports/agent.ts";
import { claimOf, sessionOfHook, type Inside } from "../shared/hook-payload.ts";
import { fromListing } from "../shared/listed.ts";
import { openInside } from "../shared/open-file.ts";
import { placeBelow, safeComponents } from "../shared/place.ts";
import { realDirectory } from "../shared/store.ts";
import type { CopilotCliOptions } from "./roots.ts";
import { copilotRoots } from "./roots.ts";
import { copilotReader } from "./reader.ts";
import { isId, isPart, sessionsOf, STATE } from "./store.ts";
import { copilotTurns } from "./turns.ts";
import { copilotView } from "./view.ts";

const NAME = "copilot-cli";

export function copilotCli(options: CopilotCliOptions): Agent {
  const [store] = copilotRoots(options);
  const roots = async (): Promise<readonly string[]> => {
    const root = await realDirectory(store);
    return root === null ? [] : [root];
  };
  const listing = fromListing(NAME, isId, async () => (await Promise.all((await roots()).map(sessionsOf))).flat());
  return {
    name: NAME,
    title: "GitHub Copilot CLI",
    verifiedWith: ["1.0.45", "1.0.77", "1.0.78", "1.0.102"],
    roots,
    ...listing,
    fromHook: async (payload) => fromHook(payload, await roots(), listing.find),
    open: async (file) => openInside(file.absolute, await roots()),
    records: copilotReader,
    view: copilotView,
    turnsOf: copilotTurns,
    placeOf: async (recorded) => placeBelow((await realDirectory(store)) ?? store, placed(recorded)),
  };
}

/** Hooks of a sub-agent name its own id; the transcript that they name is that of the session. */
async function fromHook(payload: HookPayload, roots: readonly string[], find: Agent["find"]): Promise<SessionSource | null> {
  return sessionOfHook(claimOf(payload), roots, idOfPlace, find);
}

function idOfPlace({ root, real }: Inside): string | undefined {
  const [top, name, ...below] = path.relative(root, real).split(path.sep);
  if (top !== STATE) return undefined;
  return below.length > 0 ? name : name?.replace(/\.jsonl$/, "");
}

function placed(recorded: string): readonly string[] {
  const [top, name, ...below] = safeComponents(recorded);
  const isFolder = name !== undefined && below.length > 0 && isId(name) && isPart(below.join("/"));
  const isFlat = name !== undefined && below.length === 0 && name.endsWith(".jsonl") && isId(name.slice(0, -".jsonl".length));
  if (top !== STATE || (!isFolder && !isFlat)) throw new HxError("refused", `not a path of this agent's store: '${recorded.slice(0, 80)}'`);
  return [top, name, ...below];
}
