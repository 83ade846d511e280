import { spawn } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { HxError } from "../../domain/errors.ts";
import { killAll, waitForEnd } from "./processes.ts";

/** How long hooks may go on behind a commit or a push, in ms. */
const HOOKS_MS = 30_000;
/** Between two looks at what a hook did, in ms. */
const PAUSE_MS = 100;

/** A computer of the demo: all that hx, git and the agents know of it lies in one folder. */
export interface Machine {
  readonly directory: string;
  readonly home: string;
  /** The checkout. */
  readonly work: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Ended {
  /** As one would type it. */
  readonly command: string;
  /** Standard output. */
  readonly out: Buffer;
  /** Lines of both outputs, standard output first. */
  readonly lines: readonly string[];
}

export interface RunOptions {
  readonly cwd?: string;
  readonly input?: string;
  /** The exit code that it must end with; 0 when absent. */
  readonly ends?: number;
  /** So many days later than now, for hx alone, and only here: its process begins with another clock. No switch of hx does that. */
  readonly daysOn?: number;
}

/** Who works on a machine, as git knows them. */
export interface Person {
  readonly name: string;
  readonly email: string;
}

const ADA: Person = { name: "Ada Byron", email: "ada@example.com" };

/** A temporary directory with everything in it, this same hx on the PATH, and no way out to the person's own files. */
export class Stage {
  readonly root: string;
  readonly #program: string;
  readonly #path: string;
  readonly #signal: AbortSignal;

  private constructor(root: string, program: string, path: string, signal: AbortSignal) {
    this.root = root;
    this.#program = program;
    this.#path = path;
    this.#signal = signal;
  }

  /** @param program the `bin/hx.js` that runs */
  static async open(program: string, path: string, signal: AbortSignal): Promise<Stage> {
    const root = await realpath(await mkdtemp(join(tmpdir(), "hx-demo-")));
    const stage = new Stage(root, program, path, signal);
    await mkdir(join(root, "bin"));
    await mkdir(join(root, "tmp"));
    const shim = `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(program)} "$@"\n`;
    await writeFile(join(root, "bin", "hx"), shim, { mode: 0o755 });
    return stage;
  }

  /** Names the demo in the environment of all its processes. */
  get #marker(): readonly [string, string] {
    return ["HX_DEMO", this.root];
  }

  async machine(name: string, person: Person = ADA): Promise<Machine> {
    const directory = join(this.root, name);
    const home = join(directory, "home");
    await mkdir(join(home, "run"), { recursive: true, mode: 0o700 });
    const [marker, value] = this.#marker;
    const env = {
      PATH: `${join(this.root, "bin")}${delimiter}${this.#path}`,
      HOME: home,
      TMPDIR: join(this.root, "tmp"),
      XDG_CONFIG_HOME: join(home, ".config"),
      XDG_STATE_HOME: join(home, ".local", "state"),
      XDG_CACHE_HOME: join(this.root, "cache"),
      XDG_RUNTIME_DIR: join(home, "run"),
      HX_CONFIG_DIR: join(directory, "config"),
      HX_STATE_DIR: join(directory, "state"),
      GIT_CONFIG_GLOBAL: join(home, ".gitconfig"),
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_TERMINAL_PROMPT: "0",
      LC_ALL: "C",
      [marker]: value,
    };
    await writeFile(env.GIT_CONFIG_GLOBAL, `[user]\n\tname = ${person.name}\n\temail = ${person.email}\n[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n`);
    return { directory, home, work: join(directory, "acme-web"), env };
  }

  /**
   * Runs a program on a machine, without a terminal.
   * @throws HxError `io-failed` when it ends with another code than it must, `interrupted`
   */
  async run(machine: Machine, argv: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const { code, out, err } = await this.#spawn(machine, argv, options);
    const command = argv.map(word).join(" ");
    const said = [...linesOf(out.toString("utf8")), ...linesOf(err.toString("utf8"))];
    if (this.#signal.aborted) throw new HxError("interrupted", "the demo was interrupted");
    if (code !== (options.ends ?? 0)) throw new HxError("io-failed", `the demo failed: '${command}' ended with ${code}: ${said.slice(-8).join("; ")}`);
    return { command, out, lines: said };
  }

  /**
   * Hooks have detached themselves: waits until what they do is to be seen, and none is at work.
   * @throws HxError `io-failed` when that takes too long
   */
  async settled(what: string, done: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + HOOKS_MS;
    while (!(await done())) {
      if (performance.now() > end) throw new HxError("io-failed", `the demo failed: ${what} did not happen in ${HOOKS_MS / 1000} seconds`);
      await new Promise((next) => setTimeout(next, PAUSE_MS));
    }
    if (!(await waitForEnd(this.#marker.join("="), HOOKS_MS))) throw new HxError("io-failed", `the demo failed: a hook is still at work after ${HOOKS_MS / 1000} seconds`);
  }

  /** Ends what runs and removes all of it. */
  async close(): Promise<void> {
    await killAll(this.#marker.join("="));
    await rm(this.root, { recursive: true, force: true, maxRetries: 5 });
  }

  #spawn(machine: Machine, argv: readonly string[], options: RunOptions): Promise<{ code: number; out: Buffer; err: Buffer }> {
    const [name = "", ...rest] = argv;
    // hx is run the way its own shim runs it, and that is the way `hx` was started.
    const [file, args] = name === "hx" ? [process.execPath, [...clockOf(options.daysOn ?? 0), this.#program, ...rest]] : [name, rest];
    return new Promise((resolve, reject) => {
      // A session of its own: no terminal, so nothing asks and the push hook waits.
      const child = spawn(file, args, { cwd: options.cwd ?? machine.work, env: machine.env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      const abort = (): void => void child.kill("SIGKILL");
      this.#signal.addEventListener("abort", abort, { once: true });
      child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
      child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
      child.stdin.on("error", () => undefined);
      child.stdin.end(options.input ?? "");
      child.on("error", (cause) => reject(new HxError("io-failed", `cannot start '${name}'`, { cause, hints: [`${name} --version`] })));
      child.on("close", (code) => {
        this.#signal.removeEventListener("abort", abort);
        resolve({ code: code ?? -1, out: Buffer.concat(out), err: Buffer.concat(err) });
      });
    });
  }
}

/** Arguments with which the runtime sets its clock before it loads a program. */
function clockOf(daysOn: number): readonly string[] {
  if (daysOn === 0) return [];
  return ["--import", `data:text/javascript,const now = Date.now; Date.now = () => now() + ${daysOn * 86_400_000};`];
}

function linesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

function word(argument: string): string {
  return /^[A-Za-z0-9_./@%+:,=-]+$/.test(argument) ? argument : quoted(argument);
}

function quoted(argument: string): string {
  return `'${argument.replaceAll("'", "'\\''")}'`;
}
