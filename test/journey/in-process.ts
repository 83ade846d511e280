import { join, resolve } from "node:path";
import { Chalk } from "chalk";
import { transcriptView } from "../../src/cli/views/transcript.ts";
import { fileTree } from "../../src/adapters/file-tree/file-tree.ts";
import { sessionsOf } from "../../src/app/read/lane-source.ts";
import { fetchSegments, openOwnSession, type OpenedSession } from "../../src/app/read/open-session.ts";
import type { Ledger } from "../../src/app/ledger.ts";
import { rawSession } from "../../src/app/sessions/raw-session.ts";
import { restoreSession } from "../../src/app/sessions/restore-session.ts";
import { viewSession } from "../../src/app/sessions/view-session.ts";
import type { SessionsWorld, ShownSession } from "../../src/cli/world.ts";
import type { Agent } from "../../src/ports/agent.ts";
import { agentNamed } from "../../src/wire/agents.ts";
import { identityPorts } from "../../src/wire/identity-ports.ts";
import { openHere } from "../../src/wire/here.ts";
import { sessionsWorld } from "../../src/wire/sessions-world.ts";
import { readSettings } from "../../src/wire/settings.ts";
import type { Machine } from "./world.ts";

/** The commands on sessions of a machine without a process for each: for tests with hundreds of steps. */
export function inProcess(machine: Machine, directory: string): SessionsWorld {
  const settings = readSettings(machine.env);
  const passphrase = { ask: async () => null };
  const progress = { phase: () => undefined, warn: () => undefined, done: () => undefined };
  return sessionsWorld(settings, { directory, passphrase, progress, signal: new AbortController().signal }, () => identityPorts(settings, passphrase));
}

/** What `hx show` prints into a pipe. */
export function printed(shown: ShownSession): string {
  return [...transcriptView(shown, new Chalk({ level: 0 }))].join("");
}

export const everything = { agents: [], dryRun: false } as const;

export interface CameBack {
  readonly agent: string;
  readonly agentId: string;
  readonly omitted: number;
  /** Absolute paths of the restored files. */
  readonly files: readonly string[];
  readonly printed: string;
}

async function openAll(machine: Machine, directory: string): Promise<{ readonly ledger: Ledger; readonly opened: readonly OpenedSession[] }> {
  const settings = readSettings(machine.env);
  const { clone, ledger, author, mine } = await openHere(settings, directory, () => identityPorts(settings, { ask: async () => null }), "must");
  if (author === null) throw new Error("no identity");
  const opened: OpenedSession[] = [];
  for (const source of await mine()) for (const session of await sessionsOf(source)) opened.push(await openOwnSession(ledger, author, source, session));
  await fetchSegments(ledger, opened, { remote: clone.remote, url: "origin", options: {} });
  return { ledger, opened };
}

/**
 * Restores all sessions of the author into the machine's stores, with one fetch for all of them.
 * @param homeOf whose store it is, by the agent's own id of the session
 */
export async function restoreAll(machine: Machine, directory: string, homeOf: (agentId: string) => string = () => machine.home): Promise<readonly CameBack[]> {
  const { ledger, opened } = await openAll(machine, directory);
  const all: CameBack[] = [];
  for (const one of opened) {
    const agent = await wiredFor(one, homeOf(one.facts.id), machine);
    const restored = await restoreSession(ledger, agent, fileTree(), one, { checkout: resolve(directory), map: false, force: false, dryRun: false });
    all.push({ ...(await shown(ledger, agent, one)), files: restored.files.map(({ path }) => path) });
  }
  return all;
}

/** As `restoreAll`, but the exact files of each session go below a directory: `<agent>/<id>/<path>`. */
export async function rawAll(machine: Machine, directory: string, into: string): Promise<readonly CameBack[]> {
  const { ledger, opened } = await openAll(machine, directory);
  const all: CameBack[] = [];
  for (const one of opened) {
    const below = join(into, one.facts.agent, one.facts.id);
    const files = await rawSession(ledger, fileTree(), one, below);
    all.push({ ...(await shown(ledger, await wiredFor(one, machine.home, machine), one)), files: files.map(({ path }) => join(below, path)) });
  }
  return all;
}

async function wiredFor({ facts }: OpenedSession, home: string, machine: Machine): Promise<Agent> {
  const agent = await agentNamed(readSettings({ ...machine.env, HOME: home }), facts.agent);
  if (agent === null) throw new Error(`no agent '${facts.agent}'`);
  return agent;
}

async function shown(ledger: Ledger, agent: Agent, one: OpenedSession): Promise<Omit<CameBack, "files">> {
  const { view, omitted } = await viewSession(ledger, agent, one);
  return { agent: one.facts.agent, agentId: one.facts.id, omitted, printed: printed({ id: one.session, access: { class: "own" }, view, unreadable: [], omittedBytes: omitted }) };
}
