import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import type { Agent, HookPayload, SessionSource } from "../../../ports/agent.ts";
import { claimOf, confine } from "../shared/hook-payload.ts";
import { placeBelow, safeComponents } from "../shared/place.ts";
import { isInside, realDirectory, statOf, withRealPaths } from "../shared/store.ts";
import { openRollout } from "./open-rollout.ts";
import { codexReader } from "./reader.ts";
import type { CodexOptions } from "./roots.ts";
import { codexRoots } from "./roots.ts";
import { isThreadId, rolloutName } from "./rollout-name.ts";
import type { Beginning, Rollout } from "./store.ts";
import { beginningOf, directoryOf, rolloutsOf } from "./store.ts";
import { codexTurns } from "./turns.ts";
import { codexView } from "./view.ts";

const NAME = "codex";

export function codex(options: CodexOptions): Agent {
  const [store] = codexRoots(options);
  const roots = async (): Promise<readonly string[]> => {
    const root = await realDirectory(store);
    return root === null ? [] : [root];
  };
  return {
    name: NAME,
    title: "Codex",
    verifiedWith: ["0.99.0-alpha.24", "0.118.0", "0.130.0", "0.135.0", "0.147.0", "0.169.0"],
    roots,
    discover: (directories, narrow) => discover(directories, roots, narrow?.changedSince),
    find: async (id) => find(id, await roots()),
    fromHook: async (payload) => fromHook(payload, await roots()),
    open: async (file) => openRollout(file.absolute, await roots()),
    records: codexReader,
    view: codexView,
    turnsOf: codexTurns,
    placeOf: async (recorded) => placeBelow((await realDirectory(store)) ?? store, placed(recorded)),
  };
}

async function* discover(directories: readonly string[], roots: () => Promise<readonly string[]>, changedSince: number | undefined): AsyncIterable<SessionSource> {
  const known = await roots();
  const wanted = await withRealPaths(directories);
  for (const root of known) {
    const threads = await rolloutsOf(root);
    const ids = [...threads.keys()].sort();
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const some = ids.slice(at, at + AT_ONCE).map((id) => near(id, threads.get(id) ?? [], { wanted, roots: known, changedSince }));
      for (const source of await Promise.all(some)) if (source !== null) yield source;
    }
  }
}

/** So many rollouts are looked at at once. */
const AT_ONCE = 32;

interface Wish {
  readonly wanted: readonly string[];
  readonly roots: readonly string[];
  readonly changedSince: number | undefined;
}

/** The session when it may have run in a wanted directory; null otherwise. */
async function near(id: string, rollouts: readonly Rollout[], { wanted, roots, changedSince }: Wish): Promise<SessionSource | null> {
  if (changedSince !== undefined && !(await changed(rollouts, changedSince))) return null;
  const isWanted = (directory: string | undefined): boolean => directory === undefined || wanted.some((wish) => isInside(wish, directory));
  const quick = await Promise.all(rollouts.map((rollout) => directoryOf(rollout, roots)));
  if (!quick.some(isWanted)) return null;
  const beginnings = await Promise.all(rollouts.map((rollout) => beginningOf(rollout, roots)));
  return beginnings.some(({ directory }) => isWanted(directory)) ? sourceOf(id, rollouts, beginnings) : null;
}

async function changed(rollouts: readonly Rollout[], since: number): Promise<boolean> {
  for (const { absolute } of rollouts) {
    if (((await statOf(absolute))?.mtimeMs ?? 0) > since) return true;
  }
  return false;
}

async function find(id: string, roots: readonly string[]): Promise<SessionSource | null> {
  if (!isThreadId(id)) return null;
  const thread = id.toLowerCase();
  for (const root of roots) {
    const rollouts = (await rolloutsOf(root)).get(thread);
    if (rollouts === undefined) continue;
    return sourceOf(thread, rollouts, await Promise.all(rollouts.map((rollout) => beginningOf(rollout, roots))));
  }
  return null;
}

function sourceOf(id: string, rollouts: readonly Rollout[], beginnings: readonly Beginning[]): SessionSource {
  const parent = beginnings.find((beginning) => beginning.parent !== undefined)?.parent;
  return {
    agent: NAME,
    id,
    files: rollouts.map(({ path: recorded, absolute }) => ({ path: recorded, absolute, role: "transcript", growth: "append" })),
    ...(parent === undefined ? {} : { parent }),
  };
}

async function fromHook(payload: HookPayload, roots: readonly string[]): Promise<SessionSource | null> {
  const claim = claimOf(payload);
  if (claim.transcript === undefined) return claim.id === undefined ? null : find(claim.id, roots);
  const place = await confine(claim.transcript, roots);
  if (place.at === "outside") return null;
  // What is compressed or archived meanwhile is found by its thread.
  const named = rolloutName(path.basename(place.at === "inside" ? place.real : claim.transcript));
  const id = named?.id ?? (place.at === "missing" ? claim.id : undefined);
  return id === undefined ? null : find(id, roots);
}

function placed(recorded: string): readonly string[] {
  const components = safeComponents(recorded);
  if (rolloutName(components.at(-1) ?? "")?.path !== recorded) throw new HxError("refused", `not a path of this agent's store: '${recorded.slice(0, 80)}'`);
  return components;
}
