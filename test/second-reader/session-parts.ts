import { sameBytes, toHex } from "./bytes.ts";
import { demand } from "./errors.ts";
import { openEnvelope } from "./envelope.ts";
import type { Header } from "./header.ts";
import type { Files } from "./lane-tree.ts";
import { type Manifest, chainHashes, coversRecords, readManifest } from "./manifest.ts";
import { type PartRecord, readPartRecord } from "./part-record.ts";
import { parseLanePath } from "./paths.ts";
import { blobHash } from "./primitives.ts";

const bad = "lane-invalid";

/** A session of a lane, verified but not opened. */
export interface ClosedSession {
  id: Uint8Array;
  parts: PartRecord[];
}

/** Ids of the sessions in a tree. */
export function sessionIds(files: Files): Set<string> {
  const ids = new Set<string>();
  for (const path of files.keys()) {
    const parsed = parseLanePath(path);
    if (parsed && "session" in parsed) ids.add(parsed.session);
  }
  return ids;
}

/** Verifies manifest, part records and segments of one session in a tree. */
export function verifySession(files: Files, id: string, header: Header): ClosedSession {
  const folder = folderOf(id);
  const manifest = manifestOf(files, id, header);
  const records = recordsOf(files, folder, manifest.parts);
  demand(!files.has(`${folder}p${manifest.parts}`) && coversRecords(manifest, records), bad, "another manifest");
  const parts = records.map(readPartRecord);
  parts.forEach((part, n) => {
    demand(part.n === n, bad, "a part record with another number");
    const before = parts[n - 1];
    demand(part.chain === n || (before !== undefined && part.chain === before.chain), bad, "a chain that cannot be");
  });
  checkSegments(files, id, parts);
  return { id: manifest.session, parts };
}

/** Refuses a manifest that does not extend the one before it. */
export function checkExtends(before: Files, after: Files, id: string, header: Header): void {
  if (!before.has(`${folderOf(id)}m`)) return;
  const old = manifestOf(before, id, header);
  const count = manifestOf(after, id, header).parts;
  const hashes = chainHashes(recordsOf(after, folderOf(id), count));
  const same = hashes[old.parts - 1];
  demand(same !== undefined && sameBytes(same, old.hash), bad, "a manifest that does not extend the former");
}

/** Folder of a session in a tree, with a slash at the end. */
export function folderOf(id: string): string {
  return `s/${id.slice(0, 2)}/${id}/`;
}

function manifestOf(files: Files, id: string, header: Header): Manifest {
  const bytes = files.get(`${folderOf(id)}m`);
  demand(bytes !== undefined, bad, "a session without a manifest");
  const manifest = readManifest(openEnvelope("hx/manifest/v1", bytes, header.lane));
  demand(sameBytes(manifest.repo, header.repo) && sameBytes(manifest.lane, header.lane), bad, "a manifest of another lane");
  demand(toHex(manifest.session) === id, bad, "a manifest of another session");
  return manifest;
}

function recordsOf(files: Files, folder: string, count: number): Uint8Array[] {
  const records: Uint8Array[] = [];
  for (let n = 0; n < count; n++) {
    const record = files.get(`${folder}p${n}`);
    demand(record !== undefined, bad, `part record ${n} is missing`);
    records.push(record);
  }
  return records;
}

function checkSegments(files: Files, id: string, parts: PartRecord[]): void {
  const listed = parts.flatMap(({ segments }) => segments);
  demand(listed.every(({ number }, at) => number > (listed[at - 1]?.number ?? -1)), bad, "segment numbers that do not rise");
  for (const { number, length, hash } of listed) {
    const blob = files.get(`${folderOf(id)}${number}`);
    demand(blob !== undefined, bad, `segment ${number} is missing`);
    demand(blob.length === length && sameBytes(blobHash(blob), hash), bad, `segment ${number} is another`);
  }
  const inTree = [...files.keys()].map(parseLanePath)
    .filter((parsed) => parsed?.kind === "segment" && parsed.session === id).length;
  const records = [...files.keys()].map(parseLanePath)
    .filter((parsed) => parsed?.kind === "part" && parsed.session === id).length;
  demand(inTree === listed.length && records === parts.length, bad, "segments or part records that nothing lists");
}
