import { brotliCompressSync, constants } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { brotliCompressor } from "../../src/adapters/crypto/brotli.ts";
import { concat, equal, utf8 } from "../../src/domain/bytes.ts";
import { isHxError } from "../../src/domain/errors.ts";
import { codeOfPromise } from "../format/outcome.ts";

const EFFORTS = ["fast", "normal", "best"] as const;

async function decompressed(data: Uint8Array, rawLength: number): Promise<Uint8Array> {
  const stream = brotliCompressor.decompress();
  try {
    return await stream.push(data, rawLength);
  } finally {
    stream.close();
  }
}

test.each(EFFORTS)("runs of a stream decode one by one: %s", async (effort) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 3000, size: "max" }), { maxLength: 5 }), async (runs) => {
      const out = brotliCompressor.compress(effort);
      const back = brotliCompressor.decompress();
      for (const run of runs) expect(equal(await back.push(await out.push(run), run.length), run)).toBe(true);
      out.close();
      back.close();
    }),
    { numRuns: 20 },
  );
});

test("a run longer than any buffer on the way", async () => {
  const raw = Uint8Array.from({ length: 5_000_000 }, (_, i) => (i * i) >> 7);
  const out = brotliCompressor.compress("fast");
  const compressed = await out.push(raw);
  out.close();
  expect(equal(await decompressed(compressed, raw.length), raw)).toBe(true);
});

test("a second run uses the first as its dictionary", async () => {
  const text = utf8(Array.from({ length: 200 }, (_, i) => `${(i * 7919) % 1009} `).join(""));
  const out = brotliCompressor.compress("normal");
  const first = await out.push(text);
  const second = await out.push(text);
  out.close();
  expect(second.length * 10).toBeLessThan(first.length);
});

describe("hostile data", () => {
  const raw = utf8("hello ".repeat(5000));
  const good = new Uint8Array(brotliCompressSync(raw));

  test("one byte more or fewer than said", async () => {
    expect(await codeOfPromise(() => decompressed(good, raw.length))).toBe("ok");
    expect(await codeOfPromise(() => decompressed(good, raw.length - 1))).toBe("segment-invalid");
    expect(await codeOfPromise(() => decompressed(good, raw.length + 1))).toBe("segment-invalid");
    expect(await codeOfPromise(() => decompressed(good, 0))).toBe("segment-invalid");
  });

  test("a bomb is stopped at the first buffer beyond the length", async () => {
    // 64 MiB of zeros, decoded as far as 1000 bytes: what it would give is never held.
    const bomb = new Uint8Array(brotliCompressSync(new Uint8Array(1 << 26), { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } }));
    expect(bomb.length).toBeLessThan(20_000);
    const failure: unknown = await decompressed(bomb, 1000).catch((error: unknown) => error);
    if (!isHxError(failure)) throw failure;
    expect(failure.code).toBe("segment-invalid");
    expect(failure.data["decoded"]).toBeGreaterThan(1000);
    expect(failure.data["decoded"]).toBeLessThanOrEqual(1000 + 65536);
  });

  test("cut off, followed by bytes, empty, or noise", async () => {
    expect(await codeOfPromise(() => decompressed(good.slice(0, -4), raw.length))).toBe("segment-invalid");
    expect(await codeOfPromise(() => decompressed(concat(good, Uint8Array.of(1, 2, 3)), raw.length))).toBe("segment-invalid");
    expect(await codeOfPromise(() => decompressed(new Uint8Array(0), 1))).toBe("segment-invalid");
    expect(await codeOfPromise(() => decompressed(new Uint8Array(100).fill(0xff), 100))).toBe("segment-invalid");
  });

  test("a stream that failed stays failed", async () => {
    const stream = brotliCompressor.decompress();
    expect(await codeOfPromise(() => stream.push(new Uint8Array(100).fill(0xff), 100))).toBe("segment-invalid");
    expect(await codeOfPromise(() => stream.push(good, raw.length))).toBe("segment-invalid");
    stream.close();
  });

  test("a stream that ended takes no second run", async () => {
    const stream = brotliCompressor.decompress();
    expect(await codeOfPromise(() => stream.push(good, raw.length))).toBe("ok");
    expect(await codeOfPromise(() => stream.push(good, raw.length))).toBe("segment-invalid");
    stream.close();
  });

  test("a window over 24 bits is refused", async () => {
    const large = new Uint8Array(brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_LARGE_WINDOW]: 1, [constants.BROTLI_PARAM_LGWIN]: 28 } }));
    expect(await codeOfPromise(() => decompressed(large, raw.length))).toBe("segment-invalid");
  });
});
