import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DemoStep } from "../../cli/world.ts";
import { HxError } from "../../domain/errors.ts";
import { PLANTED, type Play } from "./play.ts";
import type { Machine } from "./stage.ts";
import { shown, told } from "./step.ts";
import { stopPayload, storedFiles, writeTranscripts } from "./transcripts.ts";

/** The first laptop: from an ordinary repository to sessions at the remote. */
export async function* first(play: Play, laptop: Machine): AsyncGenerator<DemoStep> {
  const { stage, progress } = play;
  progress.phase("making a repository");
  yield await ordinaryRepository(play, laptop);

  await writeTranscripts(play.recordings, laptop, "first turn");
  yield { title: "Claude Code and Codex have worked here: their own files", lines: await fileLines(laptop) };

  await writeFile(play.passphraseFile, "correct horse battery staple\n", { mode: 0o600 });
  yield shown(
    "An identity. Its recovery phrase goes on paper",
    await stage.run(laptop, ["hx", "identity", "new", "--passphrase-file", play.passphraseFile, "--phrase-file", play.phraseFile, "--no-phrase-check"]),
  );
  const init = await stage.run(laptop, ["hx", "init", "--yes", "--throwaway-ok", "--passphrase-file", play.passphraseFile]);
  yield told("The repository is connected, hooks are installed", init.command, afterLine(init.lines, "done:"));
  await stage.run(laptop, ["git", "add", ".hx"]);

  yield* commitAndPush(play, laptop);
  yield* oneMoreTurn(play, laptop);
}

async function ordinaryRepository({ stage, url }: Play, laptop: Machine): Promise<DemoStep> {
  const clone = await stage.run(laptop, ["git", "clone", "-q", url, "acme-web"], { cwd: laptop.directory });
  await mkdir(join(laptop.work, "src"));
  await writeFile(join(laptop.work, "README.md"), `# acme-web\n\nThe colour of the buttons is ${PLANTED}.\n`);
  await writeFile(join(laptop.work, "src", "text.js"), "export const lower = (text) => text.toLowerCase();\n");
  await stage.run(laptop, ["git", "add", "."]);
  await stage.run(laptop, ["git", "commit", "-q", "-m", "first"]);
  await stage.run(laptop, ["git", "push", "-q", "-u", "origin", "HEAD"]);
  return told("A work repository with some code, pushed", clone.command, ["2 files, 1 commit"]);
}

/** Nothing of hx is called here: git's hooks do it. */
async function* commitAndPush({ stage, progress }: Play, laptop: Machine): AsyncGenerator<DemoStep> {
  progress.phase("committing");
  const commit = await stage.run(laptop, ["git", "commit", "-q", "-m", "connect hx"]);
  await stage.settled("the capture behind the commit", () => hasStage(stage, laptop));
  yield told("A commit. Git's hook captures behind it, without a question", commit.command, CAPTURED);

  progress.phase("pushing");
  const push = await stage.run(laptop, ["git", "push", "-q", "origin", "HEAD"]);
  await stage.settled("the push of the sessions", async () => !(await hasStage(stage, laptop)));
  yield told("A push. The sessions go along", push.command, []);
  yield shown("What lies at the remote now", await stage.run(laptop, ["git", "ls-remote", "origin"]));
}

/** The agent goes on in the same session, and fires the hook in the person's own settings. */
async function* oneMoreTurn({ stage, recordings, progress, passphraseFile }: Play, laptop: Machine): AsyncGenerator<DemoStep> {
  progress.phase("working on");
  await writeTranscripts(recordings, laptop, "whole");
  const hook = await stopHook(laptop);
  await stage.run(laptop, ["sh", "-c", hook], { input: JSON.stringify(stopPayload(laptop)) });
  await stage.settled("the capture behind the turn", () => hasStage(stage, laptop));
  yield told("The agents go on; Claude Code tells its hook that the turn is over", "the 'Stop' hook of ~/.claude/settings.json", CAPTURED);
  yield shown("By hand: what no hook has seen yet", await stage.run(laptop, ["hx", "capture"]));
  yield shown("And to the remote", await stage.run(laptop, ["hx", "sync"]));
  await stage.run(laptop, ["hx", "identity", "unlock", "--passphrase-file", passphraseFile]);
}

const CAPTURED = ["captured and sealed: it waits in .git/hx-stage for the next push"];

async function hasStage(stage: Play["stage"], laptop: Machine): Promise<boolean> {
  const { lines } = await stage.run(laptop, ["git", "--git-dir", join(laptop.work, ".git", "hx-stage"), "for-each-ref", "--format=%(refname)"]);
  return lines.length > 0;
}

async function stopHook(laptop: Machine): Promise<string> {
  const settings: unknown = JSON.parse(await readFile(join(laptop.home, ".claude", "settings.json"), "utf8"));
  const found = commandIn(settings, "Stop");
  if (found === null) throw new HxError("io-failed", "the demo failed: 'Stop' has no hook in Claude Code's settings");
  return found;
}

/** `hooks.<event>[].hooks[].command` */
function commandIn(settings: unknown, event: string): string | null {
  const groups = list(member(member(settings, "hooks"), event));
  const commands = groups.flatMap((group) => list(member(group, "hooks"))).map((hook) => member(hook, "command"));
  return commands.find((command) => typeof command === "string" && command.includes("hx hook agent")) as string | undefined ?? null;
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

async function fileLines(machine: Machine): Promise<readonly string[]> {
  return (await storedFiles(machine)).map(({ path, bytes }) => `${String(bytes.length).padStart(7)} bytes  ~/${path}`);
}

function afterLine(lines: readonly string[], mark: string): readonly string[] {
  const done = lines.slice(lines.indexOf(mark) + 1);
  const end = done.indexOf("next:");
  return end < 0 ? done : done.slice(0, end);
}
