import { HxError } from "../../domain/errors.ts";
import { CHUNK, CHUNK_OVERHEAD, STREAM_HEADER } from "../../format/segment.ts";
import type { SegmentCipher } from "../../ports/crypto.ts";
import type { SodiumModule } from "./sodium.ts";

const TAG_MESSAGE = 0;
const TAG_FINAL = 3;
const KEY = 32;
const MAX_ADDITIONAL = 1024;

/** Places in the module's memory, taken once: the cipher is synchronous, so one set is enough. */
interface Places {
  readonly state: number;
  readonly key: number;
  readonly header: number;
  readonly additional: number;
  readonly plain: number;
  readonly sealed: number;
  readonly tag: number;
}

/** The secretstream of docs/spec/segment.md over the WebAssembly module. */
export function segmentCipher(module: SodiumModule): SegmentCipher {
  const stateLength = module._crypto_secretstream_xchacha20poly1305_statebytes();
  const at: Places = {
    state: module._malloc(stateLength),
    key: module._malloc(KEY),
    header: module._malloc(STREAM_HEADER),
    additional: module._malloc(MAX_ADDITIONAL),
    plain: module._malloc(CHUNK),
    sealed: module._malloc(CHUNK + CHUNK_OVERHEAD),
    tag: module._malloc(8),
  };

  function start(key: Uint8Array, additional: Uint8Array): void {
    if (key.length !== KEY || additional.length > MAX_ADDITIONAL) throw new HxError("internal", "a segment key or additional data of a wrong length");
    module.HEAPU8.set(key, at.key);
    module.HEAPU8.set(additional, at.additional);
  }

  function wipe(): void {
    module.HEAPU8.fill(0, at.state, at.state + stateLength);
    module.HEAPU8.fill(0, at.key, at.key + KEY);
    module.HEAPU8.fill(0, at.plain, at.plain + CHUNK);
  }

  function sealAll(additionalLength: number, padded: Uint8Array): Uint8Array {
    const out = new Uint8Array(STREAM_HEADER + padded.length + CHUNK_OVERHEAD * Math.ceil(padded.length / CHUNK));
    module._crypto_secretstream_xchacha20poly1305_init_push(at.state, at.header, at.key);
    out.set(module.HEAPU8.subarray(at.header, at.header + STREAM_HEADER));
    let to = STREAM_HEADER;
    for (let from = 0; from < padded.length; from += CHUNK) {
      const chunk = padded.subarray(from, from + CHUNK);
      const tag = from + CHUNK < padded.length ? TAG_MESSAGE : TAG_FINAL;
      module.HEAPU8.set(chunk, at.plain);
      module._crypto_secretstream_xchacha20poly1305_push(at.state, at.sealed, 0, at.plain, chunk.length, 0, at.additional, additionalLength, 0, tag);
      out.set(module.HEAPU8.subarray(at.sealed, at.sealed + chunk.length + CHUNK_OVERHEAD), to);
      to += chunk.length + CHUNK_OVERHEAD;
    }
    return out;
  }

  function openAll(additionalLength: number, sealed: Uint8Array): Uint8Array {
    const body = sealed.length - STREAM_HEADER;
    const chunks = Math.ceil(body / (CHUNK + CHUNK_OVERHEAD));
    if (body - (chunks - 1) * (CHUNK + CHUNK_OVERHEAD) <= CHUNK_OVERHEAD) throw damaged("it is cut off");
    const out = new Uint8Array(body - chunks * CHUNK_OVERHEAD);
    module.HEAPU8.set(sealed.subarray(0, STREAM_HEADER), at.header);
    module._crypto_secretstream_xchacha20poly1305_init_pull(at.state, at.header, at.key);
    for (let i = 0; i < chunks; i++) {
      const from = STREAM_HEADER + i * (CHUNK + CHUNK_OVERHEAD);
      const chunk = sealed.subarray(from, from + CHUNK + CHUNK_OVERHEAD);
      module.HEAPU8.set(chunk, at.sealed);
      const failed = module._crypto_secretstream_xchacha20poly1305_pull(at.state, at.plain, 0, at.tag, at.sealed, chunk.length, 0, at.additional, additionalLength, 0);
      if (failed !== 0) throw damaged(`chunk '${i}' does not open`);
      // libsodium would accept messages after FINAL, so each chunk must carry the one tag that its place allows.
      if (module.HEAPU8[at.tag] !== (i === chunks - 1 ? TAG_FINAL : TAG_MESSAGE)) throw damaged(`chunk '${i}' has a wrong tag`);
      const length = chunk.length - CHUNK_OVERHEAD;
      out.set(module.HEAPU8.subarray(at.plain, at.plain + length), i * CHUNK);
    }
    return out;
  }

  return {
    seal(key, additional, padded) {
      if (padded.length === 0) throw new HxError("internal", "a segment without plaintext");
      start(key, additional);
      try {
        return sealAll(additional.length, padded);
      } finally {
        wipe();
      }
    },
    open(key, additional, sealed) {
      if (sealed.length <= STREAM_HEADER + CHUNK_OVERHEAD) throw damaged("it is cut off");
      start(key, additional);
      try {
        return openAll(additional.length, sealed);
      } finally {
        wipe();
      }
    },
  };
}

function damaged(what: string): HxError {
  return new HxError("segment-invalid", `a segment is damaged: ${what}`);
}
