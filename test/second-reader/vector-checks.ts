import { isDeepStrictEqual } from "node:util";
import sodium from "libsodium-wrappers-sumo";
import { fromHex, toHex, utf8 } from "./bytes.ts";
import { readBody } from "./body.ts";
import { readCard } from "./card.ts";
import { type Cbor, decodeCbor } from "./cbor.ts";
import { decompressPart } from "./decompress.ts";
import { openDeviceKey, passphraseBytes } from "./device-key.ts";
import { openEnvelope } from "./envelope.ts";
import { demand, refuseAs } from "./errors.ts";
import { Fields } from "./fields.ts";
import { readCommit } from "./git-snapshots.ts";
import { readHeader } from "./header.ts";
import { openItem, readErasure, readShown, verifyTie } from "./item.ts";
import { authorWrapId, commitment, nextChainKey, partKey, privateKey } from "./key-tree.ts";
import { openLaneVector, readLaneVector } from "./lane-vector.ts";
import { readManifest } from "./manifest.ts";
import { readPartRecord } from "./part-record.ts";
import { checkPath } from "./paths.ts";
import { openPersonKeys } from "./person-secrets.ts";
import { H16, boxKeyPair, signingPublicKey } from "./primitives.ts";
import { openPrivateBlock } from "./private-block.ts";
import { openSegment, segmentAdditional } from "./segment.ts";
import { SessionFiles } from "./session-files.ts";
import { openShare } from "./share-wraps.ts";
import { openSharing } from "./sharing.ts";
import { readAnchor } from "./anchor.ts";
import { readGuardState } from "./guard-state.ts";
import { statementsInItems } from "./sharing-items.ts";
import { stateOf } from "./state.ts";
import { openStatement } from "./statement.ts";
import type { Json } from "./vector-files.ts";
import { replay } from "./workspace.ts";
import { openWrap, wrapAdditional } from "./wrap.ts";

/** Throws unless the vector's member, if there is one, is this value; bytes are compared in hex. */
function agree(vector: Json, name: string, value: unknown): void {
  if (!vector.has(name)) return;
  const found = value instanceof Uint8Array ? toHex(value) : value;
  if (!isDeepStrictEqual(found, vector.members[name])) {
    throw new Error(`${name}: found ${JSON.stringify(found)}, not ${JSON.stringify(vector.members[name])}`);
  }
}

function agreeAll(vector: Json, values: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(values)) agree(vector, name, value);
}

/** How to open a vector of each file and what it must then say. */
export const vectorChecks: Record<string, (vector: Json) => void | Promise<void>> = {
  anchor(v) {
    const { n, head, lanes } = readAnchor(v.bytes("envelope"), v.bytes("public_key"));
    agreeAll(v, { n, head, lanes });
  },
  body(v) {
    const body = readBody(v.list("pieces").map((piece) => fromHex(String(piece))));
    agreeAll(v, { batch: body.batch.length, heads: body.heads.length });
  },
  card(v) {
    const person = readCard(Fields.decode(v.bytes("card")));
    agreeAll(v, { person: person.id, devices: [...person.devices.keys()], epochs: person.keys.length });
    if (v.has("entropy")) openPersonKeys(person, v.bytes("entropy"));
  },
  cbor(v) {
    decodeCbor(v.bytes("cbor"));
  },
  commit(v) {
    const commit = readCommit(v.bytes("commit"), "encoding-invalid", v.number("now"), v.number("parent_time"));
    agreeAll(v, { parents: commit.parents.length, time: commit.time });
  },
  "guard-state"(v) {
    readGuardState(v.text("text"));
  },
  async part(v) {
    const contents = v.list("blobs").map((blob, segment) => openSegment(fromHex(String(blob)), v.bytes("part_key"), {
      repo: v.bytes("repo"), session: v.bytes("session"), part: v.number("part"), segment,
    }));
    agree(v, "raw", (await decompressPart(contents)).map(toHex));
  },
  async replay(v) {
    const workspace = await refuseAs("workspace-invalid", ["too-new"], () => (
      replay(v.list("statements").map((statement) => fromHex(String(statement))))
    ));
    const people = [...workspace.people.values()];
    const live = [...workspace.connections.values()].filter((connection) => connection.live);
    agreeAll(v, {
      people: people.length, devices: people.flatMap(({ devices }) => [...devices.values()]).length,
      membership: workspace.memberships.length, projects: workspace.projects.size,
      connections: live.map(({ projects }) => projects.length),
      living: people.filter(({ living }) => living).length, administrators: workspace.administrators.size,
      teams: [...workspace.teams.values()].map((team) => [
        team.members.size, team.nominated.size, team.keys.length, team.grants.size, Number(team.due), Number(team.dead),
      ]),
      frozen: [...workspace.frozen.values()].map((lanes) => lanes.size),
      policies: workspace.policies.map(({ published, effective }) => [published, effective]),
    });
  },
  async "device-key"(v) {
    await sodium.ready;
    const stretch = (salt: Uint8Array, ops: number, mem: number): Uint8Array => (
      sodium.crypto_pwhash(32, passphraseBytes(v.text("passphrase")), salt, ops, mem, sodium.crypto_pwhash_ALG_ARGON2ID13)
    );
    const keys = openDeviceKey(v.bytes("file"), v.has("passphrase") ? { passphrase: stretch } : { key: v.bytes("key") });
    agreeAll(v, { person: keys.person, device: keys.device, sign: keys.sign, box: keys.box });
    if (toHex(H16(signingPublicKey(keys.sign))) !== toHex(keys.device)) throw new Error("the seed of another device");
  },
  envelope(v) {
    agree(v, "payload", openEnvelope(v.text("type"), v.bytes("envelope"), v.bytes("public_key")));
    if (v.has("seed")) agree(v, "public_key", signingPublicKey(v.bytes("seed")));
  },
  header(v) {
    const { seq, level, keys, lane, repo, workspace } = readHeader(v.bytes("payload"));
    agreeAll(v, { seq, level, keys, lane, repo, workspace });
  },
  erasure(v) {
    const { session, name } = readErasure(Fields.decode(v.bytes("body")));
    agreeAll(v, { session, hash: name });
    if (v.has("agent")) agree(v, "hash", H16(utf8(`${v.text("agent")}\0${v.text("id")}`)));
  },
  item(v) {
    const body = openItem(v.bytes("item"), v.bytes("seed"), v.bytes("repo"), v.bytes("lane"));
    const tie = verifyTie(body, v.bytes("repo"), v.bytes("lane"), () => v.bytes("device_key"));
    agreeAll(v, { person: tie.person, device: tie.device });
  },
  shown(v) {
    agreeAll(v, { ...readShown(openItem(v.bytes("item"), v.bytes("seed"), v.bytes("repo"), v.bytes("lane"))) });
  },
  "key-tree"(v) {
    const chainKey = v.bytes("chain_key");
    const part = partKey(chainKey);
    agreeAll(v, {
      part_key: part, next_chain_key: nextChainKey(chainKey), commit: commitment(part, v.bytes("session"), v.number("n")),
      private_key: privateKey(part), author_wrap_id: authorWrapId(v.bytes("session"), v.number("chain")),
    });
  },
  async "lane-faults"(v) {
    const vector = readLaneVector();
    const [first = new Map<string, Uint8Array>(), second = new Map<string, Uint8Array>()] = vector.laneTrees;
    const changes = v.has("lane") ? v.object("lane") : undefined;
    const after = new Map(second);
    for (const path of Object.keys(changes?.members ?? {})) {
      if (changes?.members[path] === null) after.delete(path);
      else if (changes) after.set(path, changes.bytes(path));
    }
    vector.laneTrees = [first, after];
    if (v.has("keys")) vector.keysTrees = [...vector.keysTrees.slice(1, 2), v.files("keys")];
    await openLaneVector(vector);
  },
  manifest(v) {
    const manifest = readManifest(v.bytes("payload"));
    agreeAll(v, { session: manifest.session, parts: manifest.parts });
  },
  "part-record"(v) {
    const part = readPartRecord(v.bytes("record"));
    agreeAll(v, { n: part.n, chain: part.chain, segments: part.segments.map(({ number, length }) => [number, length]) });
  },
  "part-stream"(v) {
    agree(v, "records", new SessionFiles().addPart(v.bytes("stream")));
  },
  paths(v) {
    checkPath(v.text("tree"), v.text("path"));
  },
  "private-block"(v) {
    const place = { repo: v.bytes("repo"), session: v.bytes("session"), n: v.number("n") };
    agree(v, "facts", openPrivateBlock(v.bytes("block"), v.bytes("part_key"), place));
  },
  async segment(v) {
    const place = {
      repo: v.bytes("repo"), session: v.bytes("session"), part: v.number("part"), segment: v.number("segment"),
    };
    const content = openSegment(v.bytes("blob"), v.bytes("part_key"), place);
    const raw = (await decompressPart([content]))[0];
    agreeAll(v, { additional: segmentAdditional(place), codec: content.codec, raw });
    if (!v.has("raw_repeat")) return;
    const [piece, count] = v.list("raw_repeat");
    if (toHex(raw ?? new Uint8Array()) !== String(piece).repeat(Number(count))) throw new Error("raw is another");
  },
  sharing(v) {
    agreeAll(v, { ...openSharing(v.bytes("envelope"), v.bytes("device_key")) });
  },
  "sharing-items"(v) {
    const found = statementsInItems(v.list("bodies").map((body) => Fields.decode(fromHex(String(body)))));
    demand(found.size > 0, "item-invalid", "no statement is whole");
    agree(v, "statements", [...found.keys()].sort());
  },
  "share-wrap"(v) {
    const recipient = v.object("recipient");
    const share = {
      repo: v.bytes("repo"), approval: v.bytes("approval"), tag: v.bytes("tag"), session: v.bytes("session"), first: v.number("first"),
      count: v.number("count"),
      recipient: { id: recipient.bytes(recipient.has("team") ? "team" : "person"), epoch: recipient.number("epoch") },
    };
    agree(v, "keys", openShare(share, v.bytes("seed"), (id) => v.files("wraps").get(id)));
  },
  state(v) {
    agree(v, "state", stateOf(v.files("files")));
  },
  statement(v) {
    const statement = openStatement(v.bytes("envelope"), v.bytes("device_key"));
    agreeAll(v, { n: statement.n, type: statement.body.type, workspace: statement.workspace ?? statement.payloadHash });
  },
  wrap(v) {
    const context = contextOf(v.object("context"));
    agree(v, "additional", wrapAdditional(context));
    agree(v, "public_key", boxKeyPair(v.bytes("seed")).publicKey);
    agree(v, "plaintext", openWrap(v.bytes("wrap"), v.bytes("seed"), context));
  },
};

function contextOf(json: Json): Record<string, Cbor> & { purpose: string } {
  const context: Record<string, Cbor> & { purpose: string } = { purpose: json.text("purpose") };
  for (const [name, value] of Object.entries(json.members)) {
    if (typeof value === "number") context[name] = value;
    else if (name !== "purpose") context[name] = json.bytes(name);
  }
  return context;
}
