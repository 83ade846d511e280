import { isHxError } from "../../domain/errors.ts";
import type { Oid } from "../../domain/ids.ts";
import { parseSessionsCommit } from "../../format/commit.ts";
import { decodeEnvelope } from "../../format/envelope.ts";
import { decodeHeader, openBody } from "../../format/header.ts";
import { bodyPath, HEADER_PATH, parseKeysPath, parseLanePath, parseRootPath } from "../../format/paths.ts";
import type { Repository, TreeEntry } from "../../ports/git.ts";
import type { Ledger } from "../ledger.ts";
import { entryAt } from "../lane/tree.ts";
import { bodyOf, decodedBlob, type Expected } from "./blob.ts";
import { decodedEnvelope } from "./envelope.ts";
import { firstBytes } from "./hex.ts";
import type { Decoded, Inspection, InspectField, InspectSection } from "./inspection.ts";
import { locate, type Located } from "./locate.ts";
import { statementBytes, statementFields } from "./statements.ts";

/**
 * What lies at a ref, an object id, or `<ref or id>:<path>`: decoded, and verified where the key is here; never decrypted.
 * What is damaged or not known is said in the answer.
 * @throws HxError `not-found`
 */
export async function inspect(ledger: Ledger, repository: Repository, what: string): Promise<Inspection> {
  const found = await locate(ledger, repository, what);
  if ("bytes" in found) return { what, ...(await decodedBlob(ledger, found.bytes, "unknown")) };
  const { kind, sections } = await decodedObject(ledger, found).catch((error: unknown) => damaged(found, error));
  return { what, kind, sections: [placeSection(found), ...sections] };
}

function placeSection({ place, oid, type, ref, path }: Located): InspectSection {
  const named: InspectField[] = ref === null ? [] : [["ref", ref]];
  return { title: "object", fields: [...named, ...(path === "" ? [] : [["path", path] as const]), ["id", oid], ["type", type ?? "not present here"], ["found in", place]] };
}

function damaged({ type }: Located, error: unknown): Decoded {
  const code = isHxError(error) ? error.code : "internal";
  return { kind: `damaged ${type ?? "object"}`, sections: [{ title: "problem", fields: [["code", code], ["message", error instanceof Error ? error.message : String(error)]] }] };
}

async function decodedObject(ledger: Ledger, found: Located): Promise<Decoded> {
  if (found.type === null) return { kind: "object that is not present", sections: [{ title: "content", fields: [["content", "left out when the lane was fetched; it comes when it is needed"]] }] };
  if (found.type === "commit") return commit(ledger, found);
  if (found.type === "tree") return { kind: "tree", sections: [await listing(found, found.oid)] };
  if (found.type === "tag") return { kind: "tag of no known kind", sections: [] };
  return blob(ledger, found);
}

async function commit(ledger: Ledger, found: Located): Promise<Decoded> {
  const bytes = await found.store.readCommit(found.oid);
  const sections: InspectSection[] = [await commitSection(ledger, bytes)];
  if (found.root !== null) {
    sections.push(await listing(found, found.root));
    if (found.sessions?.kind === "root") sections.push({ title: "statements", fields: await statementFields(found.store, found.root) });
    const header = await entryAt(found.store, found.root, HEADER_PATH).catch(() => null);
    if (header !== null) sections.push(...(await decodedBlob(ledger, await found.store.readBlob(header.oid), "unknown")).sections);
  }
  const kinds: Readonly<Record<string, string>> = { root: "workspace chain", lane: "lane", keys: "keys ref" };
  return { kind: kinds[found.sessions?.kind ?? ""] ?? "commit", sections };
}

async function commitSection(ledger: Ledger, bytes: Uint8Array): Promise<InspectSection> {
  try {
    const { tree, parents, day } = parseSessionsCommit(bytes, ledger.clock.now());
    return { title: "commit", fields: [["grammar", "ok"], ["day", new Date(day * 1000).toISOString().slice(0, 10)], ["tree", tree], ...parents.map((parent, i): InspectField => [`parent ${i}`, parent])] };
  } catch (error) {
    if (!isHxError(error)) throw error;
    return { title: "commit", fields: [["grammar", `not one of hx: ${error.message}`], ["first bytes", firstBytes(bytes)]] };
  }
}

async function listing(found: Located, tree: Oid): Promise<InspectSection> {
  const entries = await found.store.readTree(tree);
  const prefix = tree === found.root || found.path === "" ? "" : `${found.path}/`;
  const fields: InspectField[] = [];
  for (const entry of entries) fields.push([entry.name, await entryLine(found, prefix, entry)]);
  return { title: "tree", fields };
}

async function entryLine(found: Located, prefix: string, { name, mode, oid }: TreeEntry): Promise<string> {
  if (mode === "40000") return `directory  ${oid}`;
  const info = await found.store.info(oid);
  const size = info === null ? "not present here" : `${info.size} bytes`;
  const odd = mode === "100644" ? "" : `  mode ${mode}`;
  return `${kindOfPath(found, prefix + name)}  ${size}  ${oid}${odd}`;
}

function kindOfPath({ sessions }: Located, path: string): string {
  const lane = parseLanePath(path);
  const keys = parseKeysPath(path);
  if (sessions?.kind === "keys") return keys?.kind ?? "outside the grammar";
  if (sessions?.kind === "root") return rootKind(path) ?? "outside the grammar";
  if (lane !== null) return lane.kind === "part" ? "part record" : lane.kind;
  return keys?.kind ?? rootKind(path) ?? (sessions === null ? "file" : "outside the grammar");
}

function rootKind(path: string): string | null {
  const place = parseRootPath(path);
  return place === null ? null : `piece of a ${place.kind === "statement" ? "statement" : "policy text"}`;
}

async function blob(ledger: Ledger, found: Located): Promise<Decoded> {
  const { store, path, root } = found;
  const statement = parseRootPath(path);
  if (statement?.kind === "document") return { kind: "piece of a policy text", sections: [] };
  if (root !== null && statement !== null) return decodedEnvelope(ledger, await statementBytes(store, root, statement.number), "hx/statement/v1");
  const place = parseLanePath(path);
  if (root !== null && place?.kind === "body") return wholeBody(ledger, found, root);
  return decodedBlob(ledger, await store.readBlob(found.oid), expectedAt(path));
}

function expectedAt(path: string): Expected {
  const place = parseLanePath(path);
  if (place?.kind === "segment" || place?.kind === "item" || place?.kind === "body") return place.kind;
  if (place?.kind === "part") return "part record";
  return parseKeysPath(path)?.kind === "wrap" ? "wrap" : "unknown";
}

/** The body is cut into pieces: one of them says nothing, so all are read, and held against the header. */
async function wholeBody(ledger: Ledger, { store }: Located, root: Oid): Promise<Decoded> {
  const entry = await entryAt(store, root, HEADER_PATH);
  if (entry === null) return { kind: "body without a header", sections: [] };
  const header = decodeHeader(decodeEnvelope(await store.readBlob(entry.oid), "hx/header/v1").payload);
  const pieces: Uint8Array[] = [];
  for (let k = 0; k < header.body.n; k++) {
    const piece = await entryAt(store, root, bodyPath(k));
    if (piece === null) break;
    pieces.push(await store.readBlob(piece.oid));
  }
  const decoded = bodyOf(openBody(ledger.crypto.hashes.h, header, pieces));
  return { ...decoded, sections: [{ title: "body", fields: [["pieces", pieces.length], ["is what the header commits to", true]] }, ...decoded.sections] };
}
