import { readdirSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import path from "node:path";
import type { Agent, CapturedFile, SessionSource } from "../../src/ports/agent.ts";
import { wiredAgent } from "../../src/wire/agents.ts";
import { readSettings } from "../../src/wire/settings.ts";

const ROOT = new URL("../../fixtures/agents/", import.meta.url).pathname;

/** A store that an agent of some version left behind, below `fixtures/agents`. */
export interface Recorded {
  readonly agent: string;
  readonly version: string;
  readonly scenario: string;
  /** Holds what the first place of the agent's stores held. */
  readonly store: string;
}

const foldersIn = (directory: string): readonly string[] => readdirSync(directory, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();

/** Every recorded store, by agent, version and scenario. */
export function recordedStores(): readonly Recorded[] {
  return foldersIn(ROOT).flatMap((agent) =>
    foldersIn(path.join(ROOT, agent)).flatMap((version) =>
      foldersIn(path.join(ROOT, agent, version)).flatMap((scenario) =>
        foldersIn(path.join(ROOT, agent, version, scenario)).includes("store") ? [{ agent, version, scenario, store: path.join(ROOT, agent, version, scenario, "store") }] : [],
      ),
    ),
  );
}

/** The agent in an empty home, with a copy of the store in its first place. Null: hx knows no agent of that name. */
export async function laid({ agent: name, store }: Pick<Recorded, "agent" | "store">, home: string): Promise<{ readonly agent: Agent; readonly root: string } | null> {
  const wired = wiredAgent(name);
  const settings = readSettings({ HOME: home });
  const [root] = wired?.places(settings) ?? [];
  if (wired === undefined || root === undefined) return null;
  await mkdir(root, { recursive: true });
  await cp(store, root, { recursive: true });
  return { agent: await wired.load(settings), root };
}

/** Every session of a store, wherever it ran. */
export async function sessionsOf(agent: Agent, directories: readonly string[] = ["/"]): Promise<readonly SessionSource[]> {
  const sources: SessionSource[] = [];
  for await (const source of agent.discover(directories)) sources.push(source);
  return sources;
}

/** The files of a session as a capture holds them. */
export async function capturedFiles(agent: Agent, { files }: SessionSource): Promise<readonly CapturedFile[]> {
  return Promise.all(
    files.map(async (file) => {
      const open = await agent.open(file);
      try {
        const bytes = await open.read(0, open.size);
        return { path: file.path, role: file.role, bytes: async () => bytes };
      } finally {
        await open.close();
      }
    }),
  );
}
