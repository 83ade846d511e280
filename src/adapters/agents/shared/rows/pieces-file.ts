import type { OpenFile } from "../../../../ports/agent.ts";

/** Bytes that are kept of pieces that were made already; what is beyond is made again when it is read again. */
const HELD = 8 << 20;

/**
 * A file that is made of pieces when it is read: exported rows. Each piece gives the same bytes whenever it is asked. Memory holds
 * one piece, and a few small ones.
 */
export function piecesFile(fields: { readonly pieces: readonly (() => Uint8Array)[]; readonly modifiedMs: number; readonly identity: string; readonly close: () => void }): OpenFile {
  const held = new Map<number, Uint8Array>();
  let heldBytes = 0;
  let ends: readonly number[] | undefined;
  let last: { readonly at: number; readonly bytes: Uint8Array } | undefined;

  function piece(at: number): Uint8Array {
    const known = held.get(at) ?? (last?.at === at ? last.bytes : undefined);
    if (known !== undefined) return known;
    const bytes = fields.pieces[at]?.() ?? new Uint8Array(0);
    last = { at, bytes };
    if (heldBytes + bytes.length <= HELD) {
      held.set(at, bytes);
      heldBytes += bytes.length;
    }
    return bytes;
  }

  function endsOf(): readonly number[] {
    if (ends !== undefined) return ends;
    let size = 0;
    ends = fields.pieces.map((_, at) => (size += piece(at).length));
    return ends;
  }

  return {
    get size() {
      return endsOf().at(-1) ?? 0;
    },
    modifiedMs: fields.modifiedMs,
    identity: fields.identity,
    async read(offset, length) {
      const all = endsOf();
      const to = Math.min(offset + length, all.at(-1) ?? 0);
      if (to <= offset) return new Uint8Array(0);
      const bytes = new Uint8Array(to - offset);
      for (let at = firstAfter(all, offset); at < all.length; at++) {
        const start = all[at - 1] ?? 0;
        if (start >= to) break;
        const part = piece(at).subarray(Math.max(0, offset - start), to - start);
        bytes.set(part, Math.max(0, start - offset));
      }
      return bytes;
    },
    close: async () => fields.close(),
  };
}

/** The first piece that ends after the offset. */
function firstAfter(ends: readonly number[], offset: number): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 0) > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}
