import { appendFile, mkdir, mkdtemp, realpath, rm, unlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { IdleNote, placeOf } from "../../src/wire/idle.ts";
import { readSettings } from "../../src/wire/settings.ts";

let root = "";
let work = "";
let transcript = "";

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "hx-idle-")));
  work = join(root, "work");
  const store = join(root, "home", ".claude", "projects", work.replaceAll(/[^A-Za-z0-9]/g, "-"));
  transcript = join(store, "092d6f4c-b506-4c71-a289-fa37763ac179.jsonl");
  await mkdir(store, { recursive: true });
  await mkdir(join(work, ".git", "refs", "remotes", "origin"), { recursive: true });
  await mkdir(join(work, ".hx"));
  await mkdir(join(work, "deep", "er"), { recursive: true });
  await writeFile(join(work, ".git", "config"), "[core]\n");
  await writeFile(join(work, ".hx", "connection.yaml"), "a: 1\n");
  await writeFile(transcript, '{"type":"user"}\n');
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function note(): Promise<IdleNote> {
  const place = await placeOf(join(work, "deep", "er"));
  if (place === null) throw new Error("no place");
  return new IdleNote(readSettings({ HOME: join(root, "home"), HX_CONFIG_DIR: join(root, "config"), HX_STATE_DIR: join(root, "state") }), place);
}

async function noted(): Promise<void> {
  const idle = await note();
  await idle.write(await idle.around(), await idle.sources([work]), [work]);
}

test("without a note nothing is idle", async () => {
  expect(await (await note()).holds()).toBe(false);
});

test("a note holds as long as nothing changed", async () => {
  await noted();
  expect(await (await note()).holds()).toBe(true);
});

const changes: readonly (readonly [string, () => Promise<unknown>])[] = [
  ["a transcript that grew", () => appendFile(transcript, "{}\n")],
  ["a transcript of the same size and time, written anew", () => sameSize()],
  ["a new session", () => writeFile(transcript.replace("092d", "192d"), "{}\n")],
  ["a session that is gone", () => unlink(transcript)],
  ["a sub-agent's file", () => subagent()],
  ["another connection", () => writeFile(join(work, ".hx", "connection.yaml"), "a: 22\n")],
  ["another remote", () => appendFile(join(work, ".git", "config"), "[remote]\n")],
  ["the default branch of a remote", () => writeFile(join(work, ".git", "refs", "remotes", "origin", "main"), "0".repeat(40))],
  ["a worktree", () => mkdir(join(work, ".git", "worktrees"))],
  ["local work files that were deleted", () => rm(join(work, ".git", "hx"), { recursive: true })],
  ["a session index", () => mkdir(join(work, ".git", "hx", "sessions"))],
  ["trust state of a repository", () => mkdir(join(root, "state", "repos", "a"), { recursive: true })],
];

async function sameSize(): Promise<void> {
  const time = new Date(1_700_000_000_000);
  await utimes(transcript, time, time);
  await noted();
  await writeFile(transcript, '{"type":"USER"}\n');
  await utimes(transcript, time, time);
}

async function subagent(): Promise<void> {
  const directory = join(transcript.replace(/\.jsonl$/, ""), "subagents");
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "agent-1.jsonl"), "{}\n");
}

test.each(changes)("%s ends it", async (_, change) => {
  await noted();
  await change();
  expect(await (await note()).holds()).toBe(false);
});

test("a linked worktree has a note of its own in the common directory", async () => {
  const linked = join(root, "linked");
  await mkdir(join(work, ".git", "worktrees", "linked"), { recursive: true });
  await mkdir(linked);
  await writeFile(join(linked, ".git"), `gitdir: ${join(work, ".git", "worktrees", "linked")}\n`);
  await writeFile(join(work, ".git", "worktrees", "linked", "commondir"), "../..\n");
  expect(await placeOf(linked)).toEqual({ top: linked, gitDirectory: join(work, ".git", "worktrees", "linked"), commonDirectory: join(work, ".git") });
});

test("no repository, no place", async () => {
  expect(await placeOf(root)).toBe(null);
});
