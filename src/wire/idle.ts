import { createHash, randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { statSync } from "node:fs";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { workFiles } from "../adapters/work-files/work-files.ts";
import type { SessionSource } from "../ports/agent.ts";
import type { WorkFiles } from "../ports/work-files.ts";
import { presentAgents } from "./agents.ts";
import type { Settings } from "./settings.ts";

/** What a look at times and sizes tells of some files. Made without git and without a primitive: most hooks end with it. */
export interface Mark {
  readonly digest: string;
  /** Modification time of the newest file of a session, ms since 1970. */
  readonly newestMs: number;
}

interface Note {
  readonly v: 1;
  readonly around: string;
  readonly sources: string;
  /** Where agents were asked for sessions. */
  readonly directories: readonly string[];
}

/** The git directories around a directory, found as git finds them in the usual cases; null otherwise. */
interface Place {
  readonly top: string;
  readonly gitDirectory: string;
  readonly commonDirectory: string;
}

/** The note of one checkout: a local work file, so that deleting it costs time. */
export class IdleNote {
  readonly #settings: Settings;
  readonly #place: Place;
  readonly #work: WorkFiles;
  readonly #name: string;

  constructor(settings: Settings, place: Place) {
    this.#settings = settings;
    this.#place = place;
    this.#work = workFiles(join(place.commonDirectory, "hx"));
    this.#name = `idle/${createHash("sha256").update(place.gitDirectory).digest("hex").slice(0, 32)}`;
  }

  /** @returns true only when nothing changed since a capture that left nothing to do */
  async holds(): Promise<boolean> {
    const note = await this.#read();
    if (note === null || (await this.around()) !== note.around) return false;
    return (await this.sources(note.directories)).digest === note.sources;
  }

  /** Of all that can bring a session inside, or move the boundary. */
  async around(): Promise<string> {
    const digest = createHash("sha256");
    for (const path of await this.#surroundings()) digest.update(`${path}\0${written(lookAtOnce(path))}\0`);
    return digest.digest("hex");
  }

  /** Of all files of all sessions that may have run there. Like no other, and never old, where a store cannot be read. */
  async sources(directories: readonly string[]): Promise<Mark> {
    const digest = createHash("sha256");
    let newestMs = 0;
    for (const agent of await presentAgents(this.#settings)) {
      digest.update(`${agent.name}\0${agent.verifiedWith.join(" ")}\0`);
      try {
        for await (const source of agent.discover(directories)) newestMs = Math.max(newestMs, await lookAt(source, digest));
      } catch {
        // Of a store that cannot be read now nobody knows that it is as it was: the capture tells why, and no note is left.
        return { digest: randomUUID(), newestMs: Number.POSITIVE_INFINITY };
      }
    }
    return { digest: digest.digest("hex"), newestMs };
  }

  async write(around: string, sources: Mark, directories: readonly string[]): Promise<void> {
    const note: Note = { v: 1, around, sources: sources.digest, directories };
    await this.#work.write(this.#name, Buffer.from(JSON.stringify(note)));
  }

  async #read(): Promise<Note | null> {
    const bytes = await this.#work.read(this.#name);
    if (bytes === null) return null;
    try {
      const note = JSON.parse(Buffer.from(bytes).toString("utf8")) as Note;
      return note.v === 1 && Array.isArray(note.directories) ? note : null;
    } catch {
      return null;
    }
  }

  /** Files whose change can bring a session inside, or move the boundary. */
  async #surroundings(): Promise<readonly string[]> {
    const { top, gitDirectory, commonDirectory } = this.#place;
    const { env, home, configDirectory, stateDirectory } = this.#settings;
    const remotes = join(commonDirectory, "refs", "remotes");
    const branches: string[] = [];
    for (const name of (await readdir(remotes).catch(() => [])).sort()) {
      const head = await readFile(join(remotes, name, "HEAD"), "utf8").catch(() => "");
      branches.push(...["HEAD", "main", "master"].map((branch) => join(remotes, name, branch)));
      if (head.startsWith("ref: refs/")) branches.push(resolve(commonDirectory, head.slice(5).trim()));
    }
    // A clone that was given another lane captures its sessions anew: which lane, the trust state of the repository says.
    const repos = (await readdir(join(stateDirectory, "repos")).catch(() => [])).sort();
    return [
      ...branches,
      ...repos.map((name) => join(stateDirectory, "repos", name)),
      ...["config", "packed-refs", "worktrees", "hx/boundary.json", "hx/sessions", "hx-stage/refs/hx", "refs/sessions/v1/root"].map((name) => join(commonDirectory, name)),
      join(gitDirectory, "config.worktree"),
      join(top, ".hx", "connection.yaml"),
      env["GIT_CONFIG_GLOBAL"] ?? join(home, ".gitconfig"),
      join(env["XDG_CONFIG_HOME"] || join(home, ".config"), "git", "config"),
      env["GIT_CONFIG_SYSTEM"] ?? "/etc/gitconfig",
      configDirectory,
      join(stateDirectory, "repos"),
      // Another version of hx may take more.
      process.argv[1] === undefined ? "" : await realpath(process.argv[1]).catch(() => ""),
    ];
  }
}

/** @returns modification time of the newest file, ms */
async function lookAt(source: SessionSource, digest: ReturnType<typeof createHash>): Promise<number> {
  let newest = 0;
  digest.update(`${source.id}\0${source.parent ?? ""}\0`);
  for (const { absolute, path } of source.files) {
    // Of thousands of files one after the other: the asynchronous call takes five times as long.
    const found = lookAtOnce(absolute);
    newest = Math.max(newest, found?.mtimeMs ?? 0);
    digest.update(`${path}\0${absolute}\0${written(found)}\0`);
  }
  return newest;
}

function lookAtOnce(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

function written(found: Stats | null): string {
  return found === null ? "-" : `${found.mtimeMs} ${found.ctimeMs} ${found.size} ${found.ino}`;
}

/** Null where git's own way of looking is needed: there is no shortcut then. */
export async function placeOf(directory: string): Promise<Place | null> {
  for (let at = await realpath(directory).catch(() => null); at !== null; at = dirname(at) === at ? null : dirname(at)) {
    const dot = join(at, ".git");
    const found = await stat(dot).catch(() => null);
    if (found === null) continue;
    const gitDirectory = found.isDirectory() ? dot : await namedIn(dot, at, "gitdir: ");
    if (gitDirectory === null) return null;
    const common = (await namedIn(join(gitDirectory, "commondir"), gitDirectory, "")) ?? gitDirectory;
    return { top: at, gitDirectory, commonDirectory: common };
  }
  return null;
}

async function namedIn(file: string, base: string, before: string): Promise<string | null> {
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null || !text.startsWith(before)) return null;
  return realpath(resolve(base, text.slice(before.length).trimEnd())).catch(() => null);
}
