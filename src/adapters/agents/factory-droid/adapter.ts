import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import type { Agent, HookPayload, SessionSource } from "../../../ports/agent.ts";
import { claimOf, confine } from "../shared/hook-payload.ts";
import { sourceOf, sourcesNear } from "../shared/listed.ts";
import { openInside } from "../shared/open-file.ts";
import { placeBelow, safeComponents } from "../shared/place.ts";
import { realDirectory, realPathOf } from "../shared/store.ts";
import type { FactoryDroidOptions } from "./roots.ts";
import { droidRoots } from "./roots.ts";
import { droidReader } from "./reader.ts";
import { FOLDER, folderOf, isId, partOf, SESSIONS, sessionsOf } from "./store.ts";
import { droidTurns } from "./turns.ts";
import { droidView } from "./view.ts";

const NAME = "factory-droid";

export function factoryDroid(options: FactoryDroidOptions): Agent {
  const [store] = droidRoots(options);
  const roots = async (): Promise<readonly string[]> => {
    const root = await realDirectory(store);
    return root === null ? [] : [root];
  };
  return {
    name: NAME,
    title: "Factory Droid",
    verifiedWith: ["0.225.2"],
    roots,
    discover: async function* (directories, narrow) {
      for (const root of await roots()) yield* sourcesNear(NAME, await sessionsOf(root), directories, narrow?.changedSince);
    },
    find: async (id) => find(id, await roots()),
    fromHook: async (payload) => fromHook(payload, await roots()),
    open: async (file) => openInside(file.absolute, await roots()),
    records: droidReader,
    view: droidView,
    turnsOf: droidTurns,
    placeOf: async (recorded, where) => {
      const name = placed(recorded);
      return placeBelow((await realDirectory(store)) ?? store, [SESSIONS, folderOf((await realPathOf(where.directory)) ?? where.directory), name]);
    },
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

async function fromHook(payload: HookPayload, roots: readonly string[]): Promise<SessionSource | null> {
  const claim = claimOf(payload);
  if (claim.transcript === undefined) return claim.id === undefined ? null : find(claim.id, roots);
  const place = await confine(claim.transcript, roots);
  if (place.at === "outside") return null;
  const id = place.at === "inside" ? partOf(path.basename(place.real))?.id : claim.id;
  return id === undefined ? null : find(id, roots);
}

/** The name of the file that a recorded path names. */
function placed(recorded: string): string {
  const [top, folder, name, ...below] = safeComponents(recorded);
  if (top !== SESSIONS || folder !== FOLDER || name === undefined || below.length > 0 || partOf(name) === undefined) {
    throw new HxError("refused", `not a path of this agent's store: '${recorded.slice(0, 80)}'`);
  }
  return name;
}
