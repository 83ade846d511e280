import { pathOfUri } from "../shared/file-uri.ts";

/** What the root of a conversation says: docs/agents/cursor.md. */
export interface RootBlob {
  /** Ids of the messages' blobs, hexadecimal, in the order of the conversation. */
  readonly messages: readonly string[];
  /** Absolute. */
  readonly directory?: string;
}

const MESSAGE = 1;
const WORKSPACE = 9;
const ID_BYTES = 32;

/** Reads a message of protocol buffers, as far as it is one. */
export function rootBlobOf(bytes: Uint8Array): RootBlob {
  const messages: string[] = [];
  let directory: string | undefined;
  for (const { field, value } of fieldsOf(bytes)) {
    if (field === MESSAGE && value.length === ID_BYTES) messages.push(Buffer.from(value).toString("hex"));
    if (field === WORKSPACE) directory ??= pathOfUri(Buffer.from(value).toString("utf8"));
  }
  return { messages, ...(directory === undefined ? {} : { directory }) };
}

/** The fields that have a length, in their order: https://protobuf.dev/programming-guides/encoding/. */
function* fieldsOf(bytes: Uint8Array): Generator<{ readonly field: number; readonly value: Uint8Array }> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; at < bytes.length; scale *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
    return Number.NaN;
  };
  while (at < bytes.length) {
    const tag = varint();
    const kind = tag % 8;
    if (kind === 0) varint();
    else if (kind === 1) at += 8;
    else if (kind === 5) at += 4;
    else if (kind === 2) {
      const length = varint();
      if (!(at + length <= bytes.length)) return;
      yield { field: Math.floor(tag / 8), value: bytes.subarray(at, at + length) };
      at += length;
    } else return;
  }
}
