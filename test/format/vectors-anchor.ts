import { toHex } from "../../src/domain/bytes.ts";
import { laneIdFrom } from "../../src/format/ids.ts";
import { anchorPayload, type Anchor } from "../../src/format/anchor.ts";
import { encodeCbor, type CborInput } from "../../src/format/cbor.ts";
import { signEnvelope, type EnvelopeType } from "../../src/format/envelope.ts";
import { flip, invalid, ok, type Vector, type VectorFile } from "./vector.ts";
import type { World } from "./world.ts";

const of = (byte: number, length = 32): Uint8Array => new Uint8Array(length).fill(byte);

/** docs/spec/guard.md, "Anchor". */
export function anchorVectors(world: World): VectorFile {
  const { signer } = world.crypto;
  const sign = (message: Uint8Array): Uint8Array => signer.sign(world.deviceSeed, message);
  const first: Anchor = {
    workspace: world.workspace,
    repo: world.repo,
    n: 0,
    by: world.device,
    head: { n: 7, hash: of(1) },
    lanes: new Map([
      [laneIdFrom(of(9, 16)), { seq: 41, hash: of(2), keys: { counter: 3, list: of(3) } }],
      [laneIdFrom(of(8, 16)), { seq: 0, hash: of(4) }],
    ]),
  };
  const good = anchorPayload(first) as Record<string, CborInput>;
  const envelope = (payload: CborInput, type: EnvelopeType = "hx/anchor/v1"): Uint8Array => signEnvelope(type, payload, sign);
  const [low, high] = good["lanes"] as readonly CborInput[];
  const v = (name: string, expect: string, bytes: Uint8Array, more: object = {}): Vector => ({ name, expect, envelope: toHex(bytes), public_key: toHex(signer.publicKey(world.deviceSeed)), ...more });
  const bad = (name: string, change: Record<string, CborInput>, expect = invalid): Vector => v(name, expect, envelope({ ...good, ...change }));
  const whole = envelope(good);
  return {
    page: "guard.md",
    about: "Anchors, with the key of the device that signs them. Whether it is a member's, the workspace chain says.",
    vectors: [
      v("two lanes, one with keys", ok, whole, { n: 0, head: 7, lanes: [0, 41] }),
      v("no lane, behind another", ok, envelope(anchorPayload({ ...first, n: 1, previous: of(5), lanes: new Map() })), { n: 1, head: 7, lanes: [] }),
      v("a key that is not known", ok, envelope({ ...good, more: 1 }), { n: 0 }),
      v("another signature", "signature-invalid", flip(whole, whole.length - 1)),
      v("another type", invalid, envelope(good, "hx/repo/v1")),
      bad("the first, with one before it", { prev: of(5) }),
      bad("a later one, with none before it", { n: 1 }),
      bad("lanes in another order", { lanes: [high ?? 0, low ?? 0] }),
      bad("a lane twice", { lanes: [low ?? 0, low ?? 0] }),
      bad("keys without their list", { lanes: [[of(8, 16), 0, of(4), 1]] }),
      bad("a lane id that is too long", { lanes: [[of(8, 17), 0, of(4)]] }),
      bad("a hash that is too short", { head: [7, of(1, 31)] }),
      bad("a number above 2^32-1", { n: 2 ** 32, prev: of(5) }),
      bad("a later version", { v: 2 }, "too-new"),
      bad("version 0", { v: 0 }),
      v("bytes behind it", invalid, Uint8Array.of(...whole, 0)),
      v("a payload that is no map", invalid, envelope(encodeCbor(1))),
    ],
  };
}
