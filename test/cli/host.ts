import { Writable } from "node:stream";
import { HxError } from "../../src/domain/errors.ts";
import type { Host } from "../../src/cli/host.ts";
import type { Terminal } from "../../src/cli/io/terminal.ts";
import { runProgram } from "../../src/cli/program.ts";
import type { World, WorldContext } from "../../src/cli/world.ts";

export const NOW = Date.UTC(2026, 10, 21, 12);

/** Collects what is written. */
export class Collector extends Writable {
  text = "";

  override _write(chunk: Buffer | string, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

export interface Settings {
  readonly environment?: Record<string, string>;
  readonly tty?: boolean;
  readonly stdin?: string;
  readonly terminal?: Terminal;
  readonly directory?: string;
  readonly stdout?: Writable;
  readonly abandon?: () => void;
  readonly interrupt?: (callback: () => void) => void;
}

export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
  readonly context: WorldContext | undefined;
}

/** Runs the real program over a world of the test, in process. */
export async function hx(argv: readonly string[], parts: object | ((context: WorldContext) => object) = {}, settings: Settings = {}): Promise<Ran> {
  const out = new Collector();
  const err = new Collector();
  const isTTY = settings.tty === true;
  let context: WorldContext | undefined;
  const host: Host = {
    version: "1.2.3",
    environment: settings.environment ?? {},
    directory: settings.directory ?? process.cwd(),
    stdout: { stream: settings.stdout ?? out, isTTY, columns: 100 },
    stderr: { stream: err, isTTY, columns: 100 },
    readStdin: async () => settings.stdin ?? "",
    openTerminal: () => settings.terminal ?? null,
    onInterrupt: (callback) => {
      settings.interrupt?.(callback);
      return () => undefined;
    },
    abandon: () => settings.abandon?.(),
    now: () => NOW,
    openWorld: async (given) => {
      context = given;
      return worldOf(typeof parts === "function" ? parts(given) : parts);
    },
  };
  const exit = await runProgram(argv, host);
  return { exit, out: out.text, err: err.text, context };
}

/** A world that knows what the test gave it, and fails loudly for all else. */
function worldOf(parts: object): World {
  const absent = (path: string): unknown =>
    new Proxy(() => undefined, {
      get: (_, name) => absent(`${path}.${String(name)}`),
      apply: () => {
        throw new Error(`the test has no world.${path}`);
      },
    });
  const known: object = { gitConfig: async () => null, close: async () => undefined, ...parts };
  const get = (target: object, name: string | symbol): unknown => {
    if (name in target) return Reflect.get(target, name);
    return name === "then" ? undefined : absent(String(name));
  };
  return new Proxy(known, { get }) as World;
}

/** A terminal that gives prepared answers. */
export class Script implements Terminal {
  readonly asked: string[] = [];
  told = "";
  readonly #answers: (string | boolean)[];

  constructor(answers: readonly (string | boolean)[]) {
    this.#answers = [...answers];
  }

  async confirm(question: string): Promise<boolean> {
    return this.#next(question) === true;
  }

  async text(question: string): Promise<string> {
    return String(this.#next(question));
  }

  async secret(question: string): Promise<string> {
    return String(this.#next(question));
  }

  async tell(text: string): Promise<void> {
    this.told += text;
  }

  close(): void {}

  #next(question: string): string | boolean {
    this.asked.push(question);
    const answer = this.#answers.shift();
    if (answer === undefined) throw new HxError("internal", `no answer prepared for '${question}'`);
    return answer;
  }
}
