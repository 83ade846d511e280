import { compareBytes, sameBytes, toHex, utf8 } from "./bytes.ts";
import { demand } from "./errors.ts";
import { parseLanePath } from "./paths.ts";
import { H16, blobHash } from "./primitives.ts";
import { checkItem } from "./item.ts";
import { stateOf } from "./state.ts";

const bad = "lane-invalid";

/** The files of a commit: path and bytes. */
export type Files = Map<string, Uint8Array>;

/** A commit with its files; the git side has checked its grammar. */
export interface Snapshot {
  files: Files;
}

/** `H` of each blob. */
export function hashesOf(files: Files): Map<string, Uint8Array> {
  return new Map([...files].map(([path, bytes]) => [path, blobHash(bytes)]));
}

/** Refuses paths and lengths that may not be in a lane's tree. */
export function checkLaneTree(files: Files): void {
  for (const [path, bytes] of files) {
    const parsed = parseLanePath(path);
    demand(parsed !== undefined, bad, `path ${path}`);
    demand(parsed.kind === "segment" ? bytes.length > 4096 : bytes.length < 4096, bad, `length of ${path}`);
    if (parsed.kind !== "item") continue;
    checkItem(bytes);
    demand(toHex(H16(bytes)) === parsed.id, bad, `${path} has another id`);
  }
}

/** The pieces of the body; refuses any that the header does not name. */
export function bodyPieces(files: Files, count: number): Uint8Array[] {
  const present = [...files.keys()].filter((path) => path.startsWith("b/"));
  demand(present.length === count, bad, "another number of pieces than the header says");
  return present.map((_, at) => {
    const piece = files.get(`b/${at}`);
    demand(piece !== undefined, bad, `piece ${at} is missing`);
    return piece;
  });
}

/** Paths outside `h` and `b` that were added or replaced, sorted; refuses what may not change. */
export function changesOf(
  before: Map<string, Uint8Array>, after: Map<string, Uint8Array>,
): { path: string; hash: Uint8Array }[] {
  for (const path of before.keys()) {
    demand(path.startsWith("b/") || after.has(path), bad, `${path} was removed`);
  }
  const changes: { path: string; hash: Uint8Array }[] = [];
  for (const [path, hash] of after) {
    if (path === "h" || path.startsWith("b/")) continue;
    const old = before.get(path);
    if (old !== undefined && sameBytes(old, hash)) continue;
    demand(old === undefined || path.endsWith("/m"), bad, `${path} was changed`);
    changes.push({ path, hash });
  }
  return changes.sort((a, b) => compareBytes(utf8(a.path), utf8(b.path)));
}

/** State of the tree without `h` and `b`. */
export function laneState(hashes: Map<string, Uint8Array>): Uint8Array {
  return stateOf(new Map([...hashes].filter(([path]) => path !== "h" && !path.startsWith("b/"))));
}
