import type { HookPayload } from "../ports/agent.ts";

export interface InputLimits {
  readonly bytes: number;
  readonly ms: number;
}

/** A payload names a session, a file and a directory; the prompt or answer beside them may be long, and is not needed. */
export const inputLimits: InputLimits = { bytes: 1024 * 1024, ms: 2000 };

/**
 * Reads stdin to its end, to the limit, or until time is up, whichever comes first. An error ends it like an end.
 */
export async function readInput(input: AsyncIterable<unknown>, limits: InputLimits = inputLimits): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const iterator = input[Symbol.asyncIterator]();
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<null>((done) => {
    timer = setTimeout(done, limits.ms, null);
  });
  try {
    while (size < limits.bytes) {
      const next = await Promise.race([iterator.next(), timeUp]);
      if (next === null || next.done === true) break;
      const chunk = typeof next.value === "string" ? new TextEncoder().encode(next.value) : next.value;
      if (!(chunk instanceof Uint8Array)) break;
      chunks.push(chunk.subarray(0, limits.bytes - size));
      size += chunk.length;
    }
  } catch {
    // A broken pipe says as much as an end of file.
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks);
}

function isPayload(value: unknown): value is HookPayload {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object in these bytes, as much of it as is there; null where there is none. Never throws. */
export async function readPayload(bytes: Uint8Array): Promise<HookPayload | null> {
  const text = new TextDecoder().decode(bytes).trim();
  if (!text.startsWith("{")) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isPayload(value) ? value : null;
  } catch {
    return salvaged(text);
  }
}

/** Of a payload that was cut off, the ids come first: a parser that forgives finds them. */
async function salvaged(text: string): Promise<HookPayload | null> {
  const { salvage } = await import("./salvage.ts");
  const value = salvage(text);
  return isPayload(value) && Object.keys(value).length > 0 ? value : null;
}
