import { spawn } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { HxError } from "../../domain/errors.ts";
import type { PassphraseSource } from "../../ports/keystore.ts";
import type { Answers } from "./answers.ts";

/** Where a passphrase comes from when it is not typed: at most one of them. Never a value. */
export interface PassphraseOrigin {
  readonly file?: string;
  readonly command?: string;
  /** File descriptor number. */
  readonly fd?: number;
}

/** Longer ones are refused, in bytes. */
const MOST = 4096;

/** Terminal, file, command or descriptor. Each is read once: a descriptor cannot be read again. */
export class PassphraseReader implements PassphraseSource {
  readonly #origin: PassphraseOrigin;
  readonly #answers: Answers;
  readonly #warn: (text: string) => void;
  #known: Promise<string> | undefined;

  constructor(origin: PassphraseOrigin, answers: Answers, warn: (text: string) => void) {
    this.#origin = origin;
    this.#answers = answers;
    this.#warn = warn;
  }

  async ask(prompt: string, options: { readonly confirm?: boolean } = {}): Promise<string | null> {
    const { file, command, fd } = this.#origin;
    if (file !== undefined) return (this.#known ??= this.#fromFile(file));
    if (command !== undefined) return (this.#known ??= fromCommand(command));
    if (fd !== undefined) return (this.#known ??= fromDescriptor(fd));
    if (!this.#answers.possible) return null;
    return options.confirm === true ? this.#twice(prompt) : this.#answers.secret(prompt, "--passphrase-file <file>");
  }

  async #twice(prompt: string): Promise<string> {
    for (;;) {
      const first = await this.#answers.secret(prompt, "--passphrase-file <file>");
      const second = await this.#answers.secret(`${prompt}, again`, "--passphrase-file <file>");
      if (first === second) return first;
      await this.#answers.tell("they differ, once more\n");
    }
  }

  async #fromFile(file: string): Promise<string> {
    try {
      const { mode } = await stat(file);
      const open = (mode & 0o077) !== 0 && (mode & 0o170000) === 0o100000;
      if (open) this.#warn(`passphrase file '${file}' can be read by others: chmod 600 '${file}'`);
      return firstLine(await readFile(file), `file '${file}'`);
    } catch (cause) {
      if (cause instanceof HxError) throw cause;
      throw new HxError("io-failed", `cannot read the passphrase file '${file}'`, { cause });
    }
  }
}

async function fromCommand(command: string): Promise<string> {
  const child = spawn(command, { shell: true, stdio: ["ignore", "pipe", "inherit"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const status = await new Promise<number | null>((resolve) => {
    child.once("close", resolve);
    child.once("error", () => resolve(null));
  });
  if (status !== 0) throw new HxError("io-failed", `the passphrase command failed with ${status ?? "a signal"}`);
  return firstLine(Buffer.concat(chunks), "command");
}

async function fromDescriptor(fd: number): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of createReadStream("", { fd })) chunks.push(chunk as Buffer);
  } catch (cause) {
    throw new HxError("io-failed", `cannot read the passphrase from descriptor '${fd}'`, { cause });
  }
  return firstLine(Buffer.concat(chunks), `descriptor '${fd}'`);
}

function firstLine(bytes: Buffer, from: string): string {
  const line = bytes.toString("utf8").split(/\r?\n/, 1)[0] ?? "";
  if (line === "") throw new HxError("usage", `the passphrase ${from} gave an empty passphrase`);
  if (Buffer.byteLength(line) > MOST) throw new HxError("usage", `the passphrase ${from} gave more than ${MOST} bytes`);
  return line;
}
