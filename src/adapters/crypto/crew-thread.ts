import { parentPort } from "node:worker_threads";
import { loadCrypto } from "./libsodium.ts";
import { perform, type ThreadAnswer, type ThreadRequest } from "./crew.ts";

/** The other thread of `crews`: an entry of its own in the bundle. What throws is answered as such, and done again where the error is understood. */
const ready = loadCrypto();

parentPort?.on("message", (request: ThreadRequest) => {
  void ready.then((crypto) => {
    const results = request.jobs.map((job) => {
      try {
        return { result: perform(crypto, job) };
      } catch {
        return "threw" as const;
      }
    });
    const answer: ThreadAnswer = { id: request.id, results };
    parentPort?.postMessage(answer);
  });
});
