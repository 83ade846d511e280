import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** One run of `hx hook …` that a hook started. */
export interface Fired {
  /** `agent claude-code`, `git post-commit`. */
  readonly hook: string;
  /** Of an agent's payload: the event, where it names one. */
  readonly event?: string;
  readonly over: boolean;
  /** hx's exit code, once it ended. */
  readonly code?: number;
}

/**
 * Sees the hooks fire from outside: they call `hx` on the PATH, and there stands a script that notes the call and what it was given, and
 * then calls hx.
 */
export interface Trace {
  /** Directory to put on the PATH. */
  readonly bin: string;
  fired(): Promise<readonly Fired[]>;
  /** Waits until every hook that began has ended, and none has begun for a while. */
  settled(): Promise<readonly Fired[]>;
  /** From now on `hx` is hx alone: for figures. */
  stop(): Promise<void>;
}

const QUIET = 1_500;
const LONGEST = 60_000;

/** @param program hx's `bin/hx.js` */
export async function makeTrace(directory: string, program: string): Promise<Trace> {
  const bin = join(directory, "bin");
  const calls = join(directory, "calls");
  for (const made of [bin, calls]) await mkdir(made, { recursive: true });
  const hx = `'${process.execPath}' '${program}' "$@"`;
  const put = async (lines: readonly string[]): Promise<void> => {
    await writeFile(join(bin, "hx"), ["#!/bin/sh", ...lines, ""].join("\n"));
    await chmod(join(bin, "hx"), 0o755);
  };
  await put([`c='${calls}'/$(date +%s)-$$`, 'cat >"$c.stdin"', 'printf %s "$*" >"$c.call"', `${hx} <"$c.stdin"`, "e=$?", 'printf %s "$e" >"$c.end" && mv "$c.end" "$c.over"', 'exit "$e"']);

  async function fired(): Promise<readonly Fired[]> {
    const names = (await readdir(calls)).sort();
    const begun = names.filter((name) => name.endsWith(".call")).map((name) => name.slice(0, -".call".length));
    return Promise.all(begun.map(async (name) => {
      const [, ...words] = (await readFile(join(calls, `${name}.call`), "utf8")).split(" ");
      const event = eventOf(await readFile(join(calls, `${name}.stdin`), "utf8"));
      const over = names.includes(`${name}.over`);
      const code = over ? { code: Number(await readFile(join(calls, `${name}.over`), "utf8")) } : {};
      return { hook: words.slice(0, 2).join(" "), ...(event === undefined ? {} : { event }), over, ...code };
    }));
  }

  return {
    bin,
    fired,
    async settled() {
      const until = Date.now() + LONGEST;
      let before = -1;
      for (;;) {
        const now = await fired();
        if (now.every(({ over }) => over) && now.length === before) return now;
        if (Date.now() > until) throw new Error(`hooks that do not end: ${now.filter(({ over }) => !over).map(({ hook }) => hook).join(", ")}`);
        before = now.length;
        await new Promise((done) => setTimeout(done, QUIET));
      }
    },
    stop: () => put([`exec ${hx}`]),
  };
}

function eventOf(payload: string): string | undefined {
  try {
    const said = JSON.parse(payload) as Record<string, unknown>;
    const event = said["hook_event_name"] ?? said["hookEventName"] ?? said["hookName"] ?? said["event"];
    return typeof event === "string" ? event : undefined;
  } catch {
    return undefined;
  }
}
