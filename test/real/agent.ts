import type { Call } from "./model/script.ts";

/** Where an agent is run. */
export interface Setting {
  /** Of the model server, without a path. */
  readonly url: string;
  readonly home: string;
  readonly checkout: string;
}

/** One real agent: where its program comes from, and how it is run without anybody at a terminal. */
export interface RealAgent {
  /** As hx calls it. */
  readonly name: string;
  readonly title: string;
  /** npm package and version. */
  readonly package: string;
  readonly version: string;
  /** Below `node_modules`. */
  readonly program: string;
  /** Files that it reads before it starts, by their path below its home. */
  settings(setting: Setting): Readonly<Record<string, string>>;
  env(setting: Setting): Readonly<Record<string, string>>;
  /** How its model writes a file (absolute path), and runs a command. */
  write(path: string, text: string): Call;
  run(command: string): Call;
  /** Arguments of a run before all others, where a file does not say which model there is. */
  prepare?(setting: Setting): readonly string[];
  /** Arguments of a run with one prompt. */
  start(prompt: string): readonly string[];
  /** Arguments of a run that goes on with a session by the agent's own id. Absent: it does that only at a terminal. */
  resume?(id: string, prompt: string): readonly string[];
  /** As `resume`, at a terminal: the prompt is typed there. */
  resumeAtTerminal?(id: string): readonly string[];
  /** What it asks first at a terminal, and Enter agrees to. */
  readonly asks?: RegExp;
  /**
   * How the command that `hx handoff` prints is run: under which name it calls the agent, and what is put before its arguments, so that
   * nobody has to allow a tool at the terminal. Absent: it names no command.
   */
  readonly handoff?: { readonly program: string; readonly how: readonly string[] };
  /** Files below its home that hx has to keep, every byte of them. */
  readonly kept: RegExp;
  /** Events that its hooks have to tell of in one run. */
  readonly hooks: readonly string[];
  /** hx restores its store only under a Node that has `node:sqlite`. */
  readonly sqlite?: boolean;
  /** Arguments of a run that makes its store, where hx restores only into one that is there. */
  readonly makeStore?: readonly string[];
  /** Arguments that print one session whole: compared before and after a restore, where the store is a database. */
  dump?(id: string): readonly string[];
}
