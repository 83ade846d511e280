import { brotliCompressor } from "../../src/adapters/crypto/brotli.ts";
import { concat, fromHex, toHex } from "../../src/domain/bytes.ts";
import { HxError } from "../../src/domain/errors.ts";
import { repoId, sessionId } from "../../src/domain/ids.ts";
import { livingPersons } from "../../src/domain/workspace/state.ts";
import { decodeCbor, decodeCborMap, encodeCbor } from "../../src/format/cbor.ts";
import type { CborMap } from "../../src/format/cbor.ts";
import { decodeCard, openCard } from "../../src/format/card.ts";
import { openEnvelope, signEnvelope, signedMessage } from "../../src/format/envelope.ts";
import type { EnvelopeType } from "../../src/format/envelope.ts";
import { decodeAnchor } from "../../src/format/anchor.ts";
import { decodeGuardState, encodeGuardState } from "../../src/format/guard-state.ts";
import { decodeBody, decodeHeader } from "../../src/format/header.ts";
import { workspaceIdOf } from "../../src/format/ids.ts";
import { indexName } from "../../src/app/capture/session-index.ts";
import { decodeErasure } from "../../src/format/erasure.ts";
import { readShownBody } from "../../src/format/shown.ts";
import { openItem } from "../../src/format/item.ts";
import { parseSessionsCommit } from "../../src/format/commit.ts";
import { decodeDeviceKey, openDeviceKey } from "../../src/format/key-file.ts";
import type { KeyDerivation } from "../../src/format/key-file.ts";
import { passphraseBytes } from "../../src/app/identity/passphrase.ts";
import { openPart } from "../../src/app/lane/part-reader.ts";
import { replayChain } from "../../src/app/workspace/replay.ts";
import { loadPasswordHash } from "../../src/adapters/crypto/argon2.ts";
import { decodeManifest } from "../../src/format/manifest.ts";
import { authorWrapId, commitment, nextChainKey, partKey, privateKey } from "../../src/format/part-keys.ts";
import { decodePartRecord } from "../../src/format/part-record.ts";
import { FileLedger, PartStreamReader } from "../../src/format/part-stream.ts";
import { parseKeysPath, parseLanePath, parseRootPath } from "../../src/format/paths.ts";
import { openPrivate } from "../../src/format/private-block.ts";
import { openSegment } from "../../src/format/segment.ts";
import { treeState } from "../../src/format/state.ts";
import { decodeStatement } from "../../src/format/statement.ts";
import { assembleItems } from "../../src/format/sharing/in-items.ts";
import { joinPartKeys, openShareWrap, shareKeyId, sharePieces, shareWrapId } from "../../src/format/sharing/share-wrap.ts";
import type { ShareRecipient } from "../../src/format/sharing/share-wrap.ts";
import { decodeSharing } from "../../src/format/sharing/statement.ts";
import { openTie } from "../../src/format/tie.ts";
import { wrapAdditional } from "../../src/format/wrap.ts";
import type { Crypto } from "../../src/ports/crypto.ts";
import type { Vector } from "./vector.ts";
import { shown } from "./vectors-sharing.ts";
import { idAt } from "./vectors-sharing-carried.ts";

/** What the fields of a good vector beyond its inputs must equal. */
type Facts = Record<string, unknown>;
type Reader = (crypto: Crypto, vector: Vector) => Facts | Promise<Facts>;

const text = (vector: Vector, key: string): string => String(vector[key]);
const hex = (vector: Vector, key: string): Uint8Array => fromHex(text(vector, key));

/** The content of a large segment is given as bytes and how often they are repeated. */
function repeated(vector: Vector, raw: Uint8Array): Facts {
  if (!Array.isArray(vector["raw_repeat"])) return {};
  const piece = raw.slice(0, 6);
  const count = raw.length / piece.length;
  return { raw_repeat: Buffer.alloc(raw.length, piece).equals(raw) ? [toHex(piece), count] : [] };
}

async function fileKey(vector: Vector, kdf: KeyDerivation): Promise<Uint8Array> {
  if (!("passphrase" in vector) || kdf.alg !== "argon2id") return hex(vector, "key");
  return (await loadPasswordHash()).argon2id(passphraseBytes(text(vector, "passphrase")), kdf.salt, kdf.ops, kdf.memory);
}

/** One reader a file of fixtures/vectors. Each throws the HxError that a bad vector expects. */
export const READERS: Readonly<Record<string, Reader>> = {
  "guard-state": (_, vector) => ({ text: Buffer.from(encodeGuardState(decodeGuardState(new TextEncoder().encode(text(vector, "text"))))).toString("utf8") }),
  anchor: (crypto, vector) => {
    const { n, head, lanes } = decodeAnchor(hex(vector, "envelope"));
    openEnvelope(hex(vector, "envelope"), "hx/anchor/v1", (message, signature) => crypto.signer.verify(hex(vector, "public_key"), message, signature));
    return { n, head: head.n, lanes: [...lanes.values()].map(({ seq }) => seq) };
  },
  cbor: (_, vector) => ({ cbor: toHex(encodeCbor(decodeCbor(hex(vector, "cbor")))) }),
  envelope: (crypto, vector) => {
    const type = text(vector, "type") as EnvelopeType;
    const { payload, map } = openEnvelope(hex(vector, "envelope"), type, (message, signature) => crypto.signer.verify(hex(vector, "public_key"), message, signature));
    return { payload: toHex(payload), envelope: toHex(signEnvelope(type, map, (message) => crypto.signer.sign(hex(vector, "seed"), message))) };
  },
  "key-tree": ({ hashes }, vector) => {
    const chainKey = hex(vector, "chain_key");
    const part = partKey(hashes, chainKey);
    const session = sessionId(text(vector, "session"));
    return {
      part_key: toHex(part),
      next_chain_key: toHex(nextChainKey(hashes, chainKey)),
      commit: toHex(commitment(hashes.h, part, session, Number(vector["n"]))),
      private_key: toHex(privateKey(hashes, part)),
      author_wrap_id: authorWrapId(hashes, session, Number(vector["chain"])),
    };
  },
  paths: (_, vector) => {
    const path = text(vector, "path");
    if (vector["tree"] === "lane" && parseLanePath(path) === null) throw new HxError("lane-invalid", "path");
    if (vector["tree"] === "keys" && parseKeysPath(path) === null) throw new HxError("keys-invalid", "path");
    if (vector["tree"] === "root" && parseRootPath(path) === null) throw new HxError("workspace-invalid", "path");
    return {};
  },
  state: ({ hashes }, vector) => {
    const files = new Map(Object.entries(vector["files"] as object).map(([path, hash]) => [path, fromHex(String(hash))]));
    return { state: toHex(treeState(hashes.h, files)) };
  },
  header: (_, vector) => {
    const header = decodeHeader(hex(vector, "payload"));
    if (vector.name !== "good") return {};
    return { seq: header.seq, level: header.level, keys: header.keys, lane: toHex(header.lane), repo: header.repo, workspace: header.workspace };
  },
  body: (_, vector) => {
    const body = decodeBody((vector["pieces"] as string[]).map(fromHex));
    return { batch: body.batch.length, heads: body.heads.length };
  },
  manifest: (_, vector) => {
    const manifest = decodeManifest(hex(vector, "payload"));
    return { session: manifest.session, parts: manifest.parts.count };
  },
  "part-record": (_, vector) => {
    const record = decodePartRecord(hex(vector, "record"));
    return vector.name === "good" ? { n: record.n, chain: record.chain, segments: record.segments.map(({ number, length }) => [number, length]) } : {};
  },
  "private-block": (crypto, vector) => {
    const place = { suite: 1, repo: repoId(text(vector, "repo")), session: sessionId(text(vector, "session")), n: Number(vector["n"]) };
    return { facts: openPrivate(crypto.aead, crypto.hashes, hex(vector, "part_key"), place, hex(vector, "block")) };
  },
  "part-stream": (_, vector) => {
    const reader = new PartStreamReader(new FileLedger({ whole: true }));
    const records = reader.push(hex(vector, "stream"));
    reader.finish();
    return { records: records.length };
  },
  segment: async (crypto, vector) => {
    const place = { repo: repoId(text(vector, "repo")), session: sessionId(text(vector, "session")), part: Number(vector["part"]), segment: Number(vector["segment"]) };
    const frame = openSegment(crypto.segments, hex(vector, "part_key"), place, hex(vector, "blob"));
    if (frame.codec === 0) return { codec: 0, raw: toHex(frame.compressed), ...repeated(vector, frame.compressed) };
    const stream = brotliCompressor.decompress();
    try {
      return { codec: frame.codec, raw: toHex(await stream.push(frame.compressed, frame.rawLength)) };
    } finally {
      stream.close();
    }
  },
  wrap: (crypto, vector) => {
    const { purpose, suite, ...rest } = vector["context"] as Record<string, string | number>;
    const context = { purpose: String(purpose), suite: Number(suite), ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, typeof value === "string" ? fromHex(value) : value])) };
    const plaintext = crypto.wrapper.open(hex(vector, "seed"), context, hex(vector, "wrap"));
    if (plaintext === null) throw new HxError("not-recipient", "not for this key");
    return { plaintext: toHex(plaintext), public_key: toHex(crypto.wrapper.publicKey(hex(vector, "seed"))), additional: toHex(wrapAdditional(context)) };
  },
  item: (crypto, vector) => {
    const place = { repo: repoId(text(vector, "repo")), lane: hex(vector, "lane") };
    const body: CborMap | null = openItem(crypto, hex(vector, "seed"), place, hex(vector, "item"));
    if (body === null) throw new HxError("not-recipient", "not for this key");
    const tie = openTie(body, place, hex(vector, "device_key"), crypto.signer.verify);
    return { person: tie.person, device: tie.device };
  },
  erasure: (crypto, vector) => {
    const { session, name } = decodeErasure(decodeCborMap(hex(vector, "body")));
    const named = "agent" in vector ? indexName(crypto.hashes, text(vector, "agent"), text(vector, "id")) : name;
    if (named !== name) throw new HxError("internal", "the name is that of another session");
    return { session, hash: name };
  },
  shown: (crypto, vector) => {
    const body = openItem(crypto, hex(vector, "seed"), { repo: repoId(text(vector, "repo")), lane: hex(vector, "lane") }, hex(vector, "item"));
    if (body === null) throw new HxError("not-recipient", "not for this key");
    return { ...readShownBody(body) };
  },
  card: (crypto, vector) => {
    const card = openCard(crypto.hashes, crypto.signer.verify, decodeCard(hex(vector, "card")));
    return { person: card.person.id, devices: card.devices.map(({ id }) => id), epochs: card.keys.length };
  },
  statement: (crypto, vector) => {
    const { payload } = openEnvelope(hex(vector, "envelope"), "hx/statement/v1", (message, signature) => crypto.signer.verify(hex(vector, "device_key"), message, signature));
    const statement = decodeStatement(payload);
    return { n: statement.n, type: statement.type, workspace: workspaceIdOf(crypto.hashes, payload) };
  },
  sharing: (crypto, vector) => {
    const { signed, statement } = decodeSharing(hex(vector, "envelope"));
    if (!crypto.signer.verify(hex(vector, "device_key"), signedMessage(signed.type, signed.payload), signed.signature)) throw new HxError("signature-invalid", "by another key");
    return { hash: toHex(crypto.hashes.h(hex(vector, "envelope"))), statement: shown(statement) };
  },
  "sharing-items": ({ hashes }, vector) => {
    const { whole } = assembleItems(hashes.h, (vector["bodies"] as string[]).map((body, i) => ({ id: idAt(i), body: decodeCborMap(fromHex(body)) })));
    if (whole.length === 0) throw new HxError("item-invalid", "no statement");
    return { statements: whole.map(({ hash }) => hash) };
  },
  "share-wrap": (crypto, vector) => {
    const parts = { first: Number(vector["first"]), count: Number(vector["count"]) };
    const session = sessionId(text(vector, "session"));
    const recipient = vector["recipient"] as ShareRecipient;
    const wraps = new Map(Object.entries(vector["wraps"] as Record<string, string>).map(([id, wrap]) => [id, fromHex(wrap)]));
    const pieces = [...sharePieces(parts)].flatMap((first) => {
      const wrap = wraps.get(shareWrapId(crypto.hashes, hex(vector, "tag"), session, recipient, first));
      if (wrap === undefined) return [];
      const place = { repo: repoId(text(vector, "repo")), approval: text(vector, "approval"), session, first };
      const plaintext = openShareWrap(crypto, hex(vector, "seed"), place, wrap, wraps.get(shareKeyId(crypto.hashes, hex(vector, "tag"), recipient)));
      if (plaintext === null) throw new HxError("not-recipient", "not for this key");
      return [{ first, plaintext }];
    });
    return { keys: toHex(concat(...joinPartKeys(parts, pieces).values())) };
  },
  commit: (_, vector) => {
    const commit = parseSessionsCommit(hex(vector, "commit"), Number(vector["now"]) * 1000, Number(vector["parent_time"]));
    return { parents: commit.parents.length, time: commit.day };
  },
  part: async (crypto, vector) => {
    const place = { repo: repoId(text(vector, "repo")), session: sessionId(text(vector, "session")) };
    const blobs = (vector["blobs"] as string[]).map(fromHex);
    const key = hex(vector, "part_key");
    const segments = blobs.map((blob, number) => ({ number, length: blob.length, hash: crypto.hashes.h(blob) }));
    const record = { n: 0, chain: 0, commitment: commitment(crypto.hashes.h, key, place.session, 0), segments, private: new Uint8Array(0) };
    const raw: string[] = [];
    for await (const plain of openPart({ ...place, crypto, compressor: brotliCompressor }, record, key, async (n) => blobs[n] ?? key)) raw.push(toHex(plain));
    return { raw };
  },
  replay: (crypto, vector) => {
    const state = replayChain(crypto, (vector["statements"] as string[]).map(fromHex));
    const connections = [...state.connections.values()].map(({ projects }) => projects.length);
    const flag = (is: boolean): number => (is ? 1 : 0);
    const teams = [...state.teams.values()].map((team) => [team.members.size, team.nominated.size, team.keys.length, team.grants.size, flag(team.due !== null), flag(team.dead)]);
    const more = { living: livingPersons(state).length, administrators: state.administrators.size, teams, frozen: [...state.freezes.values()].map(({ lanes }) => lanes.size), policies: state.policies.map(({ published, effective }) => [published, effective]) };
    return { ...more, people: state.persons.size, devices: state.devices.size, membership: state.membership.length, projects: state.projects.size, connections };
  },
  "device-key": async (crypto, vector) => {
    const file = decodeDeviceKey(hex(vector, "file"));
    const secrets = openDeviceKey(crypto.aead, await fileKey(vector, file.kdf), file);
    decodeCborMap(hex(vector, "file"));
    return { person: secrets.person, device: secrets.device, sign: toHex(secrets.sign), box: toHex(secrets.box) };
  },
};
