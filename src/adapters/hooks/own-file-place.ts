import { mkdir, rmdir, stat } from "node:fs/promises";
import { dirname, relative, sep } from "node:path";
import type { HookEntry, HookPlace, HookPlan } from "../../ports/hooks.ts";
import { readTextFile, replaceTextFile } from "./text-file.ts";

export interface OwnFilePlaceOptions {
  readonly name: string;
  /** Absolute path of the file: one that an agent reads beside others, named after hx. */
  readonly path: string;
  /** The whole file. */
  readonly text: string;
  /** Whether a text that differs was written by hx too, by an older version say. Anything else is the user's, and is left alone. */
  readonly isOwn: (text: string) => boolean;
  /** Permission bits; 0o755 for what an agent executes. */
  readonly mode: number;
  /** The agent's events that the file listens to. */
  readonly events: readonly string[];
  /** Absolute: what must exist for the file to be written, the agent's own directory say. Directories between it and the file are made, and go with the file when they are empty. */
  readonly below: string;
  /** `below` is made too, and goes too: a project's folder of the agent. Else its absence means that the agent is not here. */
  readonly makeBelow: boolean;
  /** What else decides whether the agent runs the file. */
  readonly judge?: () => Promise<Pick<HookEntry, "state" | "note">>;
  /** What to add by hand where the file is the user's own. Absent: nothing can be said. */
  readonly lines?: readonly string[];
}

/** Hooks of an agent that stand in a file of hx's own: a plugin, an extension, a script. */
export function ownFilePlace(options: OwnFilePlaceOptions): HookPlace {
  const { path, text: wanted, below, events } = options;
  const nothing: HookPlan = { changes: [], byHand: [] };
  const changes = (what: string): HookPlan => ({ changes: [{ where: path, what }], byHand: [] });

  async function agentIsHere(): Promise<boolean> {
    return options.makeBelow || (await stat(below).then((found) => found.isDirectory(), () => false));
  }

  async function add(apply: boolean): Promise<HookPlan> {
    if (!(await agentIsHere())) return nothing;
    const file = await readTextFile(path, options.mode);
    if (file.text === wanted && (file.mode & 0o100) === (options.mode & 0o100)) return nothing;
    if (file.text !== null && file.text !== wanted && !options.isOwn(file.text)) return { changes: [], byHand: [{ where: path, lines: options.lines ?? [] }] };
    if (apply) {
      await mkdir(dirname(path), { recursive: true });
      // A file that lost its executable bit is written anew, with it.
      if (file.text === wanted) await replaceTextFile(file, null);
      await replaceTextFile(file.text === wanted ? { ...file, text: null, mode: options.mode } : { ...file, mode: options.mode }, wanted);
    }
    return changes(`${file.text === null ? "make the file with" : "renew"} hooks for ${events.join(", ")}`);
  }

  async function remove(): Promise<HookPlan> {
    const file = await readTextFile(path, options.mode);
    if (file.text === null || (file.text !== wanted && !options.isOwn(file.text))) return nothing;
    await replaceTextFile(file, null);
    await removeEmpty();
    return changes("delete the file that hx made");
  }

  /** From the file's directory upwards. What is not empty holds something else, and ends it. */
  async function removeEmpty(): Promise<void> {
    const last = options.makeBelow ? dirname(below) : below;
    for (let at = dirname(path); at !== last && !relative(last, at).startsWith(`..${sep}`); at = dirname(at)) {
      const removed = await rmdir(at).then(() => true, () => false);
      if (!removed) return;
    }
  }

  async function state(): Promise<readonly HookEntry[]> {
    const file = await readTextFile(path, options.mode);
    const found = await stateOf(file.text, file.mode);
    return events.map((event) => ({ event, where: path, ...found }));
  }

  async function stateOf(text: string | null, mode: number): Promise<Pick<HookEntry, "state" | "note">> {
    if (text === null) return { state: "absent" };
    if (text === wanted) return (mode & 0o100) < (options.mode & 0o100) ? { state: "changed", note: "not executable" } : ((await options.judge?.()) ?? { state: "installed" });
    return options.isOwn(text) ? { state: "changed" } : { state: "unknown", note: "the file is not hx's" };
  }

  return { name: options.name, plan: () => add(false), install: () => add(true), remove, state };
}
