import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { Agent, RecordReader, SessionSource, SourceFile } from "../../src/ports/agent.ts";
import { agentNamed } from "../../src/wire/agents.ts";
import { readSettings } from "../../src/wire/settings.ts";
import type { AnyFixture } from "../agents/contract.ts";
import { fixtureOf } from "../agents/fixtures.ts";
import { looseFiles, SAMPLES } from "../agents/sample-folders.ts";
import { writeQuiet } from "./claude.ts";
import { commonParent, cutIn, filesBelow } from "./samples.ts";

/** A file of a sample in the store of its agent. */
export interface Laid {
  /** Below the folder of the samples. */
  readonly sample: string;
  readonly agent: string;
  /** Absolute. */
  readonly place: string;
  readonly bytes: Buffer;
  /** What stands beside a transcript is there from the beginning. */
  readonly isBeside: boolean;
}

/** Where the samples are laid: a home, and a checkout in `<dev>/work/acme-web`, as in the recorded homes. */
export interface Ground {
  readonly home: string;
  readonly dev: string;
  readonly checkout: string;
}

/** Files of the samples that are not laid into a store of files, and why. */
export const NOT_LAID: readonly (readonly [agent: string, sample: RegExp, why: string])[] = [
  ["cursor", /ide-composer-sample\.json$/, "rows of the editor's database: samples-databases.test.ts has them"],
  ["cursor", /store-db-sample\.reduced\.json$/, "a dump of a database that is laid as one (store.reconstructed.db)"],
  ["cursor", /store\.reconstructed\.db$/, "a database: samples-databases.test.ts has it"],
  ["kiro", /kiro_sqlite\/.*\.json$/, "rows of a database: samples-databases.test.ts has them"],
  ["opencode", /opencode-storage\//, "files of versions before the database: samples-databases.test.ts has them"],
  ["opencode", /schema\.sql$/, "the tables of a database that is laid"],
  ["vscode-copilot", /copilot-otel\/traces\.db$/, "telemetry of the extension"],
];

/** What lies in a recorded home and is of no session: copies that the agent made for itself, and what it keeps of a project. */
export const NO_TRANSCRIPT = /\.settings\.json\.bak$|\/projects\.json$|\/\.project_root$|\/extract-cursor\.json$|\/MEMORY\.md$|\/projects\/[^/]+\/meta\.json$/;

/** Files beside a transcript, and where; the others of a folder are transcripts. */
const BESIDE: Readonly<Record<string, { readonly files: RegExp; readonly of: (file: string) => string; readonly place: (transcript: string) => string }>> = {
  kiro: { files: /irrlicht\/.*\.json$/, of: (file) => `${file}l`, place: (transcript) => transcript.replace(/l$/, "") },
  "factory-droid": { files: /\.settings\.json$/, of: (file) => file.replace(/\.settings\.json$/, ".jsonl"), place: (transcript) => transcript.replace(/\.jsonl$/, ".settings.json") },
  "vscode-copilot": {
    files: /event_stream\.jsonl$/,
    of: (file) => path.join(path.dirname(file), file.includes("vscode_event") ? "copilot_session_multiline.jsonl" : "copilot_session_simple.jsonl"),
    place: (transcript) => path.join(path.dirname(transcript), "..", "GitHub.copilot-chat", "transcripts", path.basename(transcript)),
  },
};

export function nameOf(file: string): string {
  return path.relative(SAMPLES ?? "", file);
}

export async function agentIn(home: string, name: string): Promise<Agent> {
  const agent = await agentNamed(readSettings({ HOME: home }), name);
  if (agent === null) throw new Error(`no agent '${name}'`);
  return agent;
}

/** Lays every loose sample of an agent as a session of its own, as if it had run in the checkout. */
export async function layLoose(name: string, ground: Ground, wanted = /\.jsonl?$/): Promise<readonly Laid[]> {
  const make = await fixtureOf(name);
  const fixture = make(ground.home);
  const beside = BESIDE[name];
  const files = looseFiles(name).filter((file) => wanted.test(file) && !NOT_LAID.some(([agent, sample]) => agent === name && sample.test(file)));
  const transcripts = files.filter((file) => beside?.files.test(file) !== true);
  const laid: Laid[] = [];
  for (const [i, file] of transcripts.entries()) {
    const companion = files.find((other) => other !== file && beside?.files.test(other) === true && beside.of(other) === file);
    laid.push(...(await layOne(name, fixture, ground, fixture.id(100 + i), file, companion)));
  }
  return laid;
}

async function layOne(name: string, fixture: AnyFixture, { home, checkout }: Ground, id: string, file: string, companion: string | undefined): Promise<readonly Laid[]> {
  const usual = fixture.transcript(id, checkout);
  const place = usual.slice(0, usual.length - path.extname(usual).length) + path.extname(file);
  const original = await readFile(file);
  // One agent names its transcripts after the id that they say themselves.
  const own = name === "gemini-cli" ? /"sessionId":\s*"([^"]+)"/.exec(original.toString("latin1"))?.[1] : undefined;
  const laid: Laid[] = [{ sample: nameOf(file), agent: name, place, bytes: own === undefined ? original : replaced(original, [[own, id]]), isBeside: false }];
  await mkdir(path.dirname(place), { recursive: true });
  if (fixture.storage === "document" && fixture.directory === "beside") {
    await fixture.write(id, checkout, []);
    await rm(usual);
  } else if (fixture.storage === undefined) await fixture.beside?.(id, checkout);
  if (companion !== undefined) laid.push({ sample: nameOf(companion), agent: name, place: BESIDE[name]?.place(place) ?? "", bytes: await readFile(companion), isBeside: true });
  for (const each of laid) await writeQuiet(each.place, each.bytes);
  const source = await (await agentIn(home, name)).find(id);
  if (source === null) throw new Error(`'${nameOf(file)}' is not found in the store of ${name}`);
  return movedInto(await agentIn(home, name), source, laid, checkout);
}

/** What must be in the home before a session can be put back: one agent makes a folder for each checkout that it opens. */
export async function openedOnce(name: string, { home, checkout }: Pick<Ground, "home" | "checkout">): Promise<void> {
  if (name !== "vscode-copilot") return;
  const fixture = (await fixtureOf(name))(home);
  if (fixture.storage === "document") await fixture.write(fixture.id(1), checkout, []);
  await rm(fixture.transcript(fixture.id(1), checkout));
}

/** The files with the directories that the agent reads in them moved below the checkout: the deepest that holds them all becomes its top. */
async function movedInto(agent: Agent, source: SessionSource, laid: readonly Laid[], checkout: string): Promise<readonly Laid[]> {
  const before = directoriesOf(agent, source, await Promise.all(source.files.map(async ({ absolute }) => ({ bytes: await readFile(absolute) }))));
  const base = commonParent(before);
  const moves = before.map((directory) => [directory, checkout + directory.slice(base.length)] as const);
  for (const [, directory] of moves) await mkdir(directory, { recursive: true });
  const moved = laid.map((each) => ({ ...each, bytes: replaced(each.bytes, moves, "(?![\\w.-])") }));
  for (const each of moved) await writeQuiet(each.place, each.bytes);
  return moved;
}

/** Where the agent says that the session ran: in its records, and beside them. @param contents of its files, in their order */
export function directoriesOf(agent: Agent, { files }: SessionSource, contents: readonly { readonly bytes: Buffer }[]): readonly string[] {
  const found = files.flatMap((file, i) => [...(file.directory === undefined ? [] : [file.directory]), ...takeAll(agent.records(file), file, contents[i]?.bytes ?? Buffer.alloc(0))]);
  return [...new Set(found)];
}

function takeAll(reader: RecordReader, { growth }: SourceFile, content: Buffer): readonly string[] {
  const parts = growth === "rewrite" ? [content] : content.toString("latin1").split("\n").map((line) => Buffer.from(line, "latin1"));
  return [...parts.flatMap((part) => reader.take(part) ?? []), ...(reader.directories?.() ?? [])];
}

/** A copy with some texts in the place of others, all at once. @param after what must follow, as a regular expression */
export function replaced(bytes: Buffer, pairs: readonly (readonly [from: string, to: string])[], after = ""): Buffer {
  if (pairs.length === 0) return bytes;
  const latin = (text: string): string => Buffer.from(text).toString("latin1");
  const by = new Map(pairs.map(([from, to]) => [latin(from), latin(to)]));
  const any = [...by.keys()].sort((a, b) => b.length - a.length).map((from) => from.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return Buffer.from(bytes.toString("latin1").replace(new RegExp(`(?:${any.join("|")})${after}`, "g"), (from) => by.get(from) ?? from), "latin1");
}

/**
 * Lays a home that an agent left behind, moved to the ground.
 * @param copy of several homes with the same sessions: gives each session an id of its own
 */
export async function layMade(name: string, home: string, ground: Ground, copy = 0): Promise<readonly Laid[]> {
  const slug = (directory: string): string => directory.slice(1).replace(/[^A-Za-z0-9]/g, "-");
  const names = filesBelow(home).filter((below) => below.startsWith(".") && !/\.(db|db-wal|db-shm|lock)$/.test(below));
  const ids = copy === 0 ? [] : [...new Set(names.flatMap((below) => below.match(ID) ?? []))].map((id) => [id, shifted(id, copy)] as const);
  const laid: Laid[] = [];
  for (const below of names) {
    const bytes = replaced(replaced(await readFile(path.join(home, below)), ids), [["/home/dev", ground.dev]], "(?![\\w.-])");
    const place = replaced(Buffer.from(below), [...ids, [slug("/home/dev"), slug(ground.dev)]]).toString();
    laid.push({ sample: nameOf(path.join(home, below)), agent: name, place: path.join(ground.home, place), bytes, isBeside: false });
  }
  for (const { place, bytes } of laid) await writeQuiet(place, bytes);
  return laid;
}

/** What an id begins with. */
const ID = /(?<![0-9A-Za-z])(?:[0-9a-f]{8}(?=-[0-9a-f]{4}-|\.jsonl)|\d{13}(?=_))/g;

function shifted(id: string, by: number): string {
  const last = Number.parseInt(id.slice(-1), 16);
  return id.slice(0, -1) + (id.length === 13 ? String((last + by) % 10) : ((last + by) % 16).toString(16));
}

const LISTS = ["messages", "history", "requests"];

/**
 * What a file was at a step of some: the beginning of what grows by lines; a document with less in its list, or torn; anything else is
 * there from the beginning.
 */
export function earlierState(place: string, bytes: Buffer, step: number, steps: number): Buffer {
  if (step === steps - 1) return bytes;
  if (place.endsWith(".jsonl")) return bytes.subarray(0, cutIn(bytes, step, steps));
  const document: unknown = place.endsWith(".json") ? JSON.parse(bytes.toString()) : null;
  if (typeof document !== "object" || document === null) return bytes;
  const [key, list] = Object.entries(document).find(([name, value]) => LISTS.includes(name) && Array.isArray(value)) ?? [];
  if (key === undefined || !Array.isArray(list)) return bytes;
  if (step % 2 === 1) return bytes.subarray(0, step === steps - 2 ? -2 : bytes.length / 2);
  return Buffer.from(JSON.stringify({ ...document, [key]: list.slice(0, Math.ceil((list.length * (step + 1)) / steps)) }, null, 2));
}
