import { HxError } from "../../domain/errors.ts";
import type { Terminal } from "./terminal.ts";

/** Questions to a person. Without a terminal every one fails with `answer-needed`, naming the flag that answers it. */
export interface Answers {
  /** Whether `text`, `secret` and an unanswered `confirm` could be answered. */
  readonly possible: boolean;
  confirm(question: string, flag?: string): Promise<boolean>;
  text(question: string, flag: string, suggestion?: string): Promise<string>;
  secret(question: string, flag: string): Promise<string>;
  /** Shown on the terminal itself, never on stdout. False: there is none. */
  tell(text: string): Promise<boolean>;
  close(): void;
}

export interface AnswerOptions {
  readonly yes: boolean;
  /** null: nobody can be asked (no terminal, `--no-input`). */
  readonly open: () => Terminal | null;
  /** Called before each question: what is animated on the same terminal has to go first. */
  readonly before?: () => void;
}

export class TerminalAnswers implements Answers {
  readonly #yes: boolean;
  readonly #open: () => Terminal | null;
  readonly #before: () => void;
  #terminal: Terminal | null | undefined;

  constructor(options: AnswerOptions) {
    this.#yes = options.yes;
    this.#open = options.open;
    this.#before = options.before ?? (() => undefined);
  }

  get possible(): boolean {
    return this.#reach() !== null;
  }

  async confirm(question: string, flag = "--yes"): Promise<boolean> {
    if (this.#yes) return true;
    return this.#need(question, flag).confirm(question);
  }

  async text(question: string, flag: string, suggestion?: string): Promise<string> {
    if (this.#yes && suggestion !== undefined) return suggestion;
    return this.#need(question, flag).text(question, suggestion);
  }

  async secret(question: string, flag: string): Promise<string> {
    return this.#need(question, flag).secret(question);
  }

  async tell(text: string): Promise<boolean> {
    const terminal = this.#reach();
    if (terminal === null) return false;
    await terminal.tell(text);
    return true;
  }

  close(): void {
    this.#terminal?.close();
    this.#terminal = undefined;
  }

  #reach(): Terminal | null {
    this.#before();
    if (this.#terminal === undefined) this.#terminal = this.#open();
    return this.#terminal;
  }

  #need(question: string, flag: string): Terminal {
    const terminal = this.#reach();
    if (terminal !== null) return terminal;
    throw new HxError("answer-needed", `nobody to ask '${question.replace(/[?:\s]+$/, "")}'`, {
      hints: [`answer it with ${flag}`],
    });
  }
}
