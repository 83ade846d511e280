import { HxError } from "../../domain/errors.ts";
import { startBatch } from "./batch.ts";
import type { Answer, Batch, Ending, Question } from "./batch.ts";
import type { GitProgram } from "./run.ts";
import { wantedToFetch } from "./lazy-fetch.ts";

/** Objects through a long-lived `git cat-file`, started when first needed. It never fetches. */
export interface CatFile {
  /** `name` is an object id or anything else that git understands on one line. */
  info(name: string): Promise<Answer | null>;
  contents(name: string): Promise<Answer | null>;
  close(): Promise<void>;
}

const USAGE = 129;

type Kind = "info" | "contents";

export function catFile(program: GitProgram, gitDirectory: string): CatFile {
  // Git before 2.36 has no `--batch-command`; it then takes a process for each kind of question.
  let old = false;
  const running = new Map<string, Batch>();

  const start = (kind: Kind): Batch => {
    const key = old ? kind : "both";
    const there = running.get(key);
    if (there !== undefined) return there;
    const args = old ? [kind === "info" ? "--batch-check" : "--batch"] : ["--batch-command", "--buffer"];
    const batch: Batch = startBatch(program, [`--git-dir=${gitDirectory}`, "cat-file", ...args], old ? null : "flush\n", (ending) => {
      if (running.get(key) === batch) running.delete(key);
      recover(ending);
    });
    running.set(key, batch);
    return batch;
  };

  const ask = (question: Question): void => {
    const kind: Kind = question.wantsContent ? "contents" : "info";
    const batch = start(kind);
    batch.ask(old ? question : { ...question, line: `${kind} ${question.line}` });
  };

  /** Git dies of the question that it cannot answer; the ones behind it are asked again. */
  const recover = (ending: Ending): void => {
    const [first, ...rest] = old ? ending.open : ending.open.map(withoutKind);
    if (first === undefined) return;
    if (!old && ending.code === USAGE) {
      old = true;
      for (const question of [first, ...rest]) ask(question);
      return;
    }
    if (wantedToFetch(ending.stderr)) first.resolve(null);
    else first.reject(new HxError("git-failed", `cannot read object '${first.line}': ${ending.stderr.trim() || "git ended"}`));
    for (const question of rest) ask(question);
  };

  const request = (line: string, wantsContent: boolean): Promise<Answer | null> => {
    if (/[\n\0]/.test(line)) return Promise.resolve(null);
    return new Promise((resolve, reject) => ask({ line, wantsContent, resolve, reject }));
  };
  return {
    info: (name) => request(name, false),
    contents: (name) => request(name, true),
    async close() {
      const batches = [...running.values()];
      running.clear();
      await Promise.all(batches.map((batch) => batch.close()));
    },
  };
}

function withoutKind(question: Question): Question {
  return { ...question, line: question.line.slice(question.line.indexOf(" ") + 1) };
}
