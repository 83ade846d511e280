import { asBuffer, scanObject, textAt, valueAt } from "../shared/json-scan.ts";
import type { Json } from "../shared/record.ts";
import { defined } from "../shared/record.ts";

const KEYS = ["timestamp", "ordinal", "type", "payload"];
const NEEDED = ["type", "call_id", "exit_code"];
const KIND = "exec_command_end";
/** So far into a record its kind stands, or it is parsed. Bytes. */
const HEAD = 256;

/** What the view needs of the event at the end of a command: it repeats the output that the result of the call has, up to three times. */
export function skimCommandEnd(line: Uint8Array): Json | undefined {
  const buffer = asBuffer(line);
  if (!buffer.subarray(0, HEAD).includes(`"type":"${KIND}"`)) return undefined;
  const fields = scanObject(buffer, KEYS);
  const payload = fields?.get("payload");
  if (fields === undefined || payload === undefined || textAt(buffer, fields.get("type"), 64) !== "event_msg") return undefined;
  const inner = scanObject(buffer, NEEDED, { range: payload });
  if (inner === undefined || textAt(buffer, inner.get("type"), 64) !== KIND) return undefined;
  const event = defined({ type: KIND, call_id: textAt(buffer, inner.get("call_id")), exit_code: valueAt(buffer, inner.get("exit_code")) });
  return defined({ timestamp: textAt(buffer, fields.get("timestamp"), 64), ordinal: valueAt(buffer, fields.get("ordinal")), type: "event_msg", payload: event });
}
