import type { DemoStep } from "../../cli/world.ts";
import { HxError } from "../../domain/errors.ts";
import type { Ended } from "./stage.ts";

/** Lines of a long output that are shown. */
const MOST_LINES = 24;

/** A step that shows a command with all that it said. */
export function shown(title: string, { command, lines }: Ended, most = MOST_LINES): DemoStep {
  const more = lines.length - most;
  return told(title, command, more > 0 ? [...lines.slice(0, most), `… ${more} more lines`] : lines);
}

export function told(title: string, command: string, lines: readonly string[]): DemoStep {
  return { title, command, lines };
}

/** @throws HxError `io-failed` when what the demo promises does not hold */
export function mustHold(holds: boolean, what: string): void {
  if (!holds) throw new HxError("io-failed", `the demo failed: ${what}`);
}
