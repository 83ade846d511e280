import { mkdir, readFile, rename } from "node:fs/promises";
import path from "node:path";
import { expect } from "vitest";
import type { Agent, SessionSource, SourceFile } from "../../src/ports/agent.ts";
import type { SessionsWorld } from "../../src/cli/world.ts";
import { agentIn, directoriesOf, type Ground, type Laid } from "./agent-samples.ts";
import { everything, inProcess, rawAll, type CameBack } from "./in-process.ts";
import { connectedCheckout, newIdentity, recover, type JourneyWorld, type Machine } from "./world.ts";

/** A connected checkout on a computer, and what it needs to come back elsewhere. */
export interface Desk {
  readonly ground: Ground;
  readonly machine: Machine;
  readonly sessions: SessionsWorld;
  readonly remote: string;
  readonly phrase: string;
}

/** The checkout lies where a recorded home has it, with the worktree and the folders in which agents ran. */
export async function deskIn(world: JourneyWorld, name: string): Promise<Desk> {
  const machine = await world.machine(name);
  const phrase = world.path(`phrase-${name}`);
  await newIdentity(machine, phrase);
  const remote = await world.remote("http");
  const dev = world.path(name, "dev");
  const checkout = await connectedCheckout(machine, remote, path.join(dev, "work", "acme-web"));
  await machine.git(checkout, "worktree", "add", "-q", "-b", "title", `${checkout}-title`);
  for (const folder of [path.join(checkout, "packages", "ui"), path.join(dev, "notes")]) await mkdir(folder, { recursive: true });
  return { ground: { home: machine.home, dev, checkout }, machine, sessions: inProcess(machine, checkout), remote, phrase };
}

/** A file of a session, as its agent reads it. */
export interface KeptFile {
  readonly path: string;
  readonly absolute: string;
  readonly bytes: Buffer;
}

export interface KeptSession {
  readonly agent: string;
  readonly id: string;
  readonly files: readonly KeptFile[];
  /** Where its agent says that it ran. */
  readonly directories: readonly string[];
  /** Somebody asked something in it. */
  readonly isAsked: boolean;
}

async function contentOf(agent: Agent, file: SourceFile): Promise<Buffer> {
  const open = await agent.open(file);
  try {
    return Buffer.from(await open.read(0, open.size));
  } finally {
    await open.close();
  }
}

async function keptOf(agent: Agent, source: SessionSource): Promise<KeptSession> {
  const files: KeptFile[] = [];
  for (const file of source.files) files.push({ path: file.path, absolute: file.absolute, bytes: await contentOf(agent, file) });
  const view = await agent.view(source.files.map(({ path: recorded, role }, i) => ({ path: recorded, role, bytes: async () => files[i]?.bytes ?? Buffer.alloc(0) })));
  return { agent: source.agent, id: source.id, files, directories: directoriesOf(agent, source, files), isAsked: view.turns.some(({ prompt }) => prompt !== undefined) };
}

/** Every session of an agent in a home, wherever it ran. */
export async function sessionsIn(home: string, name: string, directories: readonly string[] = ["/"]): Promise<readonly KeptSession[]> {
  const agent = await agentIn(home, name);
  const sessions: KeptSession[] = [];
  for await (const source of agent.discover(directories)) sessions.push(await keptOf(agent, source));
  return sessions;
}

/** Takes all that is there. @param sessions of which home @returns what yielded nothing, with the reason */
export async function takeEverything({ sessions: own }: Desk, sessions = own): Promise<readonly string[]> {
  const { failed, skipped } = await sessions.capture(everything);
  expect([failed, skipped.filter(({ reason }) => reason !== "it does not say where it ran")]).toEqual([0, []]);
  return skipped.map(({ agent, session, reason }) => `${agent} ${session}: ${reason}`);
}

/** In the recorded homes there are sessions of a folder that is no repository. */
export function ranInside({ ground: { dev } }: Desk, { directories }: KeptSession): boolean {
  return directories.length === 0 || directories.some((directory) => !directory.startsWith(`${dev}/notes`));
}

/** Pushes, takes the checkout away, and clones it in the same place on a computer that has nothing but the phrase. */
export async function elsewhere(world: JourneyWorld, name: string, { machine, ground: { checkout }, remote, phrase, sessions }: Desk): Promise<Machine> {
  await sessions.sync({ full: false, dryRun: false });
  await machine.git(checkout, "worktree", "remove", "--force", `${checkout}-title`);
  await rename(checkout, `${checkout}.gone`);
  const fresh = await world.machine(`${name}-fresh`);
  await recover(fresh, remote, checkout, phrase);
  return fresh;
}

/** Nothing of them was left out, each has something to read, and no control character reaches a terminal. */
export function expectReadable(back: readonly CameBack[]): void {
  expect(back.filter(({ omitted }) => omitted > 0)).toEqual([]);
  expect(back.filter(({ printed }) => !/[a-z]{3}/.test(printed) || /[^\P{Cc}\n\t]/u.test(printed)).map(({ agent, agentId }) => `${agent} ${agentId}`)).toEqual([]);
}

/** On another computer the raw files of these sessions, and of no others, are the lines that their agents' readers gave. @param into a new directory */
export async function hasLines(fresh: Machine, into: string, { ground: { checkout } }: Desk, taken: readonly { readonly sample: string; readonly session: KeptSession }[]): Promise<void> {
  const back = await rawAll(fresh, checkout, into);
  expect(back.map(({ agent, agentId }) => `${agent} ${agentId}`).sort()).toEqual(taken.map(({ session: { agent, id } }) => `${agent} ${id}`).sort());
  expectReadable(back);
  for (const { sample, session } of taken) {
    for (const file of session.files) expect([sample, file.path, (await readFile(path.join(into, session.agent, session.id, file.path))).equals(file.bytes)]).toEqual([sample, file.path, true]);
  }
}

/** The sessions that are not, byte for byte, where their agent finds them again. */
export async function differing(home: string, checkout: string, sessions: readonly KeptSession[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of new Set(sessions.map(({ agent }) => agent))) {
    const agent = await agentIn(home, name);
    // One agent looks only into checkouts that it was asked for.
    for await (const _ of agent.discover([checkout])) continue;
    for (const { id, files } of sessions.filter(({ agent: own }) => own === name)) {
      const source = await agent.find(id);
      for (const { path: recorded, bytes } of files) {
        const file = source?.files.find((each) => each.path === recorded);
        const again = file === undefined ? null : await contentOf(agent, file);
        if (again?.equals(bytes) !== true) found.push(`${name} ${id} ${recorded}: ${again === null ? "absent" : `${again.length} of ${bytes.length} bytes`}`);
      }
    }
  }
  return found;
}

/** The laid transcripts that no session has as they are. */
export function untaken(laid: readonly Laid[], sessions: readonly KeptSession[]): readonly string[] {
  const read = new Map(sessions.flatMap(({ files }) => files.map((file) => [file.absolute, file.bytes] as const)));
  return laid.flatMap(({ place, bytes, sample }) => (read.get(place)?.equals(bytes) === true ? [] : [sample]));
}
