import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import type { Agent, HookPayload, SessionSource } from "../../../ports/agent.ts";
import { claimOf, confine } from "../shared/hook-payload.ts";
import { fromListing, type Listed } from "../shared/listed.ts";
import { openInside } from "../shared/open-file.ts";
import { placeBelow, safeComponents } from "../shared/place.ts";
import { realDirectory, realPathOf } from "../shared/store.ts";
import type { PiOptions } from "./roots.ts";
import { placesOf } from "./roots.ts";
import { piReader } from "./reader.ts";
import { FOLDER, folderOf, idOfName, isId, SESSIONS, sessionDirOfSettings, sessionsIn } from "./store.ts";
import { piTurns } from "./turns.ts";
import { piView } from "./view.ts";

const NAME = "pi";

export function pi(options: PiOptions): Agent {
  const { agent } = placesOf(options);
  const setDirectory = async (): Promise<string | undefined> => {
    const sessionDir = options.sessionDir === undefined || options.sessionDir === "" ? await sessionDirOfSettings(agent) : options.sessionDir;
    return sessionDir === undefined ? undefined : placesOf({ ...options, sessionDir }).set;
  };
  // What was written before another place was set stays where it was.
  const roots = async (): Promise<readonly string[]> => {
    const set = await setDirectory();
    const found = await Promise.all([...(set === undefined ? [] : [set]), path.join(agent, SESSIONS)].map(realDirectory));
    return [...new Set(found.filter((root) => root !== null))];
  };
  const sessions = async (): Promise<readonly Listed[]> => {
    const known = await roots();
    return sessionsIn(known, known);
  };
  const listing = fromListing(NAME, isId, sessions);
  return {
    name: NAME,
    title: "Pi",
    verifiedWith: ["0.73.1"],
    roots,
    ...listing,
    fromHook: async (payload) => fromHook(payload, await roots(), listing.find),
    open: async (file) => openInside(file.absolute, await roots()),
    records: piReader,
    view: piView,
    turnsOf: piTurns,
    placeOf: async (recorded, where) => {
      const name = placed(recorded);
      const set = await setDirectory();
      if (set !== undefined) return placeBelow(set, [name]);
      return placeBelow(path.join(agent, SESSIONS), [folderOf((await realPathOf(where.directory)) ?? where.directory), name]);
    },
  };
}

async function fromHook(payload: HookPayload, roots: readonly string[], find: Agent["find"]): Promise<SessionSource | null> {
  const claim = claimOf(payload);
  if (claim.transcript === undefined) return claim.id === undefined ? null : find(claim.id);
  const place = await confine(claim.transcript, roots);
  if (place.at === "outside") return null;
  const id = idOfName(path.basename(place.at === "inside" ? place.real : claim.transcript)) ?? (place.at === "missing" ? claim.id : undefined);
  return id === undefined ? null : find(id);
}

/** The name of the transcript that a recorded path names. */
function placed(recorded: string): string {
  const [top, folder, name, ...below] = safeComponents(recorded);
  if (top !== SESSIONS || folder !== FOLDER || name === undefined || below.length > 0 || idOfName(name) === undefined) {
    throw new HxError("refused", `not a path of this agent's store: '${recorded.slice(0, 80)}'`);
  }
  return name;
}
