import { toHex, utf8 } from "../../src/domain/bytes.ts";
import { deviceId, personId, sessionId, teamId } from "../../src/domain/ids.ts";
import type { Access, Approval, Denial, Request, Revocation, SharingStatement, Withdrawal } from "../../src/domain/sharing/statement.ts";
import { decodeCborMap, encodeCbor } from "../../src/format/cbor.ts";
import type { CborInput } from "../../src/format/cbor.ts";
import { encodeEnvelope, signEnvelope, splitEnvelope } from "../../src/format/envelope.ts";
import type { EnvelopeType } from "../../src/format/envelope.ts";
import { claimedTie, tieBody } from "../../src/format/tie.ts";
import { sharingPayload, signSharing } from "../../src/format/sharing/statement.ts";
import { bytesField } from "../../src/format/fields.ts";
import { flip, invalid, ok } from "./vector.ts";
import type { Vector, VectorFile } from "./vector.ts";
import type { World } from "./world.ts";

const HOURS_8 = 8 * 3600 * 1000;

/** One good statement of each kind, all by the device of the world. */
export interface Statements {
  readonly request: Request;
  readonly withdrawal: Withdrawal;
  readonly denial: Denial;
  readonly approval: Approval;
  readonly revocation: Revocation;
  readonly access: Access;
}

export function sharingStatements(world: World): Statements {
  const { h16, h } = world.crypto.hashes;
  const id = (label: string): string => toHex(h16(utf8(`test id ${label}`)));
  const hash = (label: string): string => toHex(h(utf8(`test hash ${label}`)));
  const said = { workspace: world.workspace, repo: world.repo, lane: world.lane, person: world.person, device: deviceId(world.device), at: 1700000000000 };
  const to = personId(id("bob"));
  const team = teamId(id("team"));
  const [first = world.session, second = world.session] = [world.session, sessionId(id("second session"))].toSorted();
  const last = h(utf8("last"));
  return {
    request: { kind: "request", ...said, to, team, nonce: h16(utf8("nonce")), reason: "why is the sky blue", about: { session: world.session }, turns: [[1, 3], [4, 4], [9, 12]] },
    withdrawal: { kind: "withdrawal", ...said, request: hash("request"), to },
    denial: { kind: "denial", ...said, request: hash("request"), to, reason: "it is private" },
    approval: {
      kind: "approval",
      ...said,
      author: world.person,
      team,
      epoch: 2,
      audience: "team",
      request: hash("request"),
      expires: 1800000000000,
      follow: true,
      tag: h(utf8("tag")),
      ties: [shownTie(world)],
      sessions: [{ session: first, tie: 0, first: 0, count: 3, last }, { session: second, tie: 0, first: 2, count: 200, last }],
    },
    revocation: { kind: "revocation", ...said, author: world.person, approval: hash("approval"), sessions: [first, second] },
    access: { kind: "access", ...said, author: to, team, session: world.session, approval: hash("approval"), from: 1700000000000, until: 1700000000000 + HOURS_8, class: "attested" },
  };
}

export function signedBy(world: World): (statement: SharingStatement) => Uint8Array {
  return (statement) => signSharing(statement, (message) => world.crypto.signer.sign(world.deviceSeed, message));
}

/** A statement with bytes as hex, as the vectors show it. */
export function shown(statement: SharingStatement): unknown {
  return JSON.parse(JSON.stringify(statement, (_key, value: unknown) => (value instanceof Uint8Array ? toHex(value) : value)));
}

export function sharingVectors(world: World): VectorFile {
  const { signer, hashes } = world.crypto;
  const by = signedBy(world);
  const good = sharingStatements(world);
  const v = (name: string, expect: string, envelope: Uint8Array, more: object = {}): Vector => ({ name, expect, device_key: toHex(signer.publicKey(world.deviceSeed)), envelope: toHex(envelope), ...more });
  const fine = (name: string, statement: SharingStatement): Vector => v(name, ok, by(statement), { hash: toHex(hashes.h(by(statement))), statement: shown(statement) });
  const raw = (kind: keyof Statements, more: Record<string, CborInput | undefined>, type = `hx/${kind}/v1`): Uint8Array => {
    const payload = Object.fromEntries(decodeCborMap(encodeCbor(sharingPayload(good[kind]))));
    return signEnvelope(type as EnvelopeType, { ...payload, ...more } as CborInput, (message) => signer.sign(world.deviceSeed, message));
  };
  const bad = (kind: keyof Statements, name: string, more: Record<string, CborInput | undefined>, expect = invalid): Vector => v(`${kind}: ${name}`, expect, raw(kind, more));
  const hash = hashes.h(utf8("hash"));
  const person = (byte: number): Uint8Array => new Uint8Array(16).fill(byte);
  const session = (byte: number, more: readonly CborInput[] = [0, 0, 1, hash]): CborInput => [person(byte), ...more];
  const tie = shownTie(world);
  const tieValue: CborInput = [tie.lane, tie.device, tie.signature];
  const { turns: _turns, ...whole } = good.request;
  const { reason: _reason, ...silent } = good.denial;
  const { sessions: _sessions, ...all } = good.revocation;
  const { request: _request, expires: _expires, ...unasked } = good.approval;
  const commit = "ab".repeat(20);
  return {
    page: "sharing.md",
    about: "Envelopes of the six types, decoded and then verified with `device_key`. In `statement` ids, hashes and other bytes are hex.",
    vectors: [
      ...Object.values(good).map((statement: SharingStatement) => fine(statement.kind, statement)),
      fine("request: of all turns, with an empty reason", { ...whole, reason: "" }),
      fine("request: a reason of 400 bytes", { ...whole, reason: "\u00e9".repeat(200) }),
      fine("request: of a commit", { ...whole, about: { commit } }),
      fine("request: of a line, in a sha-256 repository", { ...whole, about: { commit: "ab".repeat(32), path: "src/a.ts", line: 42 } }),
      fine("denial: without a reason", silent),
      fine("approval: for two persons, not asked for, for ever", { ...unasked, audience: [personId("01".repeat(16)), personId("02".repeat(16))] }),
      fine("approval: that hands on more", { ...good.approval, extends: toHex(hash) }),
      fine("revocation: of all sessions", all),
      fine("access: a lease that ends at once", { ...good.access, until: good.access.from }),
      v("an unknown key", ok, raw("withdrawal", { later: 1 })),
      v("a changed signature", "signature-invalid", flip(by(good.request), by(good.request).length - 1)),
      v("signed as another type", "signature-invalid", retyped(by(good.withdrawal), "hx/denial/v1")),
      v("a type of another page", invalid, raw("request", {}, "hx/tie/v1")),
      v("a type that is not known", invalid, raw("request", {}, "hx/toString/v1")),
      v("no envelope", invalid, new Uint8Array(0)),
      bad("withdrawal", "version 2", { v: 2 }, "too-new"),
      bad("withdrawal", "version 0", { v: 0 }),
      bad("withdrawal", "no workspace", { ws: undefined }),
      bad("withdrawal", "a repository id of 16 bytes", { repo: person(1) }),
      bad("withdrawal", "a lane of 16 bytes", { lane: person(1) }),
      bad("withdrawal", "no device", { device: undefined }),
      bad("withdrawal", "a time that is text", { at: "now" }),
      bad("withdrawal", "a request of 31 bytes", { request: hash.slice(1) }),
      bad("request", "a reason of 401 bytes", { reason: `${"\u00e9".repeat(200)}.` }),
      bad("request", "no reason", { reason: undefined }),
      bad("request", "a nonce of 15 bytes", { nonce: person(1).slice(1) }),
      bad("request", "of nothing", { session: undefined }),
      bad("request", "of a session and of a commit", { commit }),
      bad("request", "of a session and a path", { path: "a" }),
      bad("request", "of a line without a path", { session: undefined, commit, line: 1 }),
      bad("request", "of line 0", { session: undefined, commit, path: "a", line: 0 }),
      bad("request", "of an empty path", { session: undefined, commit, path: "" }),
      bad("request", "of a commit that is no object id", { session: undefined, commit: "HEAD" }),
      bad("request", "of no turns", { turns: [] }),
      bad("request", "from turn 0", { turns: [[0, 1]] }),
      bad("request", "to a turn before the first", { turns: [[3, 2]] }),
      bad("request", "ranges of turns that overlap", { turns: [[1, 3], [3, 4]] }),
      bad("request", "ranges of turns out of order", { turns: [[5, 6], [1, 2]] }),
      bad("request", "a range of three", { turns: [[1, 2, 3]] }),
      bad("denial", "a reason of 401 bytes", { reason: "r".repeat(401) }),
      bad("denial", "a reason of bytes", { reason: hash }),
      bad("approval", "an audience that is not known", { audience: "everybody" }),
      bad("approval", "an audience of nobody", { audience: [] }),
      bad("approval", "an audience out of order", { audience: [person(2), person(1)] }),
      bad("approval", "a person twice", { audience: [person(1), person(1)] }),
      bad("approval", "follow is a number", { follow: 1 }),
      bad("approval", "a tag of 16 bytes", { tag: person(1) }),
      bad("approval", "no sessions", { sessions: [] }),
      bad("approval", "sessions out of order", { sessions: [session(2), session(1)] }),
      bad("approval", "a session twice", { sessions: [session(1), session(1)] }),
      bad("approval", "a tie that is not there", { sessions: [session(1, [1, 0, 1, hash])] }),
      bad("approval", "no parts", { sessions: [session(1, [0, 0, 0, hash])] }),
      bad("approval", "a first part beyond the last", { sessions: [session(1, [0, 3, 3, hash])] }),
      bad("approval", "2^32 parts", { sessions: [session(1, [0, 0, 4294967296, hash])] }),
      bad("approval", "no ties", { ties: [] }),
      bad("approval", "two ties of one lane", { ties: [tieValue, tieValue] }),
      bad("approval", "a tie with a signature of 63 bytes", { ties: [[tie.lane, tie.device, tie.signature.slice(1)]] }),
      bad("approval", "it expires at some text", { expires: "never" }),
      bad("revocation", "of no sessions", { sessions: [] }),
      bad("revocation", "sessions out of order", { sessions: [person(2), person(1)] }),
      bad("revocation", "a session twice", { sessions: [person(1), person(1)] }),
      bad("access", "a lease of 8 hours and 1 ms", { until: good.access.from + HOURS_8 + 1 }),
      bad("access", "a lease that ends before it begins", { until: good.access.from - 1 }),
      bad("access", "a class that is not known", { class: "enforced" }, "too-new"),
      bad("access", "no class", { class: undefined }),
    ],
  };
}

function shownTie(world: World): { lane: Uint8Array; device: Uint8Array; signature: Uint8Array } {
  const { signer } = world.crypto;
  const tie = { repo: world.repo, lane: world.lane, person: world.person, device: world.device };
  const body = decodeCborMap(encodeCbor(tieBody(tie, (message) => signer.sign(world.deviceSeed, message), (message) => signer.sign(world.laneSeed, message))));
  return { lane: claimedTie(body).lane, device: bytesField(body, "device"), signature: bytesField(body, "lane", 64) };
}

/** The same payload and signature under another type. */
function retyped(envelope: Uint8Array, type: EnvelopeType): Uint8Array {
  const { payload, signature } = splitEnvelope(envelope);
  return encodeEnvelope({ type, payload, signature });
}
