import { concat } from "../domain/bytes.ts";
import { HxError } from "../domain/errors.ts";

/** What does not fit in a blob under 4096 bytes is cut into pieces of this length. */
export const PIECE_LENGTH = 4000;

/** At least one piece; the last one may be shorter. */
export function cutPieces(bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += PIECE_LENGTH) pieces.push(bytes.slice(at, at + PIECE_LENGTH));
  return pieces;
}

/** @throws HxError `encoding-invalid` when `cutPieces` would have cut otherwise. */
export function joinPieces(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 0) throw new HxError("encoding-invalid", "no pieces");
  pieces.forEach((piece, i) => {
    const last = i === pieces.length - 1;
    const right = last ? piece.length > 0 && piece.length <= PIECE_LENGTH : piece.length === PIECE_LENGTH;
    if (!right) throw new HxError("encoding-invalid", `piece '${i}' has ${piece.length} bytes`);
  });
  return concat(...pieces);
}
