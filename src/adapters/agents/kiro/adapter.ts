import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import type { Agent, HookPayload, SessionSource, SourceFile } from "../../../ports/agent.ts";
import { claimOf, confine } from "../shared/hook-payload.ts";
import { openInside } from "../shared/open-file.ts";
import { placeBelow, safeComponents } from "../shared/place.ts";
import { entriesOf, isInside, realDirectory, statOf, withRealPaths } from "../shared/store.ts";
import { kiroReader } from "./reader.ts";
import { kiroRoots, type KiroOptions } from "./roots.ts";
import { sidecarAt } from "./sidecar.ts";
import { kiroTurns } from "./turns.ts";
import { kiroView } from "./view.ts";

const NAME = "kiro";
const FOLDER = ["sessions", "cli"] as const;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const FILE = /^(.{36})\.(jsonl|json)$/;

/** Kiro CLI, second generation of its store: docs/agents/kiro.md. */
export function kiro(options: KiroOptions): Agent {
  const roots = async (): Promise<readonly string[]> => (await Promise.all(kiroRoots(options).map(realDirectory))).filter((root) => root !== null);
  return {
    name: NAME,
    title: "Kiro CLI",
    verifiedWith: ["records v1"],
    roots,
    discover: (directories, narrow) => discover(directories, roots, narrow?.changedSince),
    find: async (id) => find(id, await roots()),
    fromHook: async (payload) => fromHook(payload, await roots()),
    open: async (file) => openInside(file.absolute, await roots()),
    records: kiroReader,
    view: kiroView,
    turnsOf: kiroTurns,
    placeOf: async (recorded) => {
      const [root = options.home] = kiroRoots(options);
      return placeBelow((await realDirectory(root)) ?? root, placed(recorded));
    },
  };
}

async function* discover(directories: readonly string[], roots: () => Promise<readonly string[]>, changedSince: number | undefined): AsyncIterable<SessionSource> {
  const known = await roots();
  const wanted = await withRealPaths(directories);
  for (const root of known) {
    for (const { name } of (await entriesOf(path.join(root, ...FOLDER))).filter((entry) => entry.isFile() && entry.name.endsWith(".jsonl"))) {
      const id = FILE.exec(name)?.[1] ?? "";
      if (!ID.test(id)) continue;
      if (changedSince !== undefined && !(await changed(root, id, changedSince))) continue;
      const source = await sourceIn(root, id, known);
      const directory = source?.files[0]?.directory;
      if (source !== null && wanted.some((wish) => directory === undefined || isInside(wish, directory))) yield source;
    }
  }
}

async function changed(root: string, id: string, since: number): Promise<boolean> {
  const times = await Promise.all(["jsonl", "json"].map(async (end) => (await statOf(path.join(root, ...FOLDER, `${id}.${end}`)))?.mtimeMs ?? 0));
  return Math.max(...times) > since;
}

async function find(id: string, roots: readonly string[]): Promise<SessionSource | null> {
  if (!ID.test(id)) return null;
  for (const root of roots) {
    const source = await sourceIn(root, id, roots);
    if (source !== null) return source;
  }
  return null;
}

async function sourceIn(root: string, id: string, roots: readonly string[]): Promise<SessionSource | null> {
  const folder = path.join(root, ...FOLDER);
  const names = new Set((await entriesOf(folder)).filter((entry) => entry.isFile() && entry.name.startsWith(id)).map(({ name }) => name));
  if (!names.has(`${id}.jsonl`)) return null;
  const hasSidecar = names.has(`${id}.json`);
  const { directory, facts } = hasSidecar ? await sidecarAt(path.join(folder, `${id}.json`), roots) : { directory: undefined, facts: {} };
  const file = (end: "jsonl" | "json"): SourceFile => ({
    path: [...FOLDER, `${id}.${end}`].join("/"),
    absolute: path.join(folder, `${id}.${end}`),
    role: end === "jsonl" ? "transcript" : "sidecar",
    growth: end === "jsonl" ? "append" : "rewrite",
    ...(directory === undefined ? {} : { directory }),
  });
  return { agent: NAME, id, files: [file("jsonl"), ...(hasSidecar ? [file("json")] : [])], ...(Object.keys(facts).length === 0 ? {} : { beside: facts }) };
}

/** Kiro names a session and never a transcript; one that is named all the same must lie in the store. */
async function fromHook(payload: HookPayload, roots: readonly string[]): Promise<SessionSource | null> {
  const claim = claimOf(payload);
  if (claim.transcript === undefined) return claim.id === undefined ? null : find(claim.id, roots);
  const place = await confine(claim.transcript, roots);
  if (place.at === "outside") return null;
  const id = place.at === "inside" ? FILE.exec(path.basename(place.real))?.[1] : claim.id;
  return id === undefined ? null : find(id, roots);
}

function placed(recorded: string): readonly string[] {
  const components = safeComponents(recorded);
  const id = FILE.exec(components.at(-1) ?? "")?.[1] ?? "";
  if (!ID.test(id) || components.slice(0, -1).join("/") !== FOLDER.join("/")) throw new HxError("refused", `not a path of this agent's store: '${recorded.slice(0, 80)}'`);
  return components;
}
