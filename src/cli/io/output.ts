import type { Writable } from "node:stream";
import type { ChalkInstance } from "chalk";
import { palette } from "./colour.ts";
import { gate, jsonText } from "./control-characters.ts";

/** The reader of a pipe has gone. Not a failure: the command ends with 0. */
export class ClosedPipe extends Error {
  constructor() {
    super("closed pipe");
    this.name = "ClosedPipe";
  }
}

/** A stream as the process gives it, or as a test makes it. */
export interface RawOutput {
  readonly stream: Writable;
  readonly isTTY: boolean;
  readonly columns?: number;
}

const DEFAULT_COLUMNS = 80;

/** stdout or stderr. Every byte of hx to a terminal goes through here. */
export class Output {
  readonly isTTY: boolean;
  readonly colour: boolean;
  readonly width: number;
  readonly style: ChalkInstance;
  readonly #stream: Writable;
  #closed = false;
  #before: () => void = () => undefined;

  constructor(raw: RawOutput, colour: boolean) {
    this.isTTY = raw.isTTY;
    this.colour = colour;
    this.width = raw.columns === undefined || raw.columns < 1 ? DEFAULT_COLUMNS : raw.columns;
    this.style = palette(colour);
    this.#stream = raw.stream;
    raw.stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED") this.#closed = true;
    });
  }

  /** Called before each write: what is animated on the same terminal has to go first. */
  beforeWrite(callback: () => void): void {
    this.#before = callback;
  }

  /** For an animation only: it draws past the gate. */
  get canvas(): Writable {
    return this.#stream;
  }

  /** Resolves when the stream has taken the text. @throws ClosedPipe when nobody reads any more. */
  async write(text: string): Promise<void> {
    if (this.#closed) throw new ClosedPipe();
    this.#before();
    const safe = gate(text, this.colour);
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(safe, (error) => {
        if (!error) resolve();
        else reject(isClosed(error) ? new ClosedPipe() : error);
      });
    });
  }

  async line(text = ""): Promise<void> {
    await this.write(`${text}\n`);
  }

  async json(value: unknown): Promise<void> {
    await this.write(`${jsonText(value)}\n`);
  }

  /** The stream behind, for a pager that takes the place of it. */
  replacedBy(stream: Writable): Output {
    return new Output({ stream, isTTY: this.isTTY, columns: this.width }, this.colour);
  }
}

function isClosed(error: NodeJS.ErrnoException): boolean {
  return error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED" || error.code === "ERR_STREAM_WRITE_AFTER_END";
}
