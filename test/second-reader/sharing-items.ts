import { concat, sameBytes, toHex } from "./bytes.ts";
import { codeOf } from "./errors.ts";
import type { Fields } from "./fields.ts";
import { H } from "./primitives.ts";
import { sharingKind } from "./sharing.ts";

const pieceLength = 900;
const maximumPieces = 400;
const kinds = ["request", "withdrawal", "denial", "approval", "revocation", "access"];

/** The statements that the items of one commit hold whole: hash in hex → envelope. What is damaged holds none. */
export function statementsInItems(bodies: Fields[]): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  const add = (envelope: Uint8Array): void => void found.set(toHex(H(envelope)), envelope);
  const parts = new Map<string, Map<number, Uint8Array | "differs">>();
  for (const body of bodies) {
    const kind = body.map.get("kind");
    if (kind === "part") addPart(parts, body);
    else if (typeof kind === "string" && kinds.includes(kind)) {
      const envelope = body.map.get("s");
      if (envelope instanceof Uint8Array && isOfKind(envelope, kind)) add(envelope);
    }
  }
  for (const [name, pieces] of parts) {
    const whole = joinParts(name, pieces);
    if (whole && kinds.some((kind) => isOfKind(whole, kind))) add(whole);
  }
  return found;
}

function addPart(parts: Map<string, Map<number, Uint8Array | "differs">>, body: Fields): void {
  const [of, i, n, b] = ["of", "i", "n", "b"].map((name) => body.map.get(name));
  if (!(of instanceof Uint8Array) || of.length !== 32 || !(b instanceof Uint8Array)) return;
  if (typeof i !== "number" || typeof n !== "number" || n < 2 || n > maximumPieces || i >= n) return;
  if (b.length < 1 || b.length > pieceLength || (i < n - 1 && b.length !== pieceLength)) return;
  const name = `${toHex(of)}.${n}`;
  const pieces = parts.get(name) ?? new Map<number, Uint8Array | "differs">();
  parts.set(name, pieces);
  const before = pieces.get(i);
  const same = before === undefined || (before !== "differs" && sameBytes(before, b));
  pieces.set(i, same ? b : "differs");
}

/** The envelope, if all its pieces are there and have the hash in their name. */
function joinParts(name: string, pieces: Map<number, Uint8Array | "differs">): Uint8Array | undefined {
  const [of, n] = name.split(".");
  const ordered: Uint8Array[] = [];
  for (let i = 0; i < Number(n); i++) {
    const piece = pieces.get(i);
    if (piece === undefined || piece === "differs") return undefined;
    ordered.push(piece);
  }
  const whole = concat(...ordered);
  return toHex(H(whole)) === of ? whole : undefined;
}

function isOfKind(envelope: Uint8Array, kind: string): boolean {
  try {
    return sharingKind(envelope) === kind;
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return false;
  }
}
