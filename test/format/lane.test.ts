import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { brotliCompressor } from "../../src/adapters/crypto/brotli.ts";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { concat, equal, fromHex, toHex } from "../../src/domain/bytes.ts";
import { openCard, recoverySeeds } from "../../src/format/card.ts";
import { decodeEnvelope, openEnvelope } from "../../src/format/envelope.ts";
import { certificateMessage, decodeHeader, openBody } from "../../src/format/header.ts";
import { laneIdOf, workspaceIdOf } from "../../src/format/ids.ts";
import { openItem } from "../../src/format/item.ts";
import { decodeKeysHeader } from "../../src/format/keys-header.ts";
import { decodeLaneKey } from "../../src/format/lane-key.ts";
import { decodeManifest } from "../../src/format/manifest.ts";
import { authorWrapId, checkCommitment, partKeyAt } from "../../src/format/part-keys.ts";
import { chainOf, decodePartRecord } from "../../src/format/part-record.ts";
import { FileLedger, PartStreamReader } from "../../src/format/part-stream.ts";
import { bodyPath, manifestPath, parseKeysPath, parseLanePath, parseRootPath, partPath, segmentPath, statementPath, wrapPath } from "../../src/format/paths.ts";
import { openPrivate } from "../../src/format/private-block.ts";
import { joinPieces } from "../../src/format/pieces.ts";
import { openSegment } from "../../src/format/segment.ts";
import { treeState } from "../../src/format/state.ts";
import { decodeStatement } from "../../src/format/statement.ts";
import { claimedTie, openTie } from "../../src/format/tie.ts";
import { decodeTombstone } from "../../src/format/tombstone.ts";
import { authorContext, membershipContext, personKeyContext } from "../../src/format/wrap.ts";
import { sessionId } from "../../src/domain/ids.ts";
import type { Crypto } from "../../src/ports/crypto.ts";

type Hex = Record<string, string>;
interface LaneFile {
  readonly recovery_entropy: string;
  readonly workspace_id: string;
  readonly lane_id: string;
  readonly lane_key_file: string;
  readonly root_chain: Hex;
  readonly commits: readonly { readonly added_or_replaced: Hex }[];
  readonly keys_refs: readonly { readonly files: Hex }[];
  readonly session: { readonly id: string; readonly private: readonly object[]; readonly files: Record<string, { readonly content: string }> };
}

const lane = JSON.parse(readFileSync(new URL("../../fixtures/vectors/lane.json", import.meta.url), "utf8")) as LaneFile;
const bytesOf = (files: Hex): Map<string, Uint8Array> => new Map(Object.entries(files).map(([path, hex]) => [path, fromHex(hex)]));

let crypto: Crypto;
beforeAll(async () => {
  crypto = await loadCrypto();
});

function get(files: Map<string, Uint8Array>, path: string): Uint8Array {
  const bytes = files.get(path);
  if (bytes === undefined) throw new Error(`no '${path}'`);
  return bytes;
}

const hashed = (files: Map<string, Uint8Array>): Map<string, Uint8Array> => new Map([...files].map(([path, bytes]) => [path, crypto.hashes.h(bytes)]));
const verifyBy = (key: Uint8Array) => (message: Uint8Array, signature: Uint8Array) => crypto.signer.verify(key, message, signature);

test("the whole lane reads from the recovery phrase to the files of the session", async () => {
  const { hashes, signer, wrapper, aead } = crypto;

  const root = bytesOf(lane.root_chain);
  const statements: Uint8Array[] = [];
  for (let n = 0; n < 3; n++) {
    const pieces = [...root].filter(([path]) => path.startsWith(statementPath(n, 0).slice(0, -1))).sort((a, b) => (parseRootPath(a[0])?.piece ?? 0) - (parseRootPath(b[0])?.piece ?? 0));
    statements.push(joinPieces(pieces.map(([, bytes]) => bytes)));
  }
  const [genesisEnvelope = new Uint8Array(0)] = statements;
  const laneKey = decodeLaneKey(fromHex(lane.lane_key_file));
  const seeds = recoverySeeds(hashes, fromHex(lane.recovery_entropy));

  const first = bytesOf(lane.commits[0]?.added_or_replaced ?? {});
  const header0 = decodeHeader(openEnvelope(get(first, "h"), "hx/header/v1", verifyBy(laneKey.lane)).payload);
  expect(laneIdOf(hashes, header0.lane)).toBe(lane.lane_id);

  const item = [...first].find(([path]) => path.startsWith("x/"))?.[1] ?? new Uint8Array(0);
  let previous: Uint8Array | null = null;
  const tree = new Map<string, Uint8Array>();
  for (const commit of lane.commits) {
    const files = bytesOf(commit.added_or_replaced);
    const header = decodeHeader(openEnvelope(get(files, "h"), "hx/header/v1", verifyBy(laneKey.lane)).payload);
    const pieces = Array.from({ length: header.body.n }, (_, i) => get(files, bodyPath(i)));
    const body = openBody(hashes.h, header, pieces);
    const changed = new Map([...files].filter(([path]) => !/^(h|b\/)/.test(path)));
    expect(body.batch.map(({ path, hash }) => [path, toHex(hash)])).toEqual([...hashed(changed)].map(([path, hash]) => [path, toHex(hash)]).toSorted());
    for (const [path, bytes] of changed) {
      const kind = parseLanePath(path)?.kind;
      expect(bytes.length > 4096, path).toBe(kind === "segment");
      tree.set(path, bytes);
    }
    expect(toHex(treeState(hashes.h, hashed(tree)))).toBe(toHex(header.state));
    expect(header.previous === undefined ? null : toHex(header.previous)).toBe(previous === null ? null : toHex(previous));
    expect(toHex(header.head.hash)).toBe(toHex(hashes.h(statements[header.head.n] ?? new Uint8Array(0))));
    previous = hashes.h(get(files, "h"));
  }

  // The card in genesis, and from the phrase to the person key.
  const genesis = decodeStatement(decodeEnvelope(genesisEnvelope, "hx/statement/v1").payload);
  if (genesis.type !== "genesis") throw new Error("no genesis");
  const card = openCard(hashes, signer.verify, genesis.founder);
  expect(toHex(card.person.sign)).toBe(toHex(signer.publicKey(seeds.sign)));
  const device = card.devices[0];
  const key = card.keys[0];
  if (device === undefined || key === undefined) throw new Error("no device or key");
  for (const envelope of statements) openEnvelope(envelope, "hx/statement/v1", verifyBy(device.sign));
  expect(workspaceIdOf(hashes, decodeEnvelope(genesisEnvelope, "hx/statement/v1").payload)).toBe(lane.workspace_id);
  const personSeed = wrapper.open(seeds.recovery, personKeyContext(card.person.id, 0, "recovery"), key.recovery);
  if (personSeed === null) throw new Error("the phrase does not open the person key");

  const box = genesis.membership.boxes[0];
  const membership = box === undefined ? null : wrapper.open(personSeed, membershipContext(0, card.person.id), box.wrap);
  expect(membership === null ? null : toHex(signer.publicKey(membership.slice(0, 32)))).toBe(toHex(genesis.membership.sign));
  expect(signer.verify(genesis.membership.sign, certificateMessage(header0.workspace, header0.repo, header0.lane, header0.eraser), header0.certificate.signature)).toBe(true);

  const body = openItem(crypto, personSeed, { repo: header0.repo, lane: header0.lane }, item);
  if (body === null) throw new Error("the tie does not open");
  expect(claimedTie(body).device).toBe(device.id);
  expect(openTie(body, { repo: header0.repo, lane: header0.lane }, device.sign, signer.verify).person).toBe(card.person.id);

  // Keys refs.
  const session = sessionId(lane.session.id);
  const wrapId = authorWrapId(hashes, session, 0);
  lane.keys_refs.forEach((ref, counter) => {
    const files = bytesOf(ref.files);
    const keys = decodeKeysHeader(openEnvelope(get(files, "h"), "hx/keys/v1", verifyBy(laneKey.lane)).payload);
    expect(keys.counter).toBe(counter);
    files.delete("h");
    expect([...files.keys()].every((path) => parseKeysPath(path) !== null)).toBe(true);
    expect(toHex(treeState(hashes.h, hashed(files)))).toBe(toHex(keys.list));
  });
  const keys0 = bytesOf(lane.keys_refs[0]?.files ?? {});
  const stone = decodeTombstone(openEnvelope([...bytesOf(lane.keys_refs[2]?.files ?? {})].find(([path]) => path.startsWith("t/"))?.[1] ?? item, "hx/tombstone/v1", verifyBy(header0.eraser)).payload);
  expect(toHex(stone.hash)).toBe(toHex(hashes.h(get(keys0, wrapPath(wrapId)))));

  // The session.
  const manifest = decodeManifest(openEnvelope(get(tree, manifestPath(session)), "hx/manifest/v1", verifyBy(header0.lane)).payload);
  const records = Array.from({ length: manifest.parts.count }, (_, n) => get(tree, partPath(session, n)));
  expect(toHex(chainOf(hashes.h, records))).toBe(toHex(manifest.parts.hash));
  const parts = records.map(decodePartRecord);
  const commitment = parts[0]?.commitment ?? new Uint8Array(0);
  const chainKey = wrapper.open(personSeed, authorContext({ repo: manifest.repo, session, commitment, person: card.person.id, epoch: 0 }), get(keys0, wrapPath(wrapId)));
  if (chainKey === null) throw new Error("the wrap does not open");
  const ledger = new FileLedger({ whole: true });
  let content: Uint8Array = new Uint8Array(0);
  for (const part of parts) {
    const partKey = partKeyAt(hashes, chainKey, part.n - part.chain);
    checkCommitment(hashes.h, part.commitment, partKey, session, part.n);
    expect(openPrivate(aead, hashes, partKey, { suite: 1, repo: manifest.repo, session, n: part.n }, part.private)).toEqual(lane.session.private[part.n]);
    const reader = new PartStreamReader(ledger);
    const stream = brotliCompressor.decompress();
    for (const segment of part.segments) {
      const blob = get(tree, segmentPath(session, segment.number));
      expect([blob.length, toHex(hashes.h(blob))]).toEqual([segment.length, toHex(segment.hash)]);
      const frame = openSegment(crypto.segments, partKey, { repo: manifest.repo, session, part: part.n, segment: segment.number }, blob);
      for (const record of reader.push(await stream.push(frame.compressed, frame.rawLength))) if (record.kind === "data") content = concat(content.slice(0, record.offset), record.bytes);
    }
    stream.close();
    reader.finish();
  }
  expect(equal(content, fromHex(Object.values(lane.session.files)[0]?.content ?? ""))).toBe(true);
});
