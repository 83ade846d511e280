import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { Crew, Crypto, WrapContext } from "../../ports/crypto.ts";

type Job =
  | { readonly kind: "open"; readonly seed: Uint8Array; readonly context: WrapContext; readonly wrap: Uint8Array }
  | { readonly kind: "verify"; readonly publicKey: Uint8Array; readonly message: Uint8Array; readonly signature: Uint8Array };

type Result = Uint8Array | boolean | null;

export interface ThreadRequest {
  readonly id: number;
  readonly jobs: readonly Job[];
}

export interface ThreadAnswer {
  readonly id: number;
  readonly results: readonly ("threw" | { readonly result: Result })[];
}

/** What both threads do. */
type Primitives = Pick<Crypto, "wrapper" | "signer">;

/** @throws HxError as the primitives */
export function perform({ wrapper, signer }: Primitives, job: Job): Result {
  if (job.kind === "open") return wrapper.open(job.seed, job.context, job.wrap);
  return signer.verify(job.publicKey, job.message, job.signature);
}

interface Asked {
  readonly job: Job;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** Under so many jobs a thread costs more than it saves: it loads libsodium first. */
const WORTH = 200;
/** Jobs of one message. */
const LOAD = 16;
/** While so many wait for the other thread, this one does what comes. */
const MOST_WAITING = 4 * LOAD;

/** Beside the bundle's chunks. Run from its source hx has no such file, and does the work on this thread. */
const THREAD = new URL("../crew-thread.js", import.meta.url);

/**
 * A second thread for many jobs, started with the first that are worth it. Where none can be started, or it dies, the work is done on
 * this one. It holds back no end of the process.
 */
export function crews(primitives: Primitives, thread = THREAD): Crypto["crew"] {
  let team: Team | null = null;
  return (jobs) => {
    if (team === null && (jobs < WORTH || !existsSync(fileURLToPath(thread)))) return crewOf(async (job) => perform(primitives, job));
    team ??= new Team(primitives, thread);
    return crewOf(team.share);
  };
}

type Ask = (job: Job) => Promise<Result>;

function crewOf(ask: Ask): Crew {
  return {
    open: async (seed, context, wrap) => bytesOf(await ask({ kind: "open", seed, context, wrap })),
    verify: async (publicKey, message, signature) => (await ask({ kind: "verify", publicKey, message, signature })) === true,
  };
}

function bytesOf(result: Result): Uint8Array | null {
  return result instanceof Uint8Array ? result : null;
}

/** This thread and the other. */
class Team {
  readonly #primitives: Primitives;
  #worker: Worker | null;
  #collected: Asked[] = [];
  readonly #waiting = new Map<number, readonly Asked[]>();
  #next = 0;
  /** Jobs that the other thread has. */
  #busy = 0;

  constructor(primitives: Primitives, thread: URL) {
    this.#primitives = primitives;
    this.#worker = new Worker(thread, { stdout: true, stderr: true });
    this.#worker.unref();
    this.#worker.on("message", (answer: ThreadAnswer) => this.#take(answer));
    this.#worker.on("error", () => this.#goOnAlone());
    this.#worker.on("exit", () => this.#goOnAlone());
  }

  /** By whichever thread has less to do. */
  readonly share: Ask = (job) => (this.#busy >= MOST_WAITING ? this.#here(job) : this.#ask(job));

  /** By the other thread. */
  readonly #ask: Ask = (job) =>
    new Promise((resolve, reject) => {
      if (this.#collected.length === 0) setImmediate(() => this.#send());
      this.#collected.push({ job, resolve, reject });
      // The event loop may be busy for long: what is a load goes at once.
      if (this.#collected.length === LOAD) this.#send();
    });

  /** By this thread. */
  readonly #here: Ask = async (job) => perform(this.#primitives, job);

  #send(): void {
    const asked = this.#collected;
    this.#collected = [];
    if (asked.length === 0) return;
    if (this.#worker === null) return asked.forEach((one) => this.#doHere(one));
    const id = this.#next++;
    this.#waiting.set(id, asked);
    this.#busy += asked.length;
    this.#worker.ref();
    const request: ThreadRequest = { id, jobs: asked.map(({ job }) => job) };
    this.#worker.postMessage(request);
  }

  #take({ id, results }: ThreadAnswer): void {
    const asked = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    this.#busy -= asked.length;
    if (this.#waiting.size === 0) this.#worker?.unref();
    asked.forEach((one, i) => {
      const answer = results[i];
      if (answer === undefined || answer === "threw") this.#doHere(one);
      else one.resolve(answer.result);
    });
  }

  #goOnAlone(): void {
    this.#worker = null;
    const left = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    for (const one of left) this.#doHere(one);
  }

  #doHere({ job, resolve, reject }: Asked): void {
    this.#here(job).then(resolve, reject);
  }
}
