import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { write } from "./world.ts";

/** The folder that Claude Code names after a directory. */
export const slug = (directory: string): string => directory.replace(/[^A-Za-z0-9]/g, "-");

/** Where Claude Code keeps the transcript of a session. */
export function transcriptPath(home: string, directory: string, id: string): string {
  return join(home, ".claude", "projects", slug(directory), `${id}.jsonl`);
}

export interface RecordOf {
  readonly cwd?: string;
  readonly [key: string]: unknown;
}

let made = 0;

/** A prompt as Claude Code records it. */
export function prompt(text: string, cwd: string | undefined, more: RecordOf = {}): string {
  const second = String(++made % 60).padStart(2, "0");
  const record = {
    parentUuid: null,
    isSidechain: false,
    userType: "external",
    ...(cwd === undefined ? {} : { cwd }),
    version: "2.1.143",
    gitBranch: "main",
    type: "user",
    message: { role: "user", content: text },
    uuid: `00000000-0000-4000-8000-${String(made).padStart(12, "0")}`,
    timestamp: `2026-03-01T10:00:${second}.000Z`,
    ...more,
  };
  return `${JSON.stringify(record)}\n`;
}

/** Sets the time of the last change so that nobody seems to be writing the file. */
export async function quiet(path: string): Promise<void> {
  const then = new Date(Date.now() - 60_000);
  await utimes(path, then, then);
}

export async function writeQuiet(path: string, bytes: string | Uint8Array): Promise<string> {
  await write(path, bytes);
  await quiet(path);
  return path;
}
