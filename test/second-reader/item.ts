import { allZero, compareBytes, sameBytes } from "./bytes.ts";
import { encodeCbor } from "./cbor.ts";
import { codeOf, demand, refuse } from "./errors.ts";
import { Fields } from "./fields.ts";
import { isSignedBy, splitEnvelope } from "./envelope.ts";
import { openAead, signed } from "./primitives.ts";
import { openWrap } from "./wrap.ts";

const stanzaLength = 1170;
const bodyLength = 1024;
/** Length of every sealed item. */
export const itemLength = 1 + 2 * stanzaLength + 24 + bodyLength + 16;

/** Body of a sealed item. */
export function openItem(item: Uint8Array, seed: Uint8Array, repo: Uint8Array, lane: Uint8Array): Fields {
  checkItem(item);
  const key = openStanzas(item, seed, repo);
  const nonce = item.slice(1 + 2 * stanzaLength, 1 + 2 * stanzaLength + 24);
  const body = openAead(key, nonce, item.slice(-bodyLength - 16), encodeCbor(["hx/item/v1", 1, repo, lane]));
  demand(body !== undefined, "item-invalid", "the body does not open");
  const length = new DataView(body.buffer, body.byteOffset).getUint16(0);
  demand(length <= bodyLength - 2, "item-invalid", "a length beyond the body");
  demand(allZero(body.subarray(2 + length)), "item-invalid", "padding that is not zero");
  try {
    return Fields.decode(body.slice(2, 2 + length));
  } catch {
    return refuse("item-invalid", "a body that is no map");
  }
}

/** Refuses an item of another suite or length. */
function checkItem(item: Uint8Array): void {
  demand((item[0] ?? 0) <= 1, "too-new", `an item of suite ${item[0]}`);
  demand(item[0] === 1 && item.length === itemLength, "item-invalid", "an item of another length, or of suite 0");
}

function openStanzas(item: Uint8Array, seed: Uint8Array, repo: Uint8Array): Uint8Array {
  for (const at of [1, 1 + stanzaLength]) {
    try {
      return openWrap(item.slice(at, at + stanzaLength), seed, { purpose: "item", repo });
    } catch (error) {
      demand(codeOf(error) === "not-recipient", "item-invalid", "a stanza that is not a wrap");
    }
  }
  return refuse("not-recipient", "no stanza opens with this key");
}

/** Who ties a lane to themselves. */
export interface Tie {
  person: Uint8Array;
  device: Uint8Array;
}

/** Verifies the body of a tie; `deviceKey` gives the signing key of a device id. */
export function verifyTie(
  body: Fields, repo: Uint8Array, lane: Uint8Array, deviceKey: (device: Uint8Array) => Uint8Array | undefined,
): Tie {
  demand(body.text("kind") === "tie", "item-invalid", "an item of another kind");
  const envelope = splitEnvelope("hx/tie/v1", body.bytes("device"));
  const payload = Fields.decode(envelope.payload);
  payload.one("v");
  const tie = { person: payload.bytes("person", 16), device: payload.bytes("device", 16) };
  const key = deviceKey(tie.device);
  demand(key !== undefined && isSignedBy(envelope, key), "signature-invalid", "not signed by the device");
  const tiedLane = payload.bytes("lane", 32);
  demand(sameBytes(tiedLane, lane), "item-invalid", "a tie of another lane");
  demand(compareBytes(payload.bytes("repo", 32), repo) === 0, "item-invalid", "a tie of another repository");
  demand(
    signed("hx/tie-lane/v1", envelope.payload, body.bytes("lane", 64), lane), "signature-invalid", "not signed by the lane",
  );
  return tie;
}

/** Which session of an agent is not to be captured again. */
export function readErasure(body: Fields): { session: Uint8Array; name: Uint8Array } {
  demand(body.text("kind") === "erasure", "encoding-invalid", "an item of another kind");
  return { session: body.bytes("session", 16), name: body.bytes("name", 16) };
}

/** Which version of the policy somebody was shown, and when, in ms. */
export function readShown(body: Fields): { version: number; at: number } {
  const shown = { version: body.uint("version"), at: body.uint("at") };
  demand(body.text("kind") === "shown", "encoding-invalid", "an item of another kind");
  demand(shown.version > 0, "encoding-invalid", "a policy has no version 0");
  return shown;
}
