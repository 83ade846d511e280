import { compareBytes, concat, utf8 } from "./bytes.ts";
import { demand } from "./errors.ts";
import { Fields, asBytes, asList, asText, asUint } from "./fields.ts";
import { isLanePath } from "./paths.ts";

const bad = "encoding-invalid";
/** Length of all pieces but the last one. */
export const pieceLength = 4000;

/** Body of a header. */
export interface Body {
  batch: { path: string; hash: Uint8Array }[];
  heads: { lane: Uint8Array; seq: number; hash: Uint8Array }[];
}

/** Puts pieces of 4000 bytes together, the last one shorter. */
export function joinPieces(pieces: Uint8Array[]): Uint8Array {
  demand(pieces.length >= 1, bad, "no pieces");
  const last = pieces.length - 1;
  const fits = pieces.every(({ length }, at) => (at < last ? length === pieceLength : length >= 1 && length <= pieceLength));
  demand(fits, bad, "pieces that are cut in other places");
  return concat(...pieces);
}

/** Reads the pieces of a header's body. */
export function readBody(pieces: Uint8Array[]): Body {
  const fields = Fields.decode(joinPieces(pieces));
  const batch = fields.list("batch").map((item) => {
    const [path, hash] = asList(item, 2);
    return { path: asText(path), hash: asBytes(hash, 32) };
  });
  const heads = fields.list("heads").map((item) => {
    const [lane, seq, hash] = asList(item, 3);
    return { lane: asBytes(lane, 16), seq: asUint(seq), hash: asBytes(hash, 32) };
  });
  demand(batch.every(({ path }) => isLanePath(path) && /^[sx]\//.test(path)), bad, "a path that may not be in a batch");
  demand(rises(batch.map(({ path }) => utf8(path))), bad, "paths out of order");
  demand(rises(heads.map(({ lane }) => lane)), bad, "heads out of order");
  return { batch, heads };
}

/** Whether byte strings rise strictly in bytewise order. */
export function rises(list: Uint8Array[]): boolean {
  return list.every((item, at) => {
    const before = list[at - 1];
    return before === undefined || compareBytes(before, item) < 0;
  });
}
