import { base32, sameBytes, toHex } from "./bytes.ts";
import { demand } from "./errors.ts";
import { GitHistory } from "./git-snapshots.ts";
import { GitObjects } from "./git-objects.ts";
import { type KeysRef, verifyKeys } from "./keys-ref.ts";
import { type VerifiedLane, verifyLane } from "./lane.ts";
import type { Files, Snapshot } from "./lane-tree.ts";
import { type OpenedSession, openSession } from "./open-session.ts";
import { findPerson, openPersonKeys, rootSeed } from "./person-secrets.ts";
import { H } from "./primitives.ts";
import { authorOf } from "./ties.ts";
import type { Workspace } from "./workspace.ts";
import { readWorkspaceChain } from "./workspace-chain.ts";

const prefix = "refs/sessions/v1/";

/** All that one person can read in a repository; ids in hex, lane ids in base32. */
export interface OpenedRepository {
  workspace: string;
  repo: string | undefined;
  person: string;
  lanes: { id: string; seq: number; author: { person: string; device: string } | undefined }[];
  sessions: OpenedSession[];
  /** Sessions that are in a verified lane and do not open with the phrase. */
  closed: { lane: string; session: string }[];
  warnings: string[];
}

/** Verifies a git repository and opens every session that the person of the phrase wrote. */
export async function openRepository(gitDirectory: string, phrase: string): Promise<OpenedRepository> {
  const objects = new GitObjects(gitDirectory);
  const refs = objects.refs(prefix);
  const workspace = await readChain(objects, refs.get("root"));
  const root = rootSeed(phrase);
  const person = findPerson(workspace, root);
  const seeds = openPersonKeys(person, root);
  const lanes = await readLanes(objects, refs, workspace);
  const opened: OpenedRepository = {
    workspace: toHex(workspace.id),
    repo: lanes[0] && toHex(lanes[0].lane.header.repo),
    person: toHex(person.id), lanes: [], sessions: [], closed: [],
    warnings: withheld(lanes.map(({ lane }) => lane)),
  };
  for (const { lane, keys } of lanes) {
    opened.lanes.push({ id: lane.id, seq: lane.header.seq, author: authorOf(lane, workspace, seeds) });
    for (const session of lane.sessions) {
      const result = await openSession(lane, keys, session, { person: person.id, seeds });
      if (result) opened.sessions.push(result);
      else opened.closed.push({ lane: lane.id, session: toHex(session.id) });
    }
  }
  return opened;
}

async function readChain(objects: GitObjects, head: string | undefined): Promise<Workspace> {
  demand(head !== undefined, "workspace-invalid", "no workspace chain");
  return readWorkspaceChain(treesOf(new GitHistory(objects, "workspace-invalid"), head));
}

async function* treesOf(history: GitHistory, head: string): AsyncGenerator<Files> {
  for (const { tree } of await history.commits(head)) yield await history.files(tree);
}

async function* snapshotsOf(history: GitHistory, head: string): AsyncGenerator<Snapshot> {
  for await (const files of treesOf(history, head)) yield { files };
}

async function readLanes(
  objects: GitObjects, refs: Map<string, string>, workspace: Workspace,
): Promise<{ lane: VerifiedLane; keys: KeysRef }[]> {
  const lanes: { lane: VerifiedLane; keys: KeysRef }[] = [];
  for (const [name, head] of refs) {
    if (!name.startsWith("lane/")) continue;
    const id = name.slice("lane/".length);
    const lane = await verifyLane(id, workspace, snapshotsOf(new GitHistory(objects, "lane-invalid"), head));
    const first = lanes[0]?.lane.header.repo;
    demand(first === undefined || sameBytes(first, lane.header.repo), "lane-invalid", "lanes of two repositories");
    lanes.push({ lane, keys: await readKeys(objects, refs.get(`keys/${id}`), lane) });
  }
  return lanes;
}

async function readKeys(objects: GitObjects, head: string | undefined, lane: VerifiedLane): Promise<KeysRef> {
  demand(head !== undefined, "keys-invalid", `no keys ref of lane ${lane.id}`);
  const history = new GitHistory(objects, "keys-invalid");
  const commit = await history.commit(head);
  demand(commit.parents.length === 0, "keys-invalid", "a keys commit with a parent");
  return verifyKeys(await history.files(commit.tree), lane.header);
}

/** Warnings about heads that lanes name of each other and that are not there. */
function withheld(lanes: VerifiedLane[]): string[] {
  const byId = new Map(lanes.map((lane) => [lane.id, lane]));
  return lanes.flatMap(({ id, heads }) => heads.flatMap(({ lane, seq, hash }) => {
    const envelope = byId.get(base32(lane))?.headers[seq];
    if (envelope !== undefined && sameBytes(H(envelope), hash)) return [];
    return [`lane-withheld: ${id} names seq ${seq} of ${base32(lane)}, which is not here`];
  }));
}
