import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import type { Agent, HookPayload, SessionSource } from "../../../ports/agent.ts";
import { claimOf, confine } from "../shared/hook-payload.ts";
import { sourceOf, sourcesNear } from "../shared/listed.ts";
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
  return {
    name: NAME,
    title: "GitHub Copilot CLI",
    verifiedWith: ["1.0.45", "1.0.77", "1.0.78", "1.0.102"],
    roots,
    discover: async function* (directories, narrow) {
      for (const root of await roots()) yield* sourcesNear(NAME, await sessionsOf(root), directories, narrow?.changedSince);
    },
    find: async (id) => find(id, await roots()),
    fromHook: async (payload) => fromHook(payload, await roots()),
    open: async (file) => openInside(file.absolute, await roots()),
    records: copilotReader,
    view: copilotView,
    turnsOf: copilotTurns,
    placeOf: async (recorded) => placeBelow((await realDirectory(store)) ?? store, placed(recorded)),
  };
}

async function find(id: string, roots: readonly string[]): Promise<SessionSource | null> {
  if (!isId(id)) return null;
  for (const root of roots) {
    const source = await sourceOf(NAME, (await sessionsOf(root)).find((listed) => listed.id === id));
    if (source !== null) return source;
  }
  return null;
}

/** Hooks of a sub-agent name its own id; the transcript that they name is that of the session. */
async function fromHook(payload: HookPayload, roots: readonly string[]): Promise<SessionSource | null> {
  const claim = claimOf(payload);
  if (claim.transcript === undefined) return claim.id === undefined ? null : find(claim.id, roots);
  const place = await confine(claim.transcript, roots);
  if (place.at === "outside") return null;
  if (place.at === "missing") return claim.id === undefined ? null : find(claim.id, roots);
  const [top, name, ...below] = path.relative(place.root, place.real).split(path.sep);
  if (top !== STATE || name === undefined) return null;
  return find(below.length > 0 ? name : name.replace(/\.jsonl$/, ""), roots);
}

function placed(recorded: string): readonly string[] {
  const [top, name, ...below] = safeComponents(recorded);
  const isFolder = name !== undefined && below.length > 0 && isId(name) && isPart(below.join("/"));
  const isFlat = name !== undefined && below.length === 0 && name.endsWith(".jsonl") && isId(name.slice(0, -".jsonl".length));
  if (top !== STATE || (!isFolder && !isFlat)) throw new HxError("refused", `not a path of this agent's store: '${recorded.slice(0, 80)}'`);
  return [top, name, ...below];
}
