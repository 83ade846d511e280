import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { SAMPLES } from "../agents/sample-folders.ts";
import { slug } from "./claude.ts";

export { SAMPLES };

/** A transcript as it is in the samples, before anything is replaced. */
export interface Sample {
  readonly name: string;
  readonly agent: "claude-code" | "codex";
  /** An id of its own: several samples are stages of one session. */
  readonly id: string;
  readonly original: Buffer;
  /** Bytes that earlier snapshots of it had. */
  readonly cuts: readonly number[];
}

const FOLDERS = [
  ["claude-code", "claude-code"],
  ["growing", "claude-code"],
  ["made-here/claude", "claude-code"],
  ["codex", "codex"],
  ["made-here/codex", "codex"],
] as const;

export function readSamples(): readonly Sample[] {
  const root = SAMPLES;
  if (root === null) return [];
  const cuts = knownCuts(root);
  return FOLDERS.flatMap(([folder, agent]) =>
    filesBelow(path.join(root, folder))
      .filter((name) => name.endsWith(".jsonl"))
      .map((below) => {
        const name = `${folder}/${below}`;
        return { name, agent, id: idOf(name), original: readFileSync(path.join(root, name)), cuts: cuts.get(name) ?? [] };
      }),
  );
}

/** Files below a directory, relative with `/`, sorted. */
export function filesBelow(directory: string): readonly string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name))).sort();
}

function knownCuts(root: string): ReadonlyMap<string, readonly number[]> {
  const { series } = JSON.parse(readFileSync(path.join(root, "growing/growing.json"), "utf8")) as { readonly series: readonly { readonly file: string; readonly cuts: readonly number[] }[] };
  return new Map(series.map(({ file, cuts }) => [`growing/${file}`, cuts]));
}

function idOf(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Where the agent keeps a loose sample as a session of its own, relative to the home. */
export function placeInHome({ agent, id }: Sample, checkout: string): string {
  return agent === "claude-code" ? path.join(".claude", "projects", slug(checkout), `${id}.jsonl`) : path.join(".codex", "sessions", "2026", "11", "20", `rollout-2026-11-20T10-00-00-${id}.jsonl`);
}

interface Recorded {
  readonly directory: string;
  /** Puts another directory into the line, and touches nothing else. */
  replace(line: string, by: string): string;
}

/** The directories that a transcript records, in order. */
export function directoriesIn(transcript: Buffer): readonly string[] {
  return linesOf(transcript).flatMap((line) => recordedIn(line)?.directory ?? []);
}

/** Replaces recorded directories; all other bytes stay. */
export function replaceDirectories(transcript: Buffer, by: (directory: string) => string): Buffer {
  const lines = linesOf(transcript).map((line) => {
    const recorded = recordedIn(line);
    return recorded === null ? line : recorded.replace(line, by(recorded.directory));
  });
  return Buffer.from(lines.join("\n"), "latin1");
}

/** As Latin-1, in which every byte is one character. */
function linesOf(transcript: Buffer): readonly string[] {
  return transcript.toString("latin1").split("\n");
}

function recordedIn(line: string): Recorded | null {
  const record = parsed(line);
  if (record === null) return tornIn(line);
  const payload = objectIn(record, "payload");
  const inPayload = record["type"] === "session_meta" || record["type"] === "turn_context";
  const cwd = payload === null ? record["cwd"] : inPayload ? payload["cwd"] : undefined;
  if (typeof cwd === "string") return { directory: cwd, replace: (text, by) => replaceField(text, cwd, by) };
  if (record["type"] !== "message" || record["role"] !== "user" || !line.includes("<environment_context>")) return null;
  const tagged = /<cwd>([^<]+)<\/cwd>/.exec(line)?.[1];
  return tagged === undefined ? null : { directory: tagged, replace: (text, by) => text.replace(`<cwd>${tagged}</cwd>`, () => `<cwd>${by}</cwd>`) };
}

/** A record that is cut off still ran where its beginning says. */
function tornIn(line: string): Recorded | null {
  const cwd = line.startsWith("{") ? /"cwd":"([^"\\]*)"/.exec(line)?.[1] : undefined;
  return cwd === undefined ? null : { directory: cwd, replace: (text, by) => text.replace(`"cwd":"${cwd}"`, () => `"cwd":"${by}"`) };
}

/** Of several places that look like the field, the one whose change the parsed record shows. */
function replaceField(line: string, from: string, by: string): string {
  const field = /"cwd":\s*"((?:[^"\\]|\\.)*)"/g;
  for (const match of line.matchAll(field)) {
    const inner = JSON.stringify(Buffer.from(by, "utf8").toString("latin1"));
    const changed = `${line.slice(0, match.index)}${match[0].slice(0, match[0].indexOf('"', 6))}${inner}${line.slice(match.index + match[0].length)}`;
    const record = parsed(changed);
    const now = record === null ? undefined : (objectIn(record, "payload") ?? record)["cwd"];
    if (now === by && record !== null && JSON.stringify(withCwd(record, from)) === JSON.stringify(parsed(line))) return changed;
  }
  throw new Error(`no field holds '${from}'`);
}

function withCwd(record: Record<string, unknown>, cwd: string): Record<string, unknown> {
  const payload = objectIn(record, "payload");
  return payload === null ? { ...record, cwd } : { ...record, payload: { ...payload, cwd } };
}

function parsed(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(line, "latin1").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function objectIn(record: Record<string, unknown>, key: string): Record<string, unknown> | null {
  const value = record[key];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
}

/** The sample with its directories moved below a checkout: the deepest directory that holds them all becomes its top. */
export function movedInto({ original }: Sample, checkout: string): { readonly bytes: Buffer; readonly directories: readonly string[] } {
  const recorded = [...new Set(directoriesIn(original))];
  const base = commonParent(recorded);
  const to = (directory: string): string => checkout + directory.slice(base.length);
  return { bytes: recorded.length === 0 ? original : replaceDirectories(original, to), directories: recorded.map(to) };
}

/** The deepest directory that holds them all; empty for none. */
export function commonParent(directories: readonly string[]): string {
  let base = directories[0] ?? "";
  for (const directory of directories) while (directory !== base && !directory.startsWith(`${base}/`)) base = path.dirname(base);
  return base;
}

/** A place to cut what grows by lines after a step of some: in the middle of a line, and now and then at a line's end; after the last its end. */
export function cutIn(bytes: Buffer, step: number, steps: number): number {
  if (step === steps - 1) return bytes.length;
  const somewhere = Math.floor((bytes.length * (step + 1)) / steps) + ((step * 7919) % 97);
  const lineEnd = bytes.indexOf(10, somewhere) + 1;
  return Math.min(bytes.length, step % 3 === 0 && lineEnd > 0 ? lineEnd : somewhere);
}
