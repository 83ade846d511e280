import { toHex } from "./bytes.ts";
import { demand, refuse } from "./errors.ts";
import { rises } from "./body.ts";
import { isSignedBy, splitEnvelope } from "./envelope.ts";
import { Fields, asBytes, asList, asUint, maximumNumber } from "./fields.ts";
import { H } from "./primitives.ts";
import { type Policy, readPolicy } from "./policy.ts";
import { checkWrap } from "./wrap.ts";

const bad = "encoding-invalid";

/** An epoch of the membership key. */
export interface Membership {
  epoch: number;
  sign: Uint8Array;
  box: Uint8Array;
  boxes: { person: string; wrap: Uint8Array }[];
  before: Uint8Array | undefined;
}

/** A wrap to an epoch of a person's key. */
export interface KeyBox {
  person: string;
  epoch: number;
  wrap: Uint8Array;
}

/** Newest headers of the lanes of one repository. */
export interface Frozen {
  repo: string;
  lanes: { lane: string; seq: number; hash: Uint8Array }[];
}

/** What was signed for a departure. */
export interface Succession {
  team: string;
  epoch: number;
  key: number;
  hash: Uint8Array;
  boxes: KeyBox[];
}

/** Body of a statement, by type. */
export type StatementBody =
  | { type: "genesis"; home: Uint8Array; founder: Fields; name: Uint8Array; membership: Membership }
  | { type: "person"; join: Uint8Array; membership: Uint8Array }
  | { type: "administrator"; person: string; is: boolean }
  | TeamBody | RemovalBody
  | { type: "device"; device: Uint8Array; box: Uint8Array }
  | { type: "person-key"; key: Uint8Array }
  | { type: "membership"; membership: Membership }
  | { type: "project"; project: string; name: Uint8Array }
  | { type: "connect"; repo: string; project: string; genesis: Uint8Array }
  | { type: "disconnect"; repo: string }
  | { type: "policy"; policy: Policy };

/** Bodies about teams. */
export type TeamBody =
  | { type: "team"; team: string; name: Uint8Array }
  | { type: "nominate" | "team-removal"; team: string; person: string }
  | { type: "team-key"; team: string; epoch: number; key: Uint8Array; boxes: KeyBox[]; before: Uint8Array | undefined }
  | { type: "admit"; team: string; person: string; epoch: number; box: Uint8Array }
  | { type: "grant" | "withdraw"; team: string; project: string }
  | { type: "succession"; succession: Succession | undefined };

/** Bodies that end somebody or something. */
export type RemovalBody =
  | { type: "removal"; person: string; departed: boolean; membership: Membership; frozen: Frozen[]; succession: Uint8Array | undefined }
  | { type: "device-removal"; device: string; membership: Membership; frozen: Frozen[] };

/** A statement whose signature was not verified yet. */
export interface Statement {
  n: number;
  by: string;
  workspace: Uint8Array | undefined;
  prev: Uint8Array | undefined;
  body: StatementBody;
  payloadHash: Uint8Array;
  isSignedBy(key: Uint8Array): boolean;
}

/** Reads a statement; whoever calls must verify the signature, for which `by` must be read first. */
export function readStatement(bytes: Uint8Array): Statement {
  const envelope = splitEnvelope("hx/statement/v1", bytes);
  const fields = Fields.decode(envelope.payload);
  fields.one("v");
  const n = fields.uint("n", maximumNumber);
  const type = fields.text("type");
  demand((n === 0) === (type === "genesis"), bad, "genesis must be statement 0, and nothing else");
  demand(fields.has("ws") === n > 0 && fields.has("prev") === n > 0, bad, "ws and prev must be there after genesis");
  return {
    n,
    by: toHex(fields.bytes("by", 16)),
    workspace: n > 0 ? fields.bytes("ws", 32) : undefined,
    prev: n > 0 ? fields.bytes("prev", 32) : undefined,
    body: readBodyOf(type, fields.fields("body")),
    payloadHash: H(envelope.payload),
    isSignedBy: (key) => isSignedBy(envelope, key),
  };
}

/** Reads one statement that must be signed by a device key that is known beforehand. */
export function openStatement(bytes: Uint8Array, key: Uint8Array): Statement {
  const envelope = splitEnvelope("hx/statement/v1", bytes);
  demand(isSignedBy(envelope, key), "signature-invalid", "not signed by the device");
  return readStatement(bytes);
}

function readBodyOf(type: string, body: Fields): StatementBody {
  switch (type) {
    case "genesis":
      body.one("threshold");
      body.bytes("nonce", 16);
      return {
        type, home: body.bytes("home", 32), founder: body.fields("founder"), name: readWrap(body, "name", "name"),
        membership: readMembership(body.fields("membership"), 0),
      };
    case "person":
      return { type, join: body.bytes("join"), membership: readWrap(body, "membership", "membership") };
    case "administrator":
      return { type, person: readId(body, "person"), is: body.bool("is") };
    case "device":
      return { type, device: body.bytes("device"), box: readWrap(body, "box", "person-key") };
    case "person-key":
      return { type, key: body.bytes("key") };
    case "membership":
      return { type, membership: readMembership(body, undefined) };
    case "project":
      return { type, project: toHex(body.bytes("project", 16)), name: readWrap(body, "name", "name") };
    case "connect":
      return {
        type, repo: toHex(body.bytes("repo", 32)), project: toHex(body.bytes("project", 16)), genesis: body.bytes("genesis"),
      };
    case "disconnect":
      return { type, repo: toHex(body.bytes("repo", 32)) };
    case "policy":
      return { type, policy: readPolicy(body) };
    case "team":
      return { type, team: readId(body, "team"), name: readWrap(body, "name", "name") };
    case "nominate":
    case "team-removal":
      return { type, team: readId(body, "team"), person: readId(body, "person") };
    case "team-key": {
      const epoch = body.uint("epoch");
      const before = readBefore(body, epoch, "team-before");
      return { type, team: readId(body, "team"), epoch, key: body.bytes("key", 1216), boxes: readBoxes(body, "team"), before };
    }
    case "admit":
      return {
        type, team: readId(body, "team"), person: readId(body, "person"), epoch: body.uint("epoch"), box: readWrap(body, "box", "team"),
      };
    case "grant":
    case "withdraw":
      return { type, team: readId(body, "team"), project: readId(body, "project") };
    case "succession":
      return { type, succession: body.map.size === 0 ? undefined : readSuccession(body) };
    case "removal": {
      const succession = body.has("succession") ? readWrap(body, "succession", "succession") : undefined;
      const membership = readMembership(body.fields("membership"), undefined);
      return { type, person: readId(body, "person"), departed: body.bool("departed"), membership, frozen: readFrozen(body), succession };
    }
    case "device-removal":
      return {
        type, device: readId(body, "device"), membership: readMembership(body.fields("membership"), undefined), frozen: readFrozen(body),
      };
    default:
      return refuse("too-new", `a statement of type ${type}`);
  }
}

function readWrap(fields: Fields, name: string, purpose: string): Uint8Array {
  const wrap = fields.bytes(name);
  checkWrap(wrap, purpose);
  return wrap;
}

function readId(fields: Fields, name: string): string {
  return toHex(fields.bytes(name, 16));
}

function readBefore(fields: Fields, epoch: number, purpose: string): Uint8Array | undefined {
  demand(fields.has("before") === epoch > 0, bad, "before must be there from epoch 1 on, and only then");
  return epoch > 0 ? readWrap(fields, "before", purpose) : undefined;
}

function readBoxes(fields: Fields, purpose: string): KeyBox[] {
  const boxes = fields.list("boxes").map((item) => {
    const [person, epoch, wrap] = asList(item, 3);
    return { person: asBytes(person, 16), epoch: asUint(epoch), wrap: asBytes(wrap) };
  });
  demand(rises(boxes.map(({ person }) => person)), bad, "boxes out of order");
  for (const { wrap } of boxes) checkWrap(wrap, purpose);
  return boxes.map(({ person, epoch, wrap }) => ({ person: toHex(person), epoch, wrap }));
}

function readSuccession(fields: Fields): Succession {
  return {
    team: readId(fields, "team"), epoch: fields.uint("epoch"), key: fields.uint("key"), hash: fields.bytes("hash", 32),
    boxes: readBoxes(fields, "succession-box"),
  };
}

function readFrozen(fields: Fields): Frozen[] {
  const repositories = fields.list("frozen").map((item) => {
    const [repo, list] = asList(item, 2);
    const lanes = asList(list).map((entry) => {
      const [lane, seq, hash] = asList(entry, 3);
      return { lane: asBytes(lane, 16), seq: asUint(seq), hash: asBytes(hash, 32) };
    });
    demand(rises(lanes.map(({ lane }) => lane)), bad, "frozen lanes out of order");
    return { repo: asBytes(repo, 32), lanes: lanes.map(({ lane, ...rest }) => ({ lane: toHex(lane), ...rest })) };
  });
  demand(rises(repositories.map(({ repo }) => repo)), bad, "frozen repositories out of order");
  return repositories.map(({ repo, lanes }) => ({ repo: toHex(repo), lanes }));
}

function readMembership(fields: Fields, expected: number | undefined): Membership {
  const epoch = fields.uint("epoch");
  demand(expected === undefined || epoch === expected, bad, `epoch ${epoch}`);
  const boxes = fields.list("boxes").map((item) => {
    const [person, wrap] = asList(item, 2);
    return { person: asBytes(person, 16), wrap: asBytes(wrap) };
  });
  demand(rises(boxes.map(({ person }) => person)), bad, "boxes out of order");
  for (const { wrap } of boxes) checkWrap(wrap, "membership");
  return {
    epoch, sign: fields.bytes("sign", 32), box: fields.bytes("box", 1216),
    boxes: boxes.map(({ person, wrap }) => ({ person: toHex(person), wrap })),
    before: readBefore(fields, epoch, "membership-before"),
  };
}
