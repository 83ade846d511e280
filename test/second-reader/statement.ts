import { toHex } from "./bytes.ts";
import { demand, refuse } from "./errors.ts";
import { rises } from "./body.ts";
import { isSignedBy, splitEnvelope } from "./envelope.ts";
import { Fields, asBytes, asList, maximumNumber } from "./fields.ts";
import { H } from "./primitives.ts";
import { checkWrap } from "./wrap.ts";

const bad = "encoding-invalid";

/** An epoch of the membership key. */
export interface Membership {
  epoch: number;
  sign: Uint8Array;
  box: Uint8Array;
  boxes: { person: string; wrap: Uint8Array }[];
}

/** Body of a statement, by type. */
export type StatementBody =
  | { type: "genesis"; home: Uint8Array; founder: Fields; name: Uint8Array; membership: Membership }
  | { type: "person"; card: Fields; name: Uint8Array; membership: Uint8Array }
  | { type: "device"; device: Uint8Array; box: Uint8Array }
  | { type: "person-key"; key: Uint8Array }
  | { type: "membership"; membership: Membership }
  | { type: "project"; project: string; name: Uint8Array }
  | { type: "connect"; repo: string; project: string; genesis: Uint8Array }
  | { type: "disconnect"; repo: string };

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
      return {
        type, card: body.fields("card"), name: readWrap(body, "name", "name"),
        membership: readWrap(body, "membership", "membership"),
      };
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
    default:
      return refuse("too-new", `a statement of type ${type}`);
  }
}

function readWrap(fields: Fields, name: string, purpose: string): Uint8Array {
  const wrap = fields.bytes(name);
  checkWrap(wrap, purpose);
  return wrap;
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
  };
}
