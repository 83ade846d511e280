import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import type { Agent, HookPayload, SessionSource } from "../../../ports/agent.ts";
import type { HookClaim } from "../shared/hook-payload.ts";
import { claimOf, sessionOfHook } from "../shared/hook-payload.ts";
import { openInside } from "../shared/open-file.ts";
import { placeBelow, safeComponents } from "../shared/place.ts";
import { isJson } from "../shared/record.ts";
import { entriesOf, isInside, realDirectory, statOf, withRealPaths } from "../shared/store.ts";
import { placesIn, type Places } from "./place.ts";
import { windsurfReader } from "./reader.ts";
import { windsurfRoots, type WindsurfOptions } from "./roots.ts";
import { windsurfTurns } from "./turns.ts";
import { windsurfView } from "./view.ts";

const NAME = "windsurf";
const FILE = /^([A-Za-z0-9][A-Za-z0-9_-]{3,127})\.jsonl$/;

/** Windsurf, as far as its hooks write transcripts: docs/agents/windsurf.md. */
export function windsurf(options: WindsurfOptions): Agent {
  const roots = async (): Promise<readonly string[]> => (await Promise.all(windsurfRoots(options).map(realDirectory))).filter((root) => root !== null);
  return {
    name: NAME,
    title: "Windsurf",
    verifiedWith: ["transcripts of 2026-02"],
    roots,
    discover: (directories, narrow) => discover(directories, roots, narrow?.changedSince),
    find: async (id) => find(id, await roots()),
    fromHook: async (payload) => fromHook(payload, await roots()),
    open: async (file) => openInside(file.absolute, await roots()),
    records: windsurfReader,
    view: windsurfView,
    turnsOf: windsurfTurns,
    placeOf: async (recorded) => {
      const [root = options.home] = windsurfRoots(options);
      return placeBelow((await realDirectory(root)) ?? root, placed(recorded));
    },
  };
}

/** A session of which nothing touched a wanted directory is left to the hook that tells where it runs. */
async function* discover(directories: readonly string[], roots: () => Promise<readonly string[]>, changedSince: number | undefined): AsyncIterable<SessionSource> {
  const known = await roots();
  const wanted = await withRealPaths(directories);
  const isWanted = (place: string): boolean => wanted.some((wish) => isInside(wish, place));
  for (const root of known) {
    for (const { name } of (await entriesOf(root)).filter((entry) => entry.isFile())) {
      const id = FILE.exec(name)?.[1];
      if (id === undefined) continue;
      if (changedSince !== undefined && ((await statOf(path.join(root, name)))?.mtimeMs ?? 0) <= changedSince) continue;
      const places = await placesIn(path.join(root, name), known);
      const isNear = places.directory === undefined ? places.touched.some(isWanted) : isWanted(places.directory);
      if (isNear) yield sourceOf(root, id, places);
    }
  }
}

async function find(id: string, roots: readonly string[]): Promise<SessionSource | null> {
  for (const root of roots) {
    const name = (await entriesOf(root)).find((entry) => entry.isFile() && FILE.exec(entry.name)?.[1] === id)?.name;
    if (name !== undefined) return sourceOf(root, id, await placesIn(path.join(root, name), roots));
  }
  return null;
}

function sourceOf(root: string, id: string, { directory }: Places): SessionSource {
  const name = `${id}.jsonl`;
  return { agent: NAME, id, files: [{ path: name, absolute: path.join(root, name), role: "transcript", growth: "append", ...(directory === undefined ? {} : { directory }) }] };
}

async function fromHook(payload: HookPayload, roots: readonly string[]): Promise<SessionSource | null> {
  return sessionOfHook(windsurfClaim(payload), roots, ({ real }) => FILE.exec(path.basename(real))?.[1], (id) => find(id, roots));
}

/** Windsurf calls a session a trajectory, and has the transcript among the tool's facts. */
function windsurfClaim(payload: HookPayload): HookClaim {
  const facts = Object.hasOwn(payload, "tool_info") && isJson(payload["tool_info"]) ? payload["tool_info"] : {};
  const named = Object.hasOwn(payload, "trajectory_id") ? { session_id: payload["trajectory_id"] } : {};
  return claimOf({ ...payload, ...named, ...(typeof facts["transcript_path"] === "string" ? { transcript_path: facts["transcript_path"] } : {}) });
}

function placed(recorded: string): readonly string[] {
  const components = safeComponents(recorded);
  if (components.length !== 1 || !FILE.test(recorded)) throw new HxError("refused", `not a path of this agent's store: '${recorded.slice(0, 80)}'`);
  return components;
}
