import { resolve } from "node:path";
import { Chalk } from "chalk";
import { transcriptView } from "../../src/cli/views/transcript.ts";
import { fileTree } from "../../src/adapters/file-tree/file-tree.ts";
import { sessionsOf } from "../../src/app/read/lane-source.ts";
import { fetchSegments, openOwnSession } from "../../src/app/read/open-session.ts";
import { restoreSession } from "../../src/app/sessions/restore-session.ts";
import { viewSession } from "../../src/app/sessions/view-session.ts";
import type { SessionsWorld, ShownSession } from "../../src/cli/world.ts";
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
  readonly agentId: string;
  readonly omitted: number;
  /** Absolute paths of the restored files. */
  readonly files: readonly string[];
  readonly printed: string;
}

/** Restores all sessions of the author into the machine's stores, with one fetch for all of them. */
export async function restoreAll(machine: Machine, directory: string): Promise<readonly CameBack[]> {
  const settings = readSettings(machine.env);
  const { clone, ledger, author, mine } = await openHere(settings, directory, () => identityPorts(settings, { ask: async () => null }), "must");
  if (author === null) throw new Error("no identity");
  const opened = [];
  for (const source of await mine()) for (const session of await sessionsOf(source)) opened.push(await openOwnSession(ledger, author, source, session));
  await fetchSegments(ledger, opened, { remote: clone.remote, url: "origin", options: {} });
  const all: CameBack[] = [];
  for (const one of opened) {
    const agent = await agentNamed(settings, one.facts.agent);
    if (agent === null) throw new Error(`no agent '${one.facts.agent}'`);
    const restored = await restoreSession(ledger, agent, fileTree(), one, { checkout: resolve(directory), map: false, force: false, dryRun: false });
    const { view, omitted } = await viewSession(ledger, agent, one);
    all.push({ agentId: restored.id, omitted, files: restored.files.map(({ path }) => path), printed: printed({ id: one.session, access: { class: "own" }, view, unreadable: [], omittedBytes: omitted }) });
  }
  return all;
}
