import { concat, toHex, utf8 } from "../../src/domain/bytes.ts";
import { brotliCompressor } from "../../src/adapters/crypto/brotli.ts";
import { signEnvelope } from "../../src/format/envelope.ts";
import { bodyDigest, encodeBody, headerPayload } from "../../src/format/header.ts";
import { itemIdOf } from "../../src/format/ids.ts";
import { sealItem } from "../../src/format/item.ts";
import { sealDeviceKey } from "../../src/format/key-file.ts";
import { keysHeaderPayload } from "../../src/format/keys-header.ts";
import { encodeLaneKey } from "../../src/format/lane-key.ts";
import { manifestPayload } from "../../src/format/manifest.ts";
import { authorWrapId, commitment, partKeyAt } from "../../src/format/part-keys.ts";
import { chainOf, encodePartRecord } from "../../src/format/part-record.ts";
import { encodeRecord } from "../../src/format/part-stream.ts";
import type { StreamRecord } from "../../src/format/part-stream.ts";
import { HEADER_PATH, bodyPath, itemPath, manifestPath, partPath, segmentPath, statementPath, tombstonePath, wrapPath } from "../../src/format/paths.ts";
import { cutPieces } from "../../src/format/pieces.ts";
import { sealPrivate } from "../../src/format/private-block.ts";
import type { PrivateFacts } from "../../src/format/private-block.ts";
import { frameSegment, sealSegment } from "../../src/format/segment.ts";
import { treeState } from "../../src/format/state.ts";
import { tieBody } from "../../src/format/tie.ts";
import { tombstonePayload } from "../../src/format/tombstone.ts";
import type { MadeLane } from "./vectors-lane-faults.ts";
import { authorPlace } from "./world.ts";
import type { World } from "./world.ts";

export const PATH = "projects/demo/0001.jsonl";
const FIRST = utf8('{"type":"user","text":"why is the sky blue"}\n');
const SECOND = utf8('{"type":"assistant","text":"because short waves scatter more"}\n');
const THIRD = utf8('{"type":"user","text":"and at sunset"}\n');
export const CONTENT: Uint8Array = concat(FIRST, SECOND, THIRD);
const MODIFIED = 1700000000000;

type Files = Map<string, Uint8Array>;

/** A whole lane of two pushes with one session of two parts, its keys refs, root chain and key files. */
export async function makeLane(world: World): Promise<MadeLane & { readonly [key: string]: unknown }> {
  const { crypto, repo, session } = world;
  const { hashes, aead, random, signer, wrapper } = crypto;
  const chainKey = hashes.h(utf8("test secret chain"));
  const byLane = (message: Uint8Array): Uint8Array => signer.sign(world.laneSeed, message);
  const parts = [0, 1].map((n) => partKeyAt(hashes, chainKey, n));
  const commitments = parts.map((key, n) => commitment(hashes.h, key, session, n));
  const tree: Files = new Map();
  const records: Uint8Array[] = [];

  const part = async (n: number, firstSegment: number, runs: readonly (readonly StreamRecord[])[], facts: PrivateFacts): Promise<Files> => {
    const key = at(parts, n);
    const added: Files = new Map();
    const stream = brotliCompressor.compress("normal");
    const segments = [];
    for (const [i, run] of runs.entries()) {
      const raw = concat(...run.map(encodeRecord));
      const padded = frameSegment(i === 0 ? 1 : 2, await stream.push(raw), raw.length);
      const number = firstSegment + i;
      const blob = sealSegment(crypto.segments, key, { repo, session, part: n, segment: number }, padded);
      segments.push({ number, length: blob.length, hash: hashes.h(blob) });
      added.set(segmentPath(session, number), blob);
    }
    stream.close();
    const block = sealPrivate(aead, hashes, random, key, { suite: 1, repo, session, n }, facts);
    const record = encodePartRecord({ n, chain: 0, commitment: at(commitments, n), segments, private: block });
    records.push(record);
    added.set(partPath(session, n), record);
    const chain = { count: records.length, hash: chainOf(hashes.h, records) };
    return added.set(manifestPath(session), signEnvelope("hx/manifest/v1", manifestPayload({ suite: 1, repo, lane: world.lane, session, kind: "original", parts: chain }), byLane));
  };

  let previous: Uint8Array | undefined;
  let seq = 0;
  const push = (added: Files, counter: number): { header: string; added_or_replaced: Record<string, string> } => {
    for (const [path, bytes] of added) tree.set(path, bytes);
    const pieces = encodeBody({ batch: [...added].map(([path, bytes]) => ({ path, hash: hashes.h(bytes) })), heads: [] });
    const state = treeState(hashes.h, hashed(hashes.h, tree));
    const header = signEnvelope(
      "hx/header/v1",
      headerPayload({
        suite: 1,
        workspace: world.workspace,
        repo,
        lane: world.lane,
        eraser: world.eraser,
        certificate: world.certificate,
        seq: seq++,
        ...(previous === undefined ? {} : { previous }),
        body: bodyDigest(hashes.h, pieces),
        state,
        keys: counter,
        head: { n: 2, hash: hashes.h(at(world.statements, 2)) },
        level: 1,
      }),
      byLane,
    );
    previous = hashes.h(header);
    const written: Files = new Map([[HEADER_PATH, header], ...pieces.map((piece, i) => [bodyPath(i), piece] as const), ...added]);
    return { header: toHex(header), added_or_replaced: hexFiles(written) };
  };

  const keysRef = (files: Files, counter: number, at_: number): { files: Record<string, string> } => {
    const list = treeState(hashes.h, hashed(hashes.h, files));
    const header = signEnvelope("hx/keys/v1", keysHeaderPayload({ suite: 1, repo, lane: world.lane, counter, seq: at_, list }), byLane);
    return { files: hexFiles(new Map([[HEADER_PATH, header], ...files])) };
  };

  const wrap = wrapper.wrap(world.personKey, authorPlace(world, at(commitments, 0)), chainKey);
  const wrapId = authorWrapId(hashes, session, 0);
  const tie = sealItem(crypto, [world.personKey, world.personKey], { repo, lane: world.lane }, tieBody({ repo, lane: world.lane, person: world.person, device: world.device }, (message) => signer.sign(world.deviceSeed, message), byLane));

  const base = { agent: "example-agent", id: "0001", title: "the sky", cwd: ".", models: ["example-1"], first: MODIFIED - 1000, files: 1 };
  const declare: StreamRecord = { kind: "file", file: 0, path: PATH, role: "transcript" };
  const data = (offset: number, bytes: Uint8Array): StreamRecord => ({ kind: "data", file: 0, generation: 0, offset, bytes });
  const end = (length: number): StreamRecord => ({ kind: "end", file: 0, generation: 0, length, modified: MODIFIED });
  const middle = FIRST.length + SECOND.length;
  const facts0: PrivateFacts = { ...base, last: MODIFIED, turns: 1, bytes: middle };
  const facts1: PrivateFacts = { ...base, last: MODIFIED + 5000, turns: 2, bytes: CONTENT.length };

  const first = await part(0, 0, [[declare, data(0, FIRST)], [data(FIRST.length, SECOND), end(middle)]], facts0);
  first.set(itemPath(itemIdOf(hashes, tie)), tie);
  const commits = [push(first, 0)];
  const keys = [keysRef(new Map([[wrapPath(wrapId), wrap]]), 0, 0)];
  commits.push(push(await part(1, 2, [[declare, data(middle, THIRD), end(CONTENT.length)]], facts1), 1));
  keys.push(keysRef(new Map([[wrapPath(wrapId), wrap]]), 1, 1));
  const stone = signEnvelope("hx/tombstone/v1", tombstonePayload({ repo, lane: world.lane, path: wrapPath(wrapId), hash: hashes.h(wrap), reason: "asked for" }), (message) => signer.sign(world.eraserSeed, message));
  keys.push(keysRef(new Map([[tombstonePath(wrapId), stone]]), 2, 1));

  const kdf = { alg: "none", key: hashes.h(utf8("test secret file key")) } as const;
  const secrets = {
    person: world.person,
    device: world.device,
    sign: world.deviceSeed,
    box: world.deviceBoxSeed,
    keys: [{ epoch: 0, seed: world.personKeySeed }],
    membership: [{ workspace: world.workspace, epoch: 0, seeds: world.membershipSeeds }],
  };
  const laneKey = {
    workspace: world.workspace,
    repo,
    lane: world.lane,
    seed: world.laneSeed,
    eraser: world.eraser,
    certificate: world.certificate,
    to: world.personKey,
    person: world.person,
    epoch: 0,
    day: 20000,
  };
  return {
    about: "One lane of two pushes, whole. Start from the recovery phrase or from device.key and read the session.",
    expect: "ok",
    recovery_entropy: toHex(world.root),
    person_id: world.person,
    device_id: world.device,
    device_key_file: toHex(sealDeviceKey(aead, kdf.key, random.bytes(24), kdf, secrets)),
    lane_key_file: toHex(encodeLaneKey(laneKey)),
    workspace_id: world.workspace,
    repo_id: repo,
    repo_genesis: toHex(world.repoGenesis),
    project_id: world.project,
    lane_id: world.laneId,
    root_chain: hexFiles(new Map(world.statements.flatMap((statement, n) => cutPieces(statement).map((piece, k) => [statementPath(n, k), piece] as const)))),
    commits,
    keys_refs: keys,
    keys_refs_note: "keys_refs[0] and [1] go with the two pushes; [2] is a later one in which the wrap was erased with a tombstone",
    session: {
      id: session,
      chain_key: toHex(chainKey),
      part_keys: parts.map(toHex),
      commitments: commitments.map(toHex),
      private: [facts0, facts1],
      files: { [PATH]: { role: "transcript", generation: 0, modified: MODIFIED, content: toHex(CONTENT) } },
    },
  };
}

function hashed(h: (data: Uint8Array) => Uint8Array, files: Files): Files {
  return new Map([...files].map(([path, bytes]) => [path, h(bytes)]));
}

function hexFiles(files: Files): Record<string, string> {
  return Object.fromEntries([...files].map(([path, bytes]) => [path, toHex(bytes)]));
}

function at(list: readonly Uint8Array[], i: number): Uint8Array {
  const item = list[i];
  if (item === undefined) throw new Error("no such item");
  return item;
}
