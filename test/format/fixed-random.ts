import { createHash } from "node:crypto";

/** Runs `work` with a random generator that gives the same bytes each time: for vectors only. */
export async function withTestOnlyFixedRandom<Result>(label: string, work: () => Promise<Result>): Promise<Result> {
  const crypto: { getRandomValues: unknown } = globalThis.crypto;
  let block = 0;
  const fill = (target: ArrayBufferView): ArrayBufferView => {
    const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
    for (let at = 0; at < bytes.length; at += 32) {
      const next = createHash("sha256").update(`${label} ${block++}`).digest();
      bytes.set(next.subarray(0, bytes.length - at), at);
    }
    return target;
  };
  const before = Object.getOwnPropertyDescriptor(crypto, "getRandomValues");
  Object.defineProperty(crypto, "getRandomValues", { value: fill, configurable: true, writable: true });
  try {
    return await work();
  } finally {
    if (before === undefined) Reflect.deleteProperty(crypto, "getRandomValues");
    else Object.defineProperty(crypto, "getRandomValues", before);
  }
}
