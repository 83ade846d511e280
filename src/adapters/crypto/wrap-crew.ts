import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { Crypto, WrapContext, WrapCrew, Wrapper } from "../../ports/crypto.ts";

interface Job {
  readonly kind: "wrap" | "open";
  /** Public key, or seed. */
  readonly key: Uint8Array;
  readonly context: WrapContext;
  readonly bytes: Uint8Array;
}

export interface ThreadRequest {
  readonly id: number;
  readonly jobs: readonly Job[];
}

export interface ThreadAnswer {
  readonly id: number;
  readonly results: readonly ("threw" | { readonly result: Uint8Array | null })[];
}

interface Asked {
  readonly job: Job;
  resolve(result: Uint8Array | null): void;
  reject(error: unknown): void;
}

/** Under so many jobs a thread costs more than it saves: it loads libsodium first. */
const WORTH = 200;

/** Jobs of one message. */
const LOAD = 16;

/** Beside the bundle's chunks. Run from its source hx has no such file, and does the work on this thread. */
const THREAD = new URL("../wrap-thread.js", import.meta.url);

/**
 * A second thread for many wraps, started with the first that are worth it. Where none can be started, or it dies, the work is done on
 * this one. It holds back no end of the process.
 */
export function wrapCrews(wrapper: Wrapper, thread = THREAD): Crypto["wrapCrew"] {
  let crew: Crew | null = null;
  return (jobs) => {
    if (crew === null && (jobs < WORTH || !existsSync(fileURLToPath(thread)))) return alone(wrapper);
    crew ??= new Crew(wrapper, thread);
    return crew;
  };
}

function alone(wrapper: Wrapper): WrapCrew {
  return {
    open: async (seed, context, wrap) => wrapper.open(seed, context, wrap),
    wrapAll: async (jobs) => jobs.map(({ to, context, plaintext }) => wrapper.wrap(to, context, plaintext)),
  };
}

class Crew implements WrapCrew {
  readonly #wrapper: Wrapper;
  #worker: Worker | null;
  #collected: Asked[] = [];
  readonly #waiting = new Map<number, readonly Asked[]>();
  #next = 0;

  constructor(wrapper: Wrapper, thread: URL) {
    this.#wrapper = wrapper;
    this.#worker = new Worker(thread, { stdout: true, stderr: true });
    this.#worker.unref();
    this.#worker.on("message", (answer: ThreadAnswer) => this.#take(answer));
    this.#worker.on("error", () => this.#goOnAlone());
    this.#worker.on("exit", () => this.#goOnAlone());
  }

  open(seed: Uint8Array, context: WrapContext, wrap: Uint8Array): Promise<Uint8Array | null> {
    return this.#ask({ kind: "open", key: seed, context, bytes: wrap });
  }

  /** Half of it is done here meanwhile. */
  async wrapAll(jobs: Parameters<WrapCrew["wrapAll"]>[0]): Promise<readonly Uint8Array[]> {
    const half = Math.ceil(jobs.length / 2);
    const theirs = jobs.slice(0, half).map(({ to, context, plaintext }) => this.#ask({ kind: "wrap", key: to, context, bytes: plaintext }));
    this.#send();
    const here = alone(this.#wrapper).wrapAll(jobs.slice(half));
    const [first, second] = await Promise.all([Promise.all(theirs), here]);
    return [...first.flatMap((wrap) => wrap ?? []), ...second];
  }

  #ask(job: Job): Promise<Uint8Array | null> {
    return new Promise((resolve, reject) => {
      if (this.#collected.length === 0) setImmediate(() => this.#send());
      this.#collected.push({ job, resolve, reject });
      // The event loop may be busy for long: what is a load goes at once.
      if (this.#collected.length === LOAD) this.#send();
    });
  }

  #send(): void {
    const asked = this.#collected;
    this.#collected = [];
    if (asked.length === 0) return;
    if (this.#worker === null) return asked.forEach((one) => this.#doHere(one));
    const id = this.#next++;
    this.#waiting.set(id, asked);
    this.#worker.ref();
    const request: ThreadRequest = { id, jobs: asked.map(({ job }) => job) };
    this.#worker.postMessage(request);
  }

  #take({ id, results }: ThreadAnswer): void {
    const asked = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
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
    try {
      resolve(job.kind === "wrap" ? this.#wrapper.wrap(job.key, job.context, job.bytes) : this.#wrapper.open(job.key, job.context, job.bytes));
    } catch (error) {
      reject(error);
    }
  }
}
