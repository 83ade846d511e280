import { spawn } from "node:child_process";
import type { Environment } from "./colour.ts";
import { ClosedPipe } from "./output.ts";
import type { Output } from "./output.ts";

/** HX_PAGER > git's core.pager > PAGER > less. null: no pager. An empty value or `cat` switches it off. */
export function pagerCommand(environment: Environment, gitPager: string | null): string | null {
  const chosen = environment["HX_PAGER"] ?? gitPager ?? environment["PAGER"] ?? "less";
  return chosen.trim() === "" || chosen.trim() === "cat" ? null : chosen;
}

/**
 * Runs `print` with an output that goes through the pager. A pager that the reader leaves early, or that does
 * not exist, is no failure.
 */
export async function page(
  output: Output,
  command: string,
  environment: Environment,
  print: (output: Output) => Promise<void>,
): Promise<void> {
  const child = spawn(command, {
    shell: true,
    stdio: ["pipe", "inherit", "inherit"],
    env: { ...environment, LESS: environment["LESS"] ?? "FRX", LV: environment["LV"] ?? "-c" },
  });
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  try {
    await print(output.replacedBy(child.stdin));
  } catch (error) {
    if (!(error instanceof ClosedPipe)) throw error;
  } finally {
    child.stdin.end();
    await ended;
  }
}
