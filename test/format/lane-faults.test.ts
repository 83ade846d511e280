import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { StateCache } from "../../src/app/lane/state.ts";
import { verifyKeys } from "../../src/app/lane/keys.ts";
import { verifyLane } from "../../src/app/lane/verify-lane.ts";
import type { LaneRules } from "../../src/app/lane/verify-lane.ts";
import { replayChain } from "../../src/app/workspace/replay.ts";
import { concat, fromHex } from "../../src/domain/bytes.ts";
import { laneId, repoId, workspaceId } from "../../src/domain/ids.ts";
import type { LaneId, Oid } from "../../src/domain/ids.ts";
import { MemoryStore } from "./memory-store.ts";
import { codeOfPromise } from "./outcome.ts";
import type { Vector } from "./vector.ts";
import type { MadeLane } from "./vectors-lane-faults.ts";

type Changes = Readonly<Record<string, string | null>>;
interface LaneFile extends MadeLane {
  readonly lane_id: string;
  readonly repo_id: string;
  readonly workspace_id: string;
  readonly root_chain: Readonly<Record<string, string>>;
}

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../fixtures/vectors/${name}.json`, import.meta.url), "utf8"));
const lane = read("lane") as LaneFile;
const { vectors } = read("lane-faults") as { vectors: Vector[] };
const crypto = await loadCrypto();

const statements: Uint8Array[] = [];
for (const [path, hex] of Object.entries(lane.root_chain).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
  const n = Number.parseInt(path.split("/")[2] ?? "", 16);
  statements[n] = concat(statements[n] ?? new Uint8Array(0), fromHex(hex));
}
const state = replayChain(crypto, statements);
const rules: LaneRules = {
  crypto,
  repo: repoId(lane.repo_id),
  workspace: workspaceId(lane.workspace_id),
  membershipKey: (epoch) => state.membership[epoch]?.sign ?? null,
  statementHash: (n) => (statements[n] === undefined ? null : crypto.hashes.h(statements[n])),
  removals: state,
  nowMs: () => 86400_000,
};
const id: LaneId = laneId(lane.lane_id);
const cache = (): StateCache =>
  new StateCache({ read: async () => null, write: async () => undefined, remove: async () => undefined, list: async () => [], lock: async () => null }, id);

function changed(files: ReadonlyMap<string, Uint8Array>, changes: Changes): Map<string, Uint8Array> {
  const after = new Map(files);
  for (const [path, hex] of Object.entries(changes)) {
    if (hex === null) after.delete(path);
    else after.set(path, fromHex(hex));
  }
  return after;
}

async function verify(vector: Vector): Promise<void> {
  const store = new MemoryStore();
  let files = new Map<string, Uint8Array>();
  let head: Oid | undefined;
  for (const [n, commit] of lane.commits.entries()) {
    files = changed(changed(files, commit.added_or_replaced), n === 1 ? ((vector["lane"] as Changes | undefined) ?? {}) : {});
    head = store.commit(files, head);
  }
  if (head === undefined) throw new Error("no commits");
  const { publicKey, header } = await verifyLane(store, rules, id, head, null, cache());
  if (vector["keys"] === undefined) return;
  const keysRules = { crypto, repo: rules.repo, lane: publicKey, eraser: header.eraser, atLeast: header.keys, nowMs: rules.nowMs, cache: cache() };
  const keysRef = (ref: Changes): Oid => store.commit(changed(new Map(), ref));
  const trust = await verifyKeys(store, keysRules, keysRef(lane.keys_refs[1]?.files ?? {}), null);
  await verifyKeys(store, keysRules, keysRef(vector["keys"] as Changes), trust);
}

test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", async (_, vector) => {
  expect(await codeOfPromise(() => verify(vector))).toBe(vector.expect);
});
