import { parentPort } from "node:worker_threads";
import { loadCrypto } from "./libsodium.ts";
import type { ThreadAnswer, ThreadRequest } from "./wrap-crew.ts";

/** The other thread of `wrapCrew`: an entry of its own in the bundle. What throws is answered as such, and done again where the error is understood. */
const ready = loadCrypto();

parentPort?.on("message", (request: ThreadRequest) => {
  void ready.then(({ wrapper }) => {
    const results = request.jobs.map((job) => {
      try {
        const result = job.kind === "wrap" ? wrapper.wrap(job.key, job.context, job.bytes) : wrapper.open(job.key, job.context, job.bytes);
        return { result };
      } catch {
        return "threw" as const;
      }
    });
    const answer: ThreadAnswer = { id: request.id, results };
    parentPort?.postMessage(answer);
  });
});
