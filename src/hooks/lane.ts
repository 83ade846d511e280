import { spawn } from "node:child_process";
import { homedir } from "node:os";
import { logFailure } from "./log.ts";
import { inputLimits, readInput } from "./payload.ts";
import type { HookDeps } from "./run.ts";
import { runHook } from "./run.ts";
import { stateDirectory } from "./state-directory.ts";

/** Environment of what a hook starts: hx's own hooks in it stay quiet, or a push of hx would start the next one. */
function childEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, HX_HOOK: "1" };
}

function startDetached(argv: readonly string[], input?: Uint8Array): void {
  const program = process.argv[1];
  if (program === undefined) return;
  const stdin = input === undefined ? "ignore" : "pipe";
  const child = spawn(process.execPath, [program, "hook", ...argv], {
    detached: true,
    stdio: [stdin, "ignore", "ignore"],
    env: childEnvironment(),
  });
  child.on("error", () => undefined);
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(input);
  child.unref();
}

/**
 * Where there is no `setsid` for the hook's text to use (macOS), an agent that ends takes the hook along with its
 * process group: then the work goes to a process in a session of its own. The payload fits into a pipe or is waited for.
 */
async function handOver(argv: readonly string[]): Promise<number> {
  startDetached(argv, await readInput(process.stdin, inputLimits));
  return 0;
}

function deps(): HookDeps {
  const { env } = process;
  const directory = process.cwd();
  return {
    directory,
    skip: Boolean(env["HX_SKIP"]),
    repositoryGiven: Boolean(env["GIT_DIR"]),
    world: async () => (await import("../wire/hook-lane-world.ts")).quickHookWorld(),
    log: (failure) => logFailure(stateDirectory(env, homedir()), failure, new Date()),
    continueDetached: (argv) => startDetached(argv),
  };
}

/** What the pre-push hook asks before git speaks with the remote. @returns 14 when guard would refuse the push, else 0 */
async function checkBefore([remote = "", url = ""]: readonly string[]): Promise<number> {
  const input = new TextDecoder().decode(await readInput(process.stdin));
  const { tellPush } = await import("../wire/push-check.ts");
  return await tellPush(process.cwd(), remote, url, input);
}

/** `hx hook …` of this process. Ends it: whatever still runs in it then has had its time. @returns always 0 */
export async function hookLane(argv: readonly string[]): Promise<number> {
  try {
    const alone = Boolean(process.env["HX_HOOK"]);
    process.on("uncaughtException", () => process.exit(0));
    // The terminal may go while the work goes on.
    process.on("SIGHUP", () => undefined);
    if (process.platform === "darwin" && argv[0] === "agent" && !alone) return await handOver(argv);
    process.env["HX_HOOK"] = "1";
    if (argv[0] === "git" && argv[1] === "check-push") process.exit(await checkBefore(argv.slice(2)));
    await runHook(argv, process.stdin, deps());
  } catch {
    // Not even the working directory is there any more. Nothing to do, and nobody to tell.
  }
  process.exit(0);
}
