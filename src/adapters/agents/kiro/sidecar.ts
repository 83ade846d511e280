import type { SessionFacts } from "../../../ports/agent.ts";
import type { Span } from "../shared/json-scan.ts";
import { asBuffer, scanObject, textAt } from "../shared/json-scan.ts";
import { openInside } from "../shared/open-file.ts";
import { defined, headline, isAbsolutePath } from "../shared/record.ts";

/** Bytes. It grows with each turn of its session; of a longer one the head says where it ran. */
const LONGEST = 64 << 20;

/** What stands in `<id>.json` beside the records: the only place that says where the session ran. */
export interface Sidecar {
  readonly directory?: string;
  readonly facts: Pick<SessionFacts, "title" | "models">;
}

export const NO_SIDECAR: Sidecar = { facts: {} };

export function readSidecar(bytes: Uint8Array): Sidecar {
  const buffer = asBuffer(bytes);
  // Torn, as it is while Kiro replaces it, its beginning still says where the session ran.
  const fields = scanObject(buffer, ["cwd", "title", "session_state"]) ?? scanObject(buffer, ["cwd", "title"], { enough: true }) ?? scanObject(buffer, ["cwd"], { enough: true });
  const directory = textAt(buffer, fields?.get("cwd"), 64 * 1024);
  const title = headline(textAt(buffer, fields?.get("title"), 64 * 1024) ?? "");
  const model = textAt(buffer, below(buffer, fields?.get("session_state"), ["rts_model_state", "model_info", "model_id"]), 256);
  return {
    ...(directory !== undefined && isAbsolutePath(directory) ? { directory } : {}),
    facts: defined({ title, models: model === undefined ? undefined : [model] }),
  };
}

function below(bytes: Buffer, range: Span | undefined, keys: readonly string[]): Span | undefined {
  let at = range;
  for (const key of keys) at = at === undefined ? undefined : scanObject(bytes, [key], { range: at })?.get(key);
  return at;
}

/** Of a file that is not there, or cannot be read, nothing. */
export async function sidecarAt(absolute: string, roots: readonly string[]): Promise<Sidecar> {
  try {
    const file = await openInside(absolute, roots);
    try {
      return readSidecar(await file.read(0, Math.min(file.size, LONGEST)));
    } finally {
      await file.close();
    }
  } catch {
    return NO_SIDECAR;
  }
}
