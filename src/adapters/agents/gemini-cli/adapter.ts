import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import type { Agent, HookPayload, SessionSource } from "../../../ports/agent.ts";
import { claimOf, sessionOfHook } from "../shared/hook-payload.ts";
import { openInside } from "../shared/open-file.ts";
import { placeBelow, safeComponents } from "../shared/place.ts";
import { isInside, realDirectory, realPathOf, withRealPaths } from "../shared/store.ts";
import type { Project } from "./projects.ts";
import { folderNameOf, projectsIn } from "./projects.ts";
import { geminiReader } from "./reader.ts";
import type { GeminiCliOptions } from "./roots.ts";
import { geminiRoots } from "./roots.ts";
import { filesOf, lastChange, PROJECT } from "./session-files.ts";
import type { Transcript } from "./store.ts";
import { isId, isTranscript, ownerOfPlace, transcriptsIn } from "./store.ts";
import { geminiTurns } from "./turns.ts";
import { geminiView } from "./view.ts";

const NAME = "gemini-cli";

export function geminiCli(options: GeminiCliOptions): Agent {
  const stores = geminiRoots(options);
  const roots = async (): Promise<readonly string[]> => {
    const found = await Promise.all(stores.map(realDirectory));
    return [...new Set(found.filter((root) => root !== null))];
  };
  return {
    name: NAME,
    title: "Gemini CLI",
    verifiedWith: ["0.61.0"],
    roots,
    discover: (directories, narrow) => discover(directories, roots, narrow?.changedSince),
    find: async (id) => find(id, await roots()),
    fromHook: async (payload) => fromHook(payload, await roots()),
    open: async (file) => openInside(file.absolute, await roots()),
    records: geminiReader,
    view: geminiView,
    turnsOf: geminiTurns,
    placeOf: async (recorded, { directory }) => {
      const components = placed(recorded);
      const root = (await roots())[0] ?? stores[0] ?? options.home;
      const folder = await folderNameOf(root, (await realPathOf(directory)) ?? directory, options.platform);
      return placeBelow(root, ["tmp", folder, ...components]);
    },
  };
}

async function* discover(directories: readonly string[], roots: () => Promise<readonly string[]>, changedSince: number | undefined): AsyncIterable<SessionSource> {
  const known = await roots();
  const wanted = await withRealPaths(directories);
  const mayBe = ({ directory }: Project): boolean => wanted.length > 0 && (directory === undefined || wanted.some((wish) => isInside(wish, directory)));
  const sessions = new Map<string, Transcript[]>();
  for (const root of known) {
    const ofStore = new Map<string, Transcript[]>();
    for (const project of (await projectsIn(root)).filter(mayBe)) {
      for (const [id, transcripts] of bySession(await transcriptsIn(project, known))) ofStore.set(id, [...(ofStore.get(id) ?? []), ...transcripts]);
    }
    for (const [id, transcripts] of ofStore) if (!sessions.has(id)) sessions.set(id, transcripts);
  }
  for (const id of [...sessions.keys()].sort()) {
    const files = await filesOf(id, sessions.get(id) ?? []);
    if (changedSince !== undefined && (await lastChange(files)) <= changedSince) continue;
    yield { agent: NAME, id, files };
  }
}

/** A transcript that says no id yet goes with the session of its name; where there is none it has what its name says for an id. */
function bySession(transcripts: readonly Transcript[]): ReadonlyMap<string, readonly Transcript[]> {
  const sessions = new Map<string, Transcript[]>();
  const ids = new Set(transcripts.flatMap(({ id }) => id ?? []));
  for (const transcript of transcripts) {
    const others = [...ids].filter((id) => id.startsWith(transcript.short));
    const id = transcript.id ?? (others.length === 1 ? others[0] : transcript.begun && others.length === 0 && isId(transcript.short) ? transcript.short : undefined);
    if (id !== undefined) sessions.set(id, [...(sessions.get(id) ?? []), transcript]);
  }
  return sessions;
}

async function find(id: string, roots: readonly string[]): Promise<SessionSource | null> {
  if (!isId(id)) return null;
  for (const root of roots) {
    const found: Transcript[] = [];
    for (const project of await projectsIn(root)) {
      const named = await transcriptsIn(project, roots, id.slice(0, SHORT));
      found.push(...named.filter((transcript) => (transcript.id ?? id) === id));
    }
    if (found.length > 0) return { agent: NAME, id, files: await filesOf(id, found) };
  }
  return null;
}

/** So many characters of the id stand in the name of a transcript. */
const SHORT = 8;

async function fromHook(payload: HookPayload, roots: readonly string[]): Promise<SessionSource | null> {
  const claim = claimOf(payload);
  return sessionOfHook(claim, roots, ({ root, real }) => idOfPlace(root, real, claim.id, roots), (id) => find(id, roots));
}

/** What the transcript says; the claim only where it says nothing yet. */
async function idOfPlace(root: string, real: string, claimed: string | undefined, roots: readonly string[]): Promise<string | undefined> {
  const place = ownerOfPlace(root, real);
  if (place === undefined) return undefined;
  if (place.parent !== undefined) return place.parent;
  const project = (await projectsIn(root)).find(({ folder }) => path.basename(folder) === place.folder);
  const transcript = project === undefined ? undefined : (await transcriptsIn(project, roots)).find(({ name }) => name === place.name);
  if (transcript === undefined) return undefined;
  return transcript.id ?? (claimed?.startsWith(transcript.short) === true ? claimed : transcript.begun ? transcript.short : undefined);
}

function placed(recorded: string): readonly string[] {
  const [tmp, folder, kind, ...rest] = safeComponents(recorded);
  const [first, second] = rest;
  const inChats = kind === "chats" && first !== undefined && (rest.length === 1 ? isTranscript(first) : rest.length === 2 && isId(first));
  const outputs = kind === "tool-outputs" && first?.startsWith("session-") === true && second !== undefined && rest.length === 2;
  const own = kind !== undefined && isId(kind) && rest.length > 0;
  if (tmp !== "tmp" || folder !== PROJECT || kind === undefined || !(inChats || outputs || own)) throw new HxError("refused", `not a path of this agent's store: '${recorded.slice(0, 80)}'`);
  return [kind, ...rest];
}
