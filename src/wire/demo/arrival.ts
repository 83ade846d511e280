import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import type { DemoStep } from "../../cli/world.ts";
import type { Play } from "./play.ts";
import type { Machine } from "./stage.ts";
import { mustHold, shown, told } from "./step.ts";
import { GROWING, storedFiles, type StoredFile } from "./transcripts.ts";

interface Figures {
  /** `performance.now()` at the beginning. */
  readonly started: number;
  /** Bytes of all objects of sessions. */
  readonly pushed: number;
}

/** What the author sees, the loss of the laptop, and everything back on a new one. @returns the new one, and the id of the session that went on */
export async function* arrival(play: Play, laptop: Machine, before: readonly StoredFile[], figures: Figures): AsyncGenerator<DemoStep, { readonly ada: Machine; readonly session: string }> {
  const { stage, progress, url, passphraseFile, phraseFile } = play;
  progress.phase("reading as the author");
  const listed = await stage.run(laptop, ["hx", "list"]);
  yield shown("The author, with the keys, on the same repository", listed);
  const [newest = ""] = idsOf(listed.lines);
  yield shown("And reads", await stage.run(laptop, ["hx", "show", newest]), 14);

  await rm(laptop.directory, { recursive: true });
  yield told("The laptop is gone: checkout, home, keys, trust", `rm -rf ${laptop.directory}`, ["what is left: the remote, and the sheet of paper"]);

  progress.phase("starting anew");
  const fresh = await stage.machine("new-laptop");
  yield told("A new one: an ordinary clone", (await stage.run(fresh, ["git", "clone", "-q", url, "acme-web"], { cwd: fresh.directory })).command, []);
  yield shown("The phrase makes the author whole", await stage.run(fresh, ["hx", "identity", "restore", "--phrase-file", phraseFile, "--passphrase-file", passphraseFile]));
  await stage.run(fresh, ["hx", "identity", "unlock", "--passphrase-file", passphraseFile]);
  const again = await stage.run(fresh, ["hx", "list"]);
  yield shown("The same sessions", again);
  let session = "";
  for (const id of idsOf(again.lines)) {
    const restored = await stage.run(fresh, ["hx", "restore", id, "--exact"]);
    if (restored.lines.some((line) => line.includes(GROWING))) session = id;
    yield shown("Back into the agent's own store", restored);
  }

  yield compared(before, await storedFiles(fresh));
  yield shown("Everything signed and hashed, and everything of mine opened", await stage.run(fresh, ["hx", "verify"]));
  yield sizes(before, figures);
  mustHold(session !== "", "the session that went on is not in the list");
  return { ada: fresh, session };
}

/** Standard output in a pipe: the whole id, and tabs. */
function idsOf(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => /^([0-9a-f]{32})\t/.exec(line)?.[1] ?? []);
}

function compared(before: readonly StoredFile[], after: readonly StoredFile[]): DemoStep {
  const lines = before.map(({ path, bytes }) => {
    const twin = after.find((candidate) => candidate.path === path);
    mustHold(twin !== undefined, `'${path}' did not come back`);
    mustHold(twin !== undefined && Buffer.compare(twin.bytes, bytes) === 0, `'${path}' came back different`);
    return `same  ${String(bytes.length).padStart(7)} bytes  ${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}…  ${path}`;
  });
  const extra = after.find(({ path }) => before.every((one) => one.path !== path));
  mustHold(extra === undefined, `'${extra?.path ?? ""}' came back, and was never there`);
  return { title: `All ${before.length} files, compared byte for byte with what the agents wrote`, lines };
}

function sizes(before: readonly StoredFile[], { started, pushed }: Figures): DemoStep {
  const written = before.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const seconds = (performance.now() - started) / 1000;
  return {
    title: "In numbers",
    lines: [
      `the agents wrote ${kib(written)}; sealed and padded, with all that proves it, it takes ${kib(pushed)} at the remote`,
      `two pushes, one lane, ${seconds.toFixed(1)} seconds`,
    ],
  };
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}
