import { fromHex, toHex } from "../domain/bytes.ts";
import type { SessionId } from "../domain/ids.ts";
import type { CborInput, CborMap } from "./cbor.ts";
import { bad, bytesField, textField } from "./fields.ts";
import { idBytes, sessionField } from "./ids.ts";

/** docs/spec/wrap.md, "Erasure": which session of an agent is not to be captured again. */
export interface Erasure {
  readonly session: SessionId;
  /** `H16(agent 0x00 agent's own id)`, 32 hex digits. */
  readonly name: string;
}

/** The body of the sealed item. */
export function erasureBody({ session, name }: Erasure): CborInput {
  return { kind: "erasure", session: idBytes(session), name: fromHex(name) };
}

/** @throws HxError `encoding-invalid` */
export function decodeErasure(body: CborMap): Erasure {
  if (textField(body, "kind") !== "erasure") throw bad("kind", "'erasure'");
  return { session: sessionField(body, "session"), name: toHex(bytesField(body, "name", 16)) };
}
