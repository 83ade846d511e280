import type { Progress } from "../world.ts";
import { visibleLine } from "./control-characters.ts";
import type { Output } from "./output.ts";

/** A spinner appears only when a phase takes longer, in ms. */
const PATIENCE = 300;

interface Spinner {
  text: string;
  start(): unknown;
  stop(): unknown;
}

export interface ProgressOptions {
  /** No word at all: `--json` keeps stderr for one error object. */
  readonly silent: boolean;
  /** ACCESSIBLE=1: lines instead of a spinner. */
  readonly plain: boolean;
}

/** Phases on stderr: a spinner on a terminal, else one line a phase. */
export class TerminalProgress implements Progress {
  readonly #output: Output;
  readonly #silent: boolean;
  readonly #animated: boolean;
  #text = "";
  #timer: NodeJS.Timeout | undefined;
  #spinner: Spinner | undefined;

  constructor(output: Output, options: ProgressOptions) {
    this.#output = output;
    this.#silent = options.silent;
    this.#animated = output.isTTY && !options.plain;
  }

  phase(text: string): void {
    if (this.#silent) return;
    this.#text = visibleLine(text);
    if (!this.#animated) return this.#say(`hx: ${this.#text}`);
    if (this.#spinner !== undefined) this.#spinner.text = this.#text;
    else this.#timer ??= setTimeout(() => void this.#animate(), PATIENCE);
  }

  warn(text: string): void {
    if (this.#silent) return;
    this.done();
    this.#say(`hx: ${this.#output.style.yellow("warning")}: ${visibleLine(text)}`);
  }

  done(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#spinner?.stop();
    this.#spinner = undefined;
  }

  async #animate(): Promise<void> {
    const { default: ora } = await import("ora");
    if (this.#timer === undefined) return;
    this.#spinner = ora({ text: this.#text, discardStdin: false, stream: this.#output.canvas });
    this.#spinner.start();
  }

  #say(line: string): void {
    this.#output.line(line).catch(() => undefined);
  }
}
