import { isNewerThanAll, newestVersion } from "../../domain/agent-version.ts";
import type { SessionView } from "../../domain/view.ts";
import type { Agent, CapturedFile, SessionSource, SourceFile } from "../../ports/agent.ts";
import { beginningOf } from "../agents/beginning.ts";
import type { Boundary } from "../capture/boundary.ts";
import { lastWritten } from "../capture/find-source.ts";
import { ok, warn, type Finding } from "./check.ts";

/** A session of more bytes is passed over: a check must not take minutes. */
const LARGEST = 64 << 20;
/** So many of the newest sessions are read until one has a turn. */
const FEW = 3;
/** Bytes of a transcript from which on one without a turn is strange: agents write some before the first prompt. */
const MUCH = 64 << 10;
const NAMES = 8;

export interface Looking {
  readonly boundary: Boundary;
  readonly directories: readonly string[];
}

interface Read {
  readonly view: SessionView;
  /** Turns that the record reader counted. */
  readonly counted: number;
  readonly version?: string;
  readonly bytes: number;
}

/**
 * Reads the newest session of this repository as its adapter does, to see whether the agent still writes what hx understands.
 * Names types of records and counts, never content. Writes nothing.
 */
export async function canaryFinding(looking: Looking, agent: Agent): Promise<Finding> {
  let silent: Read | undefined;
  let left = FEW;
  for await (const source of newestFirst(looking, agent)) {
    const read = await readSession(agent, source);
    if (read === null) continue;
    if (asked(read.view) > 0 || Object.keys(read.view.unknown).length > 0) return judge(agent, read);
    silent = silent === undefined || read.bytes > silent.bytes ? read : silent;
    if (--left === 0) break;
  }
  if (silent === undefined) return ok("no session of this repository to read");
  if (silent.bytes < MUCH && silent.counted === 0 && silent.view.damaged === 0) return ok("no session of this repository has a turn yet");
  return warn(`${wroteBy(silent)} was read, and no turn was found in it${damage(silent.view)}: the format may have changed. It is kept byte for byte all the same`);
}

function judge(agent: Agent, read: Read): Finding {
  const { view, version } = read;
  const newer = version !== undefined && isNewerThanAll(version, agent.verifiedWith) ? `, newer than ${newestVersion(agent.verifiedWith) ?? ""}, the newest that hx was tried with` : "";
  const unknown = unknownTypes(view);
  const turns = asked(view);
  const strange = [...(unknown === "" ? [] : [`records of a type that hx does not know: ${unknown}`]), ...(turns === 0 && read.bytes >= MUCH ? ["no turn was found"] : []), ...(view.damaged === 0 ? [] : [`${view.damaged} damaged`])];
  if (strange.length === 0) return ok(`${wroteBy(read)} was read whole: ${turns} turn${turns === 1 ? "" : "s"}${newer}`);
  return warn(`${wroteBy(read)}${newer}: ${strange.join("; ")}. They are kept byte for byte, and hx show passes them over`);
}

function wroteBy({ version }: Read): string {
  return `the newest session${version === undefined ? "" : ` (version ${nameable(version)})`}`;
}

function damage({ damaged }: SessionView): string {
  return damaged === 0 ? "" : ` (${damaged} damaged records)`;
}

function asked({ turns }: SessionView): number {
  return turns.filter(({ prompt }) => prompt !== undefined).length;
}

/** The most frequent ones: `hologram (7), …`. */
function unknownTypes({ unknown }: SessionView): string {
  const types = Object.entries(unknown).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const named = types.slice(0, NAMES).map(([type, count]) => `${nameable(type)} (${count})`);
  return [...named, ...(types.length > NAMES ? [`${types.length - NAMES} more types`] : [])].join(", ");
}

/** What stands where an identifier belongs may be anything: only what looks like one is shown. */
function nameable(text: string): string {
  return /^[\w.:/@+ -]{1,60}$/.test(text) ? `'${text}'` : "one that is no name";
}

/** Those of which the first records ran here, or do not say where: that is what a changed format may look like. */
async function* newestFirst({ boundary, directories }: Looking, agent: Agent): AsyncGenerator<SessionSource> {
  const found: { readonly source: SessionSource; readonly at: number }[] = [];
  for await (const source of agent.discover(directories)) found.push({ source, at: await lastWritten(agent, source) });
  found.sort((a, b) => b.at - a.at);
  for (const { source } of found) {
    const { directory } = await beginningOf(agent, source);
    if (directory === undefined || (await boundary.side(directory)) === "inside") yield source;
  }
}

/** Null where it is gone by now, or too large. */
async function readSession(agent: Agent, source: SessionSource): Promise<Read | null> {
  const files: CapturedFile[] = [];
  let [bytes, counted] = [0, 0];
  let version: string | undefined;
  for (const file of source.files) {
    const content = await contentOf(agent, file, LARGEST - bytes);
    if (content === null) return null;
    bytes += content.length;
    files.push({ path: file.path, role: file.role, bytes: async () => content });
    if (file.role !== "transcript") continue;
    const facts = factsOf(agent, file, content);
    counted += facts.turns ?? 0;
    version ??= facts.version;
  }
  const view = await agent.view(files);
  version ??= view.version;
  return { view, counted, bytes, ...(version === undefined ? {} : { version }) };
}

async function contentOf(agent: Agent, file: SourceFile, most: number): Promise<Uint8Array | null> {
  const open = await agent.open(file).catch(() => null);
  try {
    return open === null || open.size > most ? null : await open.read(0, open.size);
  } finally {
    await open?.close();
  }
}

function factsOf(agent: Agent, { path, role, growth }: SourceFile, content: Uint8Array): ReturnType<ReturnType<Agent["records"]>["facts"]> {
  const reader = agent.records({ path, role });
  if (growth === "rewrite") reader.take(content);
  for (let at = 0; growth === "append"; ) {
    const feed = content.indexOf(0x0a, at);
    if (feed < 0) break;
    reader.take(content.subarray(at, feed));
    at = feed + 1;
  }
  reader.keep();
  return reader.facts();
}
