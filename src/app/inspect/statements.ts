import { toHex } from "../../domain/bytes.ts";
import type { Oid } from "../../domain/ids.ts";
import { decodeCborMap } from "../../format/cbor.ts";
import { decodeEnvelope } from "../../format/envelope.ts";
import { parseRootPath, statementPath } from "../../format/paths.ts";
import { joinPieces } from "../../format/pieces.ts";
import type { ObjectReader } from "../../ports/git.ts";
import { directoryAt, entryAt } from "../lane/tree.ts";
import type { InspectField } from "./inspection.ts";

/** All pieces of a statement below the root tree of a workspace chain, joined. */
export async function statementBytes(store: ObjectReader, root: Oid, n: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (let k = 0; ; k++) {
    const entry = await entryAt(store, root, statementPath(n, k));
    if (entry === null) return joinPieces(pieces);
    pieces.push(await store.readBlob(entry.oid));
  }
}

/** One line a statement: its type and by whom. */
export async function statementFields(store: ObjectReader, root: Oid): Promise<readonly InspectField[]> {
  const numbers = new Set<number>();
  for (const fan of await directoryAt(store, root, "c")) {
    for (const { name } of await store.readTree(fan.oid)) {
      const place = parseRootPath(`c/${fan.name}/${name}`);
      if (place?.kind === "statement") numbers.add(place.number);
    }
  }
  const fields: InspectField[] = [];
  for (const n of [...numbers].sort((a, b) => a - b)) fields.push([String(n), await lineOf(store, root, n)]);
  return fields;
}

async function lineOf(store: ObjectReader, root: Oid, n: number): Promise<string> {
  try {
    const bytes = await statementBytes(store, root, n);
    const map = decodeCborMap(decodeEnvelope(bytes, "hx/statement/v1").payload);
    const by = map.get("by");
    return `${String(map.get("type"))}  by device ${by instanceof Uint8Array ? toHex(by) : "?"}  ${bytes.length} bytes`;
  } catch (error) {
    return `damaged: ${error instanceof Error ? error.message : ""}`;
  }
}
