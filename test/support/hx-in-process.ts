import type { CommandSpec } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { runProgram } from "../../src/cli/program.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { openWorld } from "../../src/wire/world.ts";
import { Collector } from "../cli/host.ts";
import type { Ran } from "../journey/world.ts";

/** One run of the program without a process for it: real git, keys and remotes, and nobody at a terminal. @param commands its table */
export async function hxInProcess(env: Readonly<Record<string, string>>, directory: string, args: readonly string[], input: string | Uint8Array = "", commands: readonly CommandSpec[] = COMMANDS): Promise<Ran> {
  if (args[0] === "hook") throw new Error("a hook runs in a process of its own");
  const [out, err] = [new Collector(), new Collector()];
  const code = await runProgram(args, {
    version: "0.0.0",
    environment: env,
    directory,
    stdout: { stream: out, isTTY: false },
    stderr: { stream: err, isTTY: false },
    readStdin: async () => Buffer.from(input).toString("utf8"),
    openTerminal: () => null,
    onInterrupt: () => () => undefined,
    abandon: () => undefined,
    now: () => Date.now(),
    openWorld: (context) => openWorld(context, readSettings(env)),
  }, commands);
  return { code, stdout: out.text, stderr: err.text };
}
