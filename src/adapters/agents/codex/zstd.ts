import zlib from "node:zlib";
import { HxError } from "../../../domain/errors.ts";
import { concat } from "../../../domain/bytes.ts";

/** More than this is no rollout, and would not fit into memory. Bytes. */
const LARGEST = 1 << 30;
const STEP = 1 << 20;

/** Decompresses while bytes come in; `emit` returns false when it has enough. */
type Decompressor = (source: AsyncIterable<Uint8Array>, emit: (bytes: Uint8Array) => boolean) => Promise<void>;

/**
 * Decompresses zstd (RFC 8878), which Codex applies to rollouts that were not touched for a week.
 * @param enough stop after this many bytes
 * @throws HxError `io-failed` on damaged bytes, or when there are too many
 */
export async function unzstd(source: AsyncIterable<Uint8Array>, enough = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const decompress = await decompressor();
  try {
    await decompress(source, (bytes) => {
      chunks.push(bytes);
      size += bytes.length;
      return size < enough && size <= LARGEST;
    });
  } catch (cause) {
    throw new HxError("io-failed", "a compressed rollout cannot be read", { cause });
  }
  if (size > LARGEST) throw new HxError("io-failed", "a compressed rollout is longer than 1 GiB");
  return concat(...chunks);
}

async function decompressor(): Promise<Decompressor> {
  const native: unknown = Reflect.get(zlib, "createZstdDecompress");
  return typeof native === "function" ? nativeDecompressor(native) : packageDecompressor();
}

/** node:zlib has zstd from 22.15 on. */
function nativeDecompressor(create: object): Decompressor {
  return async (source, emit) => {
    const stream: unknown = Reflect.apply(create as () => unknown, undefined, []);
    if (!isTransform(stream)) throw new TypeError("no zstd stream");
    const { Readable } = await import("node:stream");
    const input = Readable.from(source);
    input.on("error", (error) => stream.destroy(error));
    input.pipe(stream);
    for await (const chunk of stream) {
      if (chunk instanceof Uint8Array && !emit(chunk)) break;
    }
    input.destroy();
  };
}

function isTransform(value: unknown): value is NodeJS.ReadWriteStream & { destroy(error?: Error): void } {
  return typeof value === "object" && value !== null && "pipe" in value && "destroy" in value;
}

interface PackageStream {
  push(chunk: Uint8Array, final?: boolean): void;
}

/** The package `fzstd`, loaded only where it is needed. */
async function packageDecompressor(): Promise<Decompressor> {
  // Loaded only where Node has no zstd of its own (before 22.15).
  const loaded: unknown = await import("fzstd").catch((cause: unknown) => {
    throw new HxError("io-failed", "this Node cannot read zstd, which Codex compresses old rollouts with", { hints: ["node --version"], cause });
  });
  const Decompress: unknown = typeof loaded === "object" && loaded !== null ? Reflect.get(loaded, "Decompress") : undefined;
  if (typeof Decompress !== "function") throw new HxError("internal", "the zstd package has another shape than expected");
  return async (source, emit) => {
    let more = true;
    const stream = Reflect.construct(Decompress, [(chunk: Uint8Array) => (more = more && emit(chunk))]) as PackageStream;
    for await (const chunk of source) {
      for (let at = 0; more && at < chunk.length; at += STEP) stream.push(chunk.subarray(at, at + STEP));
      if (!more) return;
    }
    stream.push(new Uint8Array(0), true);
  };
}
