import { HxError } from "../domain/errors.ts";
import type { ErrorCode } from "../domain/errors.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Host } from "./host.ts";
import type { Answers } from "./io/answers.ts";
import type { Output } from "./io/output.ts";
import type { Progress, World } from "./world.ts";

export const GROUPS = ["Start", "Keep", "Look", "Share", "Care"] as const;
export type Group = (typeof GROUPS)[number];

export interface OptionSpec {
  /** As commander reads it: `--since <when>`, `-n, --dry-run`. */
  readonly flags: string;
  readonly summary: string;
  readonly repeatable?: boolean;
  readonly choices?: readonly string[];
}

export interface ArgumentSpec {
  /** `<id>` or `[what]`. */
  readonly name: string;
  readonly summary: string;
}

/** One command: all that help, reference and program need, and what it does. */
export interface CommandSpec {
  /** `list`, `identity new`. */
  readonly name: string;
  readonly group: Group;
  /** Imperative, no full stop. */
  readonly summary: string;
  readonly details?: readonly string[];
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  readonly examples: readonly string[];
  /** Exit codes besides 0, 2 and 70. */
  readonly exits: readonly ExitCode[];
  /** Name of the schema of `--json`. */
  readonly schema?: string;
  run(call: Call): Promise<ExitCode | void>;
}

/** One run of a command. */
export interface Call {
  readonly arguments: readonly string[];
  readonly options: Options;
  readonly json: boolean;
  readonly yes: boolean;
  readonly host: Host;
  readonly out: Output;
  readonly err: Output;
  readonly answers: Answers;
  readonly progress: Progress;
  /** Reads a new passphrase as `identity passphrase` and `identity new` need it. */
  readonly passphrases: Passphrases;
  /** Absolute directory that the command speaks of. */
  readonly directory: string;
  /** Opened at the first call, closed by the program. */
  world(): Promise<World>;
  /** Prints through the pager where stdout is a terminal. */
  page(print: (out: Output) => Promise<void>): Promise<void>;
}

export interface Passphrases {
  /** For a key that is made: `--passphrase-…`, else the terminal, asked twice. @throws HxError `answer-needed` */
  fresh(): Promise<Uint8Array>;
  /** For a key that is locked anew: `--new-passphrase-…`, else the terminal, asked twice. @throws HxError `answer-needed` */
  changed(): Promise<Uint8Array>;
}

/** Typed reading of what commander parsed. */
export class Options {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  /** `--no-input`: commander turns it into `input: false`. */
  refused(name: string): boolean {
    return this.#values[name] === false;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  list(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
  }

  /** @throws HxError `usage` when it is not a whole number in the range. */
  number(name: string, least: number, most: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new HxError("usage", `'--${dashed(name)} ${text}' is not a whole number from ${least} to ${most}`);
  }
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Drops absent values: exactOptionalPropertyTypes wants absent keys, not undefined ones. */
export function present<Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as {
    [Key in keyof Value]: Exclude<Value[Key], undefined>;
  };
}

export interface JsonError {
  readonly type: "error";
  readonly code: ErrorCode;
  readonly exit: ExitCode;
  readonly message: string;
  readonly hints: readonly string[];
}
