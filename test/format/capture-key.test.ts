import { beforeAll, describe, expect, it } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { personId, repoId, workspaceId } from "../../src/domain/ids.ts";
import { decodeCaptureKey, encodeCaptureKey, type CaptureKey } from "../../src/format/capture-key.ts";
import type { Crypto } from "../../src/ports/crypto.ts";

let crypto: Crypto;
let sample: CaptureKey;
const h = (bytes: Uint8Array): Uint8Array => crypto.hashes.h(bytes);
beforeAll(async () => {
  crypto = await loadCrypto();
  const fill = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
  const key = { workspace: workspaceId("a".repeat(64)), repo: repoId("b".repeat(64)), lane: fill(32, 1), seed: fill(32, 2), eraser: fill(32, 3), to: fill(1216, 255), person: personId("c".repeat(32)), epoch: 1, day: 20_000 };
  sample = { key: { ...key, certificate: { epoch: 2, signature: fill(64, 4) } }, tie: fill(3405, 5), until: 20_030 };
});

describe("a capture-only key", () => {
  it("comes back whole, however a terminal broke it", () => {
    const text = encodeCaptureKey(h, sample);
    expect(text).toMatch(/^hx-capture-1\.[A-Za-z0-9_-]+$/);
    expect(text.length).toBeLessThan(7000);
    expect(decodeCaptureKey(h, text)).toEqual(sample);
    expect(decodeCaptureKey(h, ` ${text.replace(/(.{76})/g, "$1\n")}\n`)).toEqual(sample);
    expect(Buffer.from(text.slice("hx-capture-1.".length), "base64url").toString("base64url")).toBe(text.slice("hx-capture-1.".length));
  });

  it("is refused when one character is lost, changed or added", () => {
    const text = encodeCaptureKey(h, sample);
    const changed = Array.from({ length: 18 }, (_, i) => 40 + i * 331).map((at) => `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`);
    for (const wrong of [...changed, text.slice(0, -1), text.slice(1), `${text}A`, text.replace("hx-capture-1", "hx-capture-2"), `${text}!`, "", "x".repeat(20_000)]) {
      expect(() => decodeCaptureKey(h, wrong)).toThrow(expect.objectContaining({ code: "encoding-invalid" }));
    }
  });
});
