import { isHxError } from "../domain/errors.ts";
import type { HxError } from "../domain/errors.ts";
import type { JsonError } from "./command.ts";
import { exitOf } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";
import { visible, visibleLine } from "./io/control-characters.ts";
import type { Output } from "./io/output.ts";

export interface ErrorOptions {
  readonly json: boolean;
  /** Stack and causes too. */
  readonly debug: boolean;
}

/** Tells one failure on stderr. @returns the exit code of it */
export async function renderError(error: unknown, err: Output, options: ErrorOptions): Promise<ExitCode> {
  const told = toJsonError(error);
  if (options.json) await err.json(told);
  else await renderText(told, err);
  if (options.debug && !options.json) await err.line(visible(stackOf(error)));
  return told.exit;
}

/** An error that hx did not foresee says nothing of its content: that may be a person's. */
export function toJsonError(error: unknown): JsonError {
  if (isHxError(error)) return fromKnown(error);
  const kind = error instanceof Error ? error.name : typeof error;
  return {
    type: "error",
    code: "internal",
    exit: exitOf("internal"),
    message: `a bug in hx (${kind})`,
    hints: ["run it again with --debug and report what it prints, after reading it"],
  };
}

function fromKnown(error: HxError): JsonError {
  return { type: "error", code: error.code, exit: exitOf(error.code), message: error.message, hints: error.hints };
}

async function renderText(error: JsonError, err: Output): Promise<void> {
  await err.line(`hx: ${err.style.red("error")}: ${visibleLine(error.message)}`);
  for (const hint of error.hints) await err.line(`hx: ${err.style.cyan("hint")}: ${visibleLine(hint)}`);
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined ? own : `${own}\ncaused by ${stackOf(error.cause)}`;
}
