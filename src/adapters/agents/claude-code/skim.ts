import { asBuffer, scanObject, textAt } from "../shared/json-scan.ts";
import type { Json } from "../shared/record.ts";
import { defined } from "../shared/record.ts";

const KEYS = ["type", "uuid", "parentUuid", "timestamp", "cwd", "sessionId", "gitBranch", "version"];
/** So far into a record its type stands, or it is parsed. Bytes. */
const HEAD = 768;

/**
 * What the view needs of a `progress` record: up to two fifths of a transcript are these, each with a copy of what a sub-agent or a hook
 * said so far.
 */
export function skimProgress(line: Uint8Array): Json | undefined {
  const buffer = asBuffer(line);
  if (!buffer.subarray(0, HEAD).includes('"type":"progress"')) return undefined;
  const fields = scanObject(buffer, KEYS);
  if (fields === undefined || textAt(buffer, fields.get("type"), 64) !== "progress") return undefined;
  return defined(Object.fromEntries(KEYS.map((key) => [key, textAt(buffer, fields.get(key))])));
}
