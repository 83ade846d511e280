import { closeSync, openSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { ReadStream, WriteStream } from "node:tty";
import { HxError } from "../../domain/errors.ts";
import { gate } from "./control-characters.ts";

/** The terminal of the person, beside stdin and stdout: these stay free for data. */
export interface Terminal {
  confirm(question: string): Promise<boolean>;
  text(question: string, suggestion?: string): Promise<string>;
  /** Without echo. */
  secret(question: string): Promise<string>;
  tell(text: string): Promise<void>;
  close(): void;
}

const DEVICE = process.platform === "win32" ? { in: "\\\\.\\CONIN$", out: "\\\\.\\CONOUT$" } : { in: "/dev/tty", out: "/dev/tty" };

/** Opens the controlling terminal; null where there is none. */
export function openTerminal(plain: boolean): Terminal | null {
  let input: number | undefined;
  try {
    input = openSync(DEVICE.in, "r");
    const output = openSync(DEVICE.out, "w");
    return new DeviceTerminal(new ReadStream(input), new WriteStream(output), plain);
  } catch {
    if (input !== undefined) closeSync(input);
    return null;
  }
}

class DeviceTerminal implements Terminal {
  readonly #input: ReadStream;
  readonly #output: WriteStream;
  readonly #plain: boolean;

  constructor(input: ReadStream, output: WriteStream, plain: boolean) {
    this.#input = input;
    this.#output = output;
    this.#plain = plain;
  }

  async confirm(question: string): Promise<boolean> {
    if (this.#plain) return /^y(es)?$/i.test((await this.#line(`${question} (y/N) `)).trim());
    const { default: confirm } = await import("@inquirer/confirm");
    return this.#prompt(() => confirm({ message: question, default: false }, this.#context()));
  }

  async text(question: string, suggestion?: string): Promise<string> {
    if (this.#plain) {
      const line = (await this.#line(suggestion === undefined ? `${question}: ` : `${question} (${suggestion}): `)).trim();
      return line === "" ? (suggestion ?? "") : line;
    }
    const { default: input } = await import("@inquirer/input");
    const config = suggestion === undefined ? { message: question } : { message: question, default: suggestion };
    return this.#prompt(() => input(config, this.#context()));
  }

  async secret(question: string): Promise<string> {
    if (this.#plain) return this.#hidden(`${question}: `);
    const { default: password } = await import("@inquirer/password");
    return this.#prompt(() => password({ message: question, mask: false }, this.#context()));
  }

  async tell(text: string): Promise<void> {
    await new Promise<void>((resolve) => this.#output.write(gate(text, true), () => resolve()));
  }

  close(): void {
    this.#input.destroy();
    this.#output.destroy();
  }

  #context(): { input: ReadStream; output: WriteStream; clearPromptOnDone: boolean } {
    return { input: this.#input, output: this.#output, clearPromptOnDone: false };
  }

  async #prompt<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask();
    } catch (cause) {
      if (cause instanceof Error && /^(Exit|Abort)PromptError$/.test(cause.name)) throw new HxError("interrupted", "interrupted", { cause });
      throw cause;
    }
  }

  async #line(question: string): Promise<string> {
    const reader = createInterface({ input: this.#input, output: this.#output, terminal: false });
    try {
      return await reader.question(question);
    } finally {
      reader.close();
    }
  }

  /** Raw mode switches the echo off; what is typed is shown by nothing at all. */
  async #hidden(question: string): Promise<string> {
    await this.tell(question);
    this.#input.setRawMode(true);
    try {
      return await this.#keys();
    } finally {
      this.#input.setRawMode(false);
      await this.tell("\n");
    }
  }

  #keys(): Promise<string> {
    return new Promise((resolve, reject) => {
      let typed = "";
      const settle = (act: () => void): void => {
        this.#input.off("data", take);
        this.#input.pause();
        act();
      };
      const take = (chunk: Buffer): void => {
        for (const key of chunk.toString("utf8")) {
          if (key === "\r" || key === "\n" || key === "\u0004") return settle(() => resolve(typed));
          if (key === "\u0003") return settle(() => reject(new HxError("interrupted", "interrupted")));
          typed = key === "\u007f" || key === "\b" ? [...typed].slice(0, -1).join("") : typed + key;
        }
      };
      this.#input.on("data", take);
      this.#input.resume();
    });
  }
}
