import { HxError } from "../../../domain/errors.ts";
import path from "node:path";
import type { Agent, HookPayload, SessionSource } from "../../../ports/agent.ts";
import { claimOf, sessionOfHook } from "../shared/hook-payload.ts";
import { openInside } from "../shared/open-file.ts";
import { placeBelow, safeComponents } from "../shared/place.ts";
import { realDirectory, realPathOf, withRealPaths } from "../shared/store.ts";
import type { Beside } from "./beside.ts";
import { besideIn } from "./beside.ts";
import { claudeReader } from "./reader.ts";
import type { ClaudeCodeOptions } from "./roots.ts";
import { claudeRoots } from "./roots.ts";
import { filesOf, lastChange, PROJECT } from "./session-files.ts";
import { looksLikeSlug, slugMatcher, slugOf } from "./slug.ts";
import type { Finding } from "./store.ts";
import { foldersOf, headValue, idOfName, isId, ownerOfSibling, sessionsIn } from "./store.ts";
import { claudeTurns } from "./turns.ts";
import { claudeView } from "./view.ts";

const NAME = "claude-code";
const BESIDE = new Set(["file-history", "image-cache", "tasks", "todos"]);

export function claudeCode(options: ClaudeCodeOptions): Agent {
  const stores = claudeRoots(options);
  const roots = async (): Promise<readonly string[]> => {
    const found = await Promise.all(stores.map(realDirectory));
    return [...new Set(found.filter((root) => root !== null))];
  };
  return {
    name: NAME,
    title: "Claude Code",
    verifiedWith: ["1.0.111", "2.0.64", "2.0.76", "2.1.5", "2.1.17", "2.1.29", "2.1.37", "2.1.98", "2.1.101", "2.1.143", "2.1.165", "2.1.329"],
    roots,
    discover: (directories, narrow) => discover(directories, options, roots, narrow?.changedSince),
    find: async (id) => find(id, await roots()),
    fromHook: async (payload) => fromHook(payload, await roots()),
    open: async (file) => openInside(file.absolute, await roots()),
    records: claudeReader,
    view: claudeView,
    turnsOf: claudeTurns,
    placeOf: async (recorded, where) => {
      const root = (await roots())[0] ?? stores[0] ?? options.home;
      return placeBelow(root, await placed(recorded, where.directory, options));
    },
  };
}

async function* discover(
  directories: readonly string[],
  options: ClaudeCodeOptions,
  roots: () => Promise<readonly string[]>,
  changedSince: number | undefined,
): AsyncIterable<SessionSource> {
  const known = await roots();
  const wanted = await withRealPaths(directories);
  const matches = slugMatcher(wanted);
  const found = new Map<string, Finding[]>();
  for (const root of known) {
    for (const folder of await foldersOf(root)) {
      const byName = folder.names.some((name) => matches(name) || name === options.projectDirName);
      if (!byName && folder.names.some(looksLikeSlug)) continue;
      for (const finding of await sessionsIn(folder, known)) {
        if (!byName && !(await ranBelow(finding, matches, known))) continue;
        found.set(finding.id, [...(found.get(finding.id) ?? []), finding]);
      }
    }
  }
  const beside = new Map(await Promise.all(known.map(async (root) => [root, await besideIn(root)] as const)));
  for (const id of [...found.keys()].sort()) {
    const source = await sourceOf(found.get(id) ?? [], (root) => beside.get(root));
    if (source === null) continue;
    if (changedSince !== undefined && (await lastChange(source.files)) <= changedSince) continue;
    yield source;
  }
}

/** For a folder whose name was set by hand: what the first records say. */
async function ranBelow(finding: Finding, matches: (slug: string) => boolean, roots: readonly string[]): Promise<boolean> {
  const cwd = await headValue(path.join(finding.folder.directory, finding.transcripts[0] ?? ""), roots, "cwd");
  return cwd === undefined || matches(slugOf(cwd));
}

async function find(id: string, roots: readonly string[]): Promise<SessionSource | null> {
  if (!isId(id)) return null;
  const findings: Finding[] = [];
  for (const root of roots) {
    for (const folder of await foldersOf(root)) findings.push(...(await sessionsIn(folder, roots)).filter((finding) => finding.id === id));
  }
  const root = findings[0]?.folder.root;
  const beside = root === undefined ? undefined : await besideIn(root);
  return sourceOf(findings, () => beside);
}

/** A session lies in one store; of two stores that both have the id the first counts. */
async function sourceOf(findings: readonly Finding[], besideOf: (root: string) => Beside | undefined): Promise<SessionSource | null> {
  const first = findings[0];
  const beside = first === undefined ? undefined : besideOf(first.folder.root);
  if (first === undefined || beside === undefined) return null;
  const files = await filesOf(findings.filter(({ folder }) => folder.root === first.folder.root), beside);
  return files.length === 0 ? null : { agent: NAME, id: first.id, files };
}

async function fromHook(payload: HookPayload, roots: readonly string[]): Promise<SessionSource | null> {
  return sessionOfHook(claimOf(payload), roots, ({ root, real }) => idOfPlace(path.relative(root, real), real, roots), (id) => find(id, roots));
}

/** The session of a file: a sub-agent's transcript belongs to the session that started it. */
async function idOfPlace(relative: string, real: string, roots: readonly string[]): Promise<string | undefined> {
  const [projects, folder, name, ...below] = relative.split(path.sep);
  if (projects !== "projects" || folder === undefined || name === undefined) return undefined;
  if (below.length > 0) return name;
  return idOfName(name) ?? (await ownerOfSibling(real, roots));
}

async function placed(recorded: string, directory: string, options: ClaudeCodeOptions): Promise<readonly string[]> {
  const [top, folder, ...rest] = safeComponents(recorded);
  const known = top === "projects" ? rest.length > 0 : top !== undefined && BESIDE.has(top) && folder !== undefined;
  if (top === undefined || folder === undefined || !known) throw new HxError("refused", `not a path of this agent's store: '${recorded.slice(0, 80)}'`);
  if (top !== "projects" || folder !== PROJECT) return [top, folder, ...rest];
  return [top, options.projectDirName ?? slugOf((await realPathOf(directory)) ?? directory), ...rest];
}

