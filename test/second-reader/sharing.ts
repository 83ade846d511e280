import { toHex, utf8 } from "./bytes.ts";
import { type Cbor, decodeCbor } from "./cbor.ts";
import { isSignedBy } from "./envelope.ts";
import { demand, refuse } from "./errors.ts";
import { Fields, asBytes, asList, asText, asUint, maximumNumber } from "./fields.ts";
import { H } from "./primitives.ts";

const bad = "encoding-invalid";
const longestLease = 8 * 3600 * 1000;

/** What a statement of sharing says; ids, hashes and other bytes in hex. */
export interface Sharing {
  kind: string;
  [name: string]: unknown;
}

const readers = new Map<string, (fields: Fields) => Record<string, unknown>>([
  ["request", readRequest],
  ["withdrawal", (fields) => ({ request: hex(fields, "request", 32), to: hex(fields, "to", 16) })],
  ["denial", (fields) => ({
    request: hex(fields, "request", 32), to: hex(fields, "to", 16), ...(fields.has("reason") ? { reason: readReason(fields) } : {}),
  })],
  ["approval", readApproval],
  ["revocation", (fields) => ({
    approval: hex(fields, "approval", 32), author: hex(fields, "author", 16),
    ...(fields.has("sessions") ? { sessions: readIds(fields.list("sessions")) } : {}),
  })],
  ["access", readAccess],
]);

/** The kind of the statement of sharing in an envelope. */
export function sharingKind(envelope: Uint8Array): string {
  const type = asText(asList(decodeCbor(envelope), 3)[0]);
  const kind = [...readers.keys()].find((name) => type === `hx/${name}/v1`);
  return kind ?? refuse(bad, `an envelope ${type} on the page of sharing`);
}

/** Decodes a statement of sharing, then verifies it with the key of its device. */
export function openSharing(bytes: Uint8Array, deviceKey: Uint8Array): { hash: Uint8Array; statement: Sharing } {
  const kind = sharingKind(bytes);
  const parts = asList(decodeCbor(bytes), 3);
  const envelope = { type: `hx/${kind}/v1`, payload: asBytes(parts[1]), signature: asBytes(parts[2], 64) };
  const fields = Fields.decode(envelope.payload);
  fields.one("v");
  const said = {
    workspace: hex(fields, "ws", 32), repo: hex(fields, "repo", 32), lane: hex(fields, "lane", 32), person: hex(fields, "person", 16),
    device: hex(fields, "device", 16), at: fields.uint("at"),
  };
  const statement = { kind, ...said, ...readers.get(kind)?.(fields) };
  demand(isSignedBy(envelope, deviceKey), "signature-invalid", "not signed by the device");
  return { hash: H(bytes), statement };
}

function readRequest(fields: Fields): Record<string, unknown> {
  const request = {
    to: hex(fields, "to", 16), team: hex(fields, "team", 16), nonce: hex(fields, "nonce", 16), reason: readReason(fields),
    about: readSubject(fields),
  };
  return fields.has("turns") ? { ...request, turns: readTurns(fields.list("turns")) } : request;
}

function readSubject(fields: Fields): Record<string, unknown> {
  demand(fields.has("session") !== fields.has("commit"), bad, "neither a session nor a commit, or both");
  demand(!fields.has("path") || fields.has("commit"), bad, "a path without a commit");
  demand(!fields.has("line") || fields.has("path"), bad, "a line without a path");
  if (fields.has("session")) return { session: hex(fields, "session", 16) };
  const about: Record<string, unknown> = { commit: fields.text("commit") };
  demand(/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(fields.text("commit")), bad, "a commit that is no object id");
  if (fields.has("path")) {
    const length = utf8(fields.text("path")).length;
    demand(length >= 1 && length <= 4096, bad, "a path of another length");
    about["path"] = fields.text("path");
  }
  if (fields.has("line")) {
    about["line"] = fields.uint("line", maximumNumber);
    demand(about["line"] !== 0, bad, "line 0");
  }
  return about;
}

function readTurns(list: Cbor[]): number[][] {
  demand(list.length > 0, bad, "no range of turns");
  const ranges = list.map((item) => asList(item, 2).map((turn) => asUint(turn)));
  let last = 0;
  for (const [from = 0, to = 0] of ranges) {
    demand(from > last && to >= from, bad, "ranges of turns that do not rise");
    last = to;
  }
  return ranges;
}

function readReason(fields: Fields): string {
  const reason = fields.text("reason");
  demand(utf8(reason).length <= 400, bad, "a reason of more than 400 bytes");
  return reason;
}

function readApproval(fields: Fields): Record<string, unknown> {
  const audience = fields.map.get("audience");
  demand(typeof audience !== "string" || audience === "team", bad, "an audience that is not known");
  const ties = fields.list("ties").map((item) => {
    const [lane, device, signature] = asList(item, 3);
    return { lane: toHex(asBytes(lane, 32)), device: toHex(asBytes(device)), signature: toHex(asBytes(signature, 64)) };
  });
  demand(new Set(ties.map(({ lane }) => lane)).size === ties.length, bad, "two ties of one lane");
  const follow = fields.map.get("follow");
  demand(typeof follow === "boolean", bad, "follow is neither true nor false");
  const sessions = fields.list("sessions").map((item) => readApproved(item, ties.length));
  readIds(fields.list("sessions").map((item) => asList(item)[0] ?? 0));
  return {
    author: hex(fields, "author", 16), team: hex(fields, "team", 16), epoch: fields.uint("epoch"),
    audience: typeof audience === "string" ? audience : readIds(asList(audience)),
    ...(fields.has("request") ? { request: hex(fields, "request", 32) } : {}),
    ...(fields.has("extends") ? { extends: hex(fields, "extends", 32) } : {}),
    ...(fields.has("expires") ? { expires: fields.uint("expires") } : {}),
    follow, tag: hex(fields, "tag", 32), ties, sessions,
  };
}

function readApproved(item: Cbor, ties: number): Record<string, unknown> {
  const [session, tie, first, count, last] = asList(item, 5);
  const approved = {
    session: toHex(asBytes(session, 16)), tie: asUint(tie), first: asUint(first), count: asUint(count, maximumNumber),
    last: toHex(asBytes(last, 32)),
  };
  demand(approved.tie < ties, bad, "a tie that is not there");
  demand(approved.first < approved.count, bad, "no part is approved");
  return approved;
}

function readAccess(fields: Fields): Record<string, unknown> {
  const [from, until] = [fields.uint("from"), fields.uint("until")];
  demand(from <= until && until - from <= longestLease, bad, "a lease of another length");
  demand(fields.text("class") === "attested", "too-new", "a class that is not known");
  return {
    author: hex(fields, "author", 16), team: hex(fields, "team", 16), session: hex(fields, "session", 16),
    approval: hex(fields, "approval", 32), from, until, class: "attested",
  };
}

/** A list of ids that is sorted, names each once, and is not empty. */
function readIds(list: Cbor[]): string[] {
  const ids = list.map((id) => toHex(asBytes(id, 16)));
  demand(ids.length > 0, bad, "an empty list of ids");
  demand(ids.every((id, i) => i === 0 || id > (ids[i - 1] ?? "")), bad, "a list of ids that does not rise");
  return ids;
}

function hex(fields: Fields, name: string, length: number): string {
  return toHex(fields.bytes(name, length));
}
