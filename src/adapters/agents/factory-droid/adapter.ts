import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import type { Agent, HookPayload, SessionSource } from "../../../ports/agent.ts";
import { claimOf, sessionOfHook } from "../shared/hook-payload.ts";
import { fromListing } from "../shared/listed.ts";
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
  const listing = fromListing(NAME, isId, async () => (await Promise.all((await roots()).map(sessionsOf))).flat());
  return {
    name: NAME,
    title: "Factory Droid",
    verifiedWith: ["0.225.2"],
    roots,
    ...listing,
    fromHook: async (payload) => fromHook(payload, await roots(), listing.find),
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

async function fromHook(payload: HookPayload, roots: readonly string[], find: Agent["find"]): Promise<SessionSource | null> {
  return sessionOfHook(claimOf(payload), roots, ({ real }) => partOf(path.basename(real))?.id, find);
}

/** The name of the file that a recorded path names. */
function placed(recorded: string): string {
  const [top, folder, name, ...below] = safeComponents(recorded);
  if (top !== SESSIONS || folder !== FOLDER || name === undefined || below.length > 0 || partOf(name) === undefined) {
    throw new HxError("refused", `not a path of this agent's store: '${recorded.slice(0, 80)}'`);
  }
  return name;
}
