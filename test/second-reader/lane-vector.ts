import { fromHex, toHex } from "./bytes.ts";
import type { Files, Snapshot } from "./lane-tree.ts";
import { type KeysRef, checkKeysFollow, verifyKeys } from "./keys-ref.ts";
import { type VerifiedLane, verifyLane } from "./lane.ts";
import { type OpenedSession, openSession } from "./open-session.ts";
import { findPerson, openPersonKeys } from "./person-secrets.ts";
import { authorOf } from "./ties.ts";
import { Json, readVectorFile } from "./vector-files.ts";
import type { Workspace } from "./workspace.ts";
import { readWorkspaceChain } from "./workspace-chain.ts";

/** The trees of lane.json, as they would stand in git. */
export interface LaneVector {
  json: Json;
  rootTree: Files;
  laneTrees: Files[];
  keysTrees: Files[];
}

/** Reads lane.json; each push replaces h and b and adds to the rest. */
export function readLaneVector(directory?: string): LaneVector {
  const json = readVectorFile("lane", directory);
  let last: Files = new Map();
  const laneTrees = json.list("commits").map((commit) => {
    const kept = [...last].filter(([path]) => path !== "h" && !path.startsWith("b/"));
    last = new Map([...kept, ...new Json(commit).files("added_or_replaced")]);
    return last;
  });
  const keysTrees = json.list("keys_refs").map((ref) => new Json(ref).files("files"));
  return { json, rootTree: json.files("root_chain"), laneTrees, keysTrees };
}

/** All that lane.json holds, verified and opened without git. */
export interface OpenedLaneVector {
  workspace: Workspace;
  lane: VerifiedLane;
  keys: KeysRef[];
  author: { person: string; device: string } | undefined;
  sessions: (OpenedSession | undefined)[];
}

/** Verifies lane.json and opens its sessions from the recovery entropy. */
export async function openLaneVector(vector: LaneVector): Promise<OpenedLaneVector> {
  const workspace = await readWorkspaceChain(one(vector.rootTree));
  const root = fromHex(vector.json.text("recovery_entropy"));
  const person = findPerson(workspace, root);
  const seeds = openPersonKeys(person, root);
  const lane = await verifyLane(vector.json.text("lane_id"), workspace, snapshots(vector.laneTrees));
  const keys: KeysRef[] = [];
  for (const files of vector.keysTrees) {
    const headerAtThatTime = { ...lane.header, keys: Math.min(lane.header.keys, keys.length) };
    const next = await verifyKeys(files, headerAtThatTime);
    const before = keys.at(-1);
    if (before) checkKeysFollow(before, next);
    keys.push(next);
  }
  const last = keys[1];
  const sessions = await Promise.all(lane.sessions.map((session) => (
    last && openSession(lane, last, session, { person: person.id, seeds })
  )));
  if (toHex(person.id) !== vector.json.text("person_id")) throw new Error("another person");
  return { workspace, lane, keys, author: authorOf(lane, workspace, seeds), sessions };
}

async function* one<T>(value: T): AsyncGenerator<T> {
  yield value;
}

async function* snapshots(trees: Files[]): AsyncGenerator<Snapshot> {
  for (const files of trees) yield { files };
}
