import { spawn } from "node:child_process";
import { delimiter } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { killGroup, start, type Ended, type Task } from "./process.ts";

/** What is done at the terminal, and when it is enough. */
export interface Sitting {
  /** Typed, with Enter behind it, as soon as the program has drawn itself. */
  readonly typed?: string;
  /** What the program asks first, and Enter agrees to; nothing is typed before. */
  readonly asks?: RegExp;
  /** Asked again and again; after true the program gets a moment, and is killed. */
  readonly until: () => boolean;
}

/** What terminals are asked for before a program draws anything, and what one says: where its cursor is, and what it can do. */
const asked: readonly (readonly [question: string, answer: string])[] = [
  ["\x1b[6n", "\x1b[1;1R"],
  ["\x1b[c", "\x1b[?62;22c"],
];
/** ms without output: the program waits for somebody. */
const STILL = 2_500;
/** ms after which it is taken to wait although it still draws: some never stop. */
const LONGEST = 20_000;
/** ms for what is written after the last reply. */
const AFTER = 3_000;

/** Whether this machine has a `script` that gives a program a terminal of its own: util-linux, not that of BSD. */
export async function hasTerminal(path = process.env["PATH"]): Promise<boolean> {
  const task = { command: "script", args: ["-qec", "test -t 0", "/dev/null"], cwd: "/", env: { PATH: path ?? ["/usr/bin", "/bin"].join(delimiter) } };
  return start(task).then(({ code }) => code === 0, () => false);
}

/**
 * Runs a line of a POSIX shell at a terminal of its own, until what is waited for has come, the program ends, or its time is up.
 * @returns code 0 when what was waited for came; the output is what was drawn, without its colours and movements
 */
export async function sit(task: Omit<Task, "command" | "args"> & { readonly line: string }, { typed, asks, until }: Sitting): Promise<Ended> {
  const started = performance.now();
  const limit = task.limit ?? 120_000;
  const child = spawn("script", ["-qec", `stty cols 120 rows 40; ${task.line}`, "/dev/null"], { cwd: task.cwd, env: { ...task.env, TERM: "xterm-256color", SHELL: "/bin/sh" }, stdio: ["pipe", "pipe", "ignore"], detached: true });
  let drawn = "";
  let last = started;
  let ready = started + LONGEST;
  let over = false;
  child.on("exit", () => (over = true));
  child.on("error", () => (over = true));
  child.stdin.on("error", () => undefined);
  child.stdout.on("data", (chunk: Buffer) => {
    const text = chunk.toString("latin1");
    drawn += text;
    last = performance.now();
    for (const [question, answer] of asked) if (text.includes(question)) child.stdin.write(answer);
  });
  let words = typed;
  let question = asks;
  while (!over && !until() && performance.now() - started < limit) {
    await sleep(200);
    if (drawn === "" || performance.now() < Math.min(last + STILL, ready)) continue;
    if (question?.test(plain(drawn)) === true) {
      child.stdin.write("\r");
      question = undefined;
      [last, ready] = [performance.now(), performance.now() + LONGEST];
      continue;
    }
    if (words === undefined || question !== undefined) continue;
    child.stdin.write(words);
    // Apart from the words: what comes in one piece with them is taken for pasted text.
    await sleep(500);
    child.stdin.write("\r");
    words = undefined;
  }
  const came = until();
  if (came && !over) await sleep(AFTER);
  if (child.pid !== undefined) killGroup(child.pid);
  return { code: came ? 0 : -1, stdout: plain(Buffer.from(drawn, "latin1").toString("utf8")), stderr: "", ms: performance.now() - started };
}

function plain(drawn: string): string {
  return drawn
    .replaceAll(/\x1b[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)/g, "")
    .replaceAll(/\x1b[[(][0-9;?>=<]*[ -/]*[@-~]/g, " ")
    .replaceAll(/[^\P{Cc}\n]/gu, "")
    .replaceAll(/[ \t]+/g, " ")
    .replaceAll(/(?:\n ?)+/g, "\n");
}
