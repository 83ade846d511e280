import { base32, sameBytes, toHex } from "./bytes.ts";
import { demand, refuseAs } from "./errors.ts";
import { type Body, readBody } from "./body.ts";
import { isSignedBy, splitEnvelope } from "./envelope.ts";
import { type Header, isCertified, readHeader } from "./header.ts";
import { type Files, type Snapshot, bodyPieces, changesOf, checkLaneTree, hashesOf, laneState } from "./lane-tree.ts";
import { H, H16 } from "./primitives.ts";
import { type ClosedSession, checkExtends, sessionIds, verifySession } from "./session-parts.ts";
import type { Workspace } from "./workspace.ts";

const bad = "lane-invalid";

/** A lane that was verified from its first commit to its head. */
export interface VerifiedLane {
  id: string;
  header: Header;
  headers: Uint8Array[];
  /** Heads of other lanes that this lane has named, of all its headers. */
  heads: Body["heads"];
  files: Files;
  sessions: ClosedSession[];
}

interface Position {
  header: Header;
  envelope: Uint8Array;
  files: Files;
  hashes: Map<string, Uint8Array>;
}

/** Verifies a lane; its commits come oldest first. */
export async function verifyLane(id: string, workspace: Workspace, commits: AsyncIterable<Snapshot>): Promise<VerifiedLane> {
  return refuseAs(bad, ["too-new", "workspace-fork"], async () => {
    let position: Position | undefined;
    const heads: Body["heads"] = [];
    const headers: Uint8Array[] = [];
    for await (const { files } of commits) {
      const next = verifyCommit(id, workspace, files, position);
      headers.push(next.position.envelope);
      heads.push(...next.body.heads);
      position = next.position;
    }
    demand(position !== undefined, bad, "a lane without commits");
    const { header, files } = position;
    const sessions = [...sessionIds(files)].map((session) => verifySession(files, session, header));
    return { id, header, headers, heads, files, sessions };
  });
}

function verifyCommit(
  id: string, workspace: Workspace, files: Files, before: Position | undefined,
): { position: Position; body: Body } {
  checkLaneTree(files);
  const envelope = files.get("h");
  demand(envelope !== undefined, bad, "no header");
  const header = readSignedHeader(id, envelope);
  checkHeader(header, workspace, before);
  const body = readBody(bodyPieces(files, header.body.count));
  demand(sameBytes(H(joined(files, header.body.count)), header.body.hash), bad, "another body than the header says");
  const hashes = hashesOf(files);
  const changes = changesOf(before?.hashes ?? new Map(), hashes);
  demand(describe(changes) === describe(body.batch), bad, "the batch is not what changed");
  demand(sameBytes(laneState(hashes), header.state), bad, "another state than the header says");
  for (const session of sessionIds(new Map(changes.map(({ path, hash }) => [path, hash])))) {
    verifySession(files, session, header);
    if (before) checkExtends(before.files, files, session, header);
  }
  return { position: { header, envelope, files, hashes }, body };
}

function readSignedHeader(id: string, bytes: Uint8Array): Header {
  const envelope = splitEnvelope("hx/header/v1", bytes);
  const header = readHeader(envelope.payload);
  demand(base32(H16(header.lane)) === id, bad, "a header of another lane");
  demand(isSignedBy(envelope, header.lane), bad, "the header is not signed by the lane's key");
  return header;
}

function checkHeader(header: Header, workspace: Workspace, before: Position | undefined): void {
  demand(sameBytes(header.workspace, workspace.id), bad, "a lane of another workspace");
  demand(workspace.connections.has(toHex(header.repo)), bad, "a repository that was never connected");
  const membership = workspace.memberships[header.certificate.epoch];
  demand(membership !== undefined && isCertified(header, membership.sign), bad, "a certificate that is not valid");
  const named = workspace.hashes[header.head.count];
  demand(named === undefined || sameBytes(named, header.head.hash), "workspace-fork", "the lane saw another chain");
  demand(header.seq === (before ? before.header.seq + 1 : 0), bad, "a seq that does not follow");
  if (!before) return;
  demand(header.prev !== undefined && sameBytes(header.prev, H(before.envelope)), bad, "prev is another");
  demand(sameBytes(header.eraser, before.header.eraser), bad, "the eraser changed");
  demand(sameBytes(header.repo, before.header.repo), bad, "the repository changed");
  demand(header.level >= before.header.level && header.suite >= before.header.suite, bad, "level or suite went down");
  demand(header.keys >= before.header.keys, bad, "the counter of the keys ref went down");
}

function joined(files: Files, count: number): Uint8Array {
  return new Uint8Array(Buffer.concat(bodyPieces(files, count)));
}

function describe(list: { path: string; hash: Uint8Array }[]): string {
  return list.map(({ path, hash }) => `${path} ${toHex(hash)}`).join("\n");
}
