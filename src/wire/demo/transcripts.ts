import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { slugOf } from "../../adapters/agents/claude-code/slug.ts";
import { HxError } from "../../domain/errors.ts";
import type { HookPayload } from "../../ports/agent.ts";
import type { Machine } from "./stage.ts";

/** The directory that the recorded sessions ran in, and the home of who ran them. */
const RECORDED = { work: "/home/dev/work/acme-web", home: "/home/dev" } as const;

/** Session of Claude Code that goes on after the first push. */
export const GROWING = "092d6f4c-b506-4c71-a289-fa37763ac179";

/** Lines of the two sessions that go on when their first turn is over. */
const FIRST_TURN: readonly (readonly [file: string, lines: number])[] = [
  [GROWING, 55],
  ["01a1fb1b-3d2b-72d0-b97e-e6423cd44330", 58],
];

/** Agents as they lie in the package, and where each keeps its sessions below a home. */
const STORES = [
  { name: "claude-code", below: ".claude", sessions: join(".claude", "projects") },
  { name: "codex", below: ".codex", sessions: join(".codex", "sessions") },
] as const;

export interface StoredFile {
  /** Below the home; the folder that Claude Code names after a directory is `*`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Writes the recorded sessions of `source` into the stores of a machine, as though they had run in its checkout. */
export async function writeTranscripts(source: string, machine: Machine, howMuch: "first turn" | "whole"): Promise<void> {
  for (const { name, below } of STORES) {
    for (const path of await filesBelow(join(source, name))) {
      const target = join(machine.home, below, relative(join(source, name), path).replace(slugOf(RECORDED.work), slugOf(machine.work)));
      const text = (await readFile(path, "utf8")).replaceAll(RECORDED.work, machine.work).replaceAll(RECORDED.home, machine.home);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, howMuch === "whole" ? text : firstTurn(path, text));
      // Written a while ago: no agent is at it.
      const then = Date.now() / 1000 - 60;
      await utimes(target, then, then);
    }
  }
}

/** What Claude Code hands to a hook when a turn of that session is over. */
export function stopPayload(machine: Machine): HookPayload {
  const transcript = join(machine.home, ".claude", "projects", slugOf(machine.work), `${GROWING}.jsonl`);
  return { session_id: GROWING, transcript_path: transcript, cwd: machine.work, permission_mode: "default", hook_event_name: "Stop", stop_hook_active: false };
}

/** All files of sessions in the stores of a machine. */
export async function storedFiles(machine: Machine): Promise<readonly StoredFile[]> {
  const found: StoredFile[] = [];
  for (const { sessions } of STORES) {
    for (const path of await filesBelow(join(machine.home, sessions))) {
      found.push({ path: relative(machine.home, path).replace(slugOf(machine.work), "*"), bytes: await readFile(path) });
    }
  }
  return found;
}

function firstTurn(path: string, text: string): string {
  const lines = FIRST_TURN.find(([name]) => path.endsWith(`${name}.jsonl`))?.[1];
  return lines === undefined ? text : text.split("\n").slice(0, lines).map((line) => `${line}\n`).join("");
}

/** Where the recorded sessions are: the build puts them beside the bundle. @throws HxError `io-failed` */
export function recordings(): string {
  const found = ["./demo", "../demo"].map((path) => fileURLToPath(new URL(path, import.meta.url))).find((path) => existsSync(join(path, "codex")));
  if (found === undefined) throw new HxError("io-failed", "the recorded sessions of the demo are not in this package");
  return found;
}

async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
}
