import { rmdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { HxError, isHxError } from "../../domain/errors.ts";
import type { HookEntry, HookPlace, HookPlan } from "../../ports/hooks.ts";
import type { SettingsHook } from "./settings-text.ts";
import { findHook, newSettings, withHooks, withoutHooks } from "./settings-text.ts";
import { readTextFile, replaceTextFile } from "./text-file.ts";

export interface SettingsPlaceOptions {
  readonly name: string;
  /** Absolute path of the settings file. */
  readonly path: string;
  readonly hooks: readonly SettingsHook[];
  /** What the agent wants in a file that hx makes, beside the hooks. */
  readonly head?: Readonly<Record<string, number>>;
  /** The directory is made when absent. Else an absent one means that the agent is not here. */
  readonly makeDirectory: boolean;
  /** Called for a hook that stands in the file: what else decides whether it runs. */
  readonly judge: (hook: SettingsHook, text: string) => Promise<Pick<HookEntry, "state" | "note">>;
}

/** Hooks of an agent in a settings file of JSON, beside the person's own. */
export function settingsPlace(options: SettingsPlaceOptions): HookPlace {
  const { path, hooks } = options;
  const nothing: HookPlan = { changes: [], byHand: [] };

  function explained<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!isHxError(error) || error.code !== "refused") throw error;
      const what = String(error.data["what"] ?? "it is damaged");
      throw new HxError("refused", `cannot add hooks to '${path}': ${what}`, { hints: [`\${EDITOR:-vi} '${path}'`], cause: error });
    }
  }

  async function agentIsHere(): Promise<boolean> {
    if (options.makeDirectory) return true;
    return stat(dirname(path)).then((found) => found.isDirectory(), () => false);
  }

  async function add(apply: boolean): Promise<HookPlan> {
    if (!(await agentIsHere())) return nothing;
    const file = await readTextFile(path, 0o600);
    const { text } = file;
    const wanted = text === null ? newSettings(hooks, options.head) : explained(() => withHooks(text, hooks));
    if (wanted === text) return nothing;
    if (apply) await replaceTextFile(file, wanted);
    const events = hooks.filter((hook) => text === null || findHook(text, hook) !== "same").map((hook) => hook.event);
    return { changes: [{ where: path, what: `${text === null ? "make the file with" : "add"} hooks for ${events.join(", ")}` }], byHand: [] };
  }

  async function remove(): Promise<HookPlan> {
    const file = await readTextFile(path, 0o600);
    const { text } = file;
    if (text === null) return nothing;
    const rest = explained(() => withoutHooks(text, hooks, options.head));
    if (rest === text) return nothing;
    await replaceTextFile(file, rest);
    // Not empty: it holds something else.
    if (rest === null && options.makeDirectory) await rmdir(dirname(path)).catch(() => undefined);
    return { changes: [{ where: path, what: rest === null ? "delete the file that hx made" : "take hx's hooks out" }], byHand: [] };
  }

  async function entry(hook: SettingsHook, text: string): Promise<HookEntry> {
    const found = findHook(text, hook);
    if (found !== "same") return { event: hook.event, state: found, where: path };
    return { event: hook.event, where: path, ...(await options.judge(hook, text)) };
  }

  async function state(): Promise<readonly HookEntry[]> {
    const { text } = await readTextFile(path, 0o600);
    if (text === null) return hooks.map(({ event }) => ({ event, state: "absent", where: path }));
    try {
      return await Promise.all(hooks.map((hook) => entry(hook, text)));
    } catch (error) {
      if (!isHxError(error)) throw error;
      return hooks.map(({ event }) => ({ event, state: "unknown", where: path, note: error.message }));
    }
  }

  return { name: options.name, plan: () => add(false), install: () => add(true), remove, state };
}
