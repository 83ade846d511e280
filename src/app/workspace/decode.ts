import { HxError, isHxError } from "../../domain/errors.ts";
import { invalid } from "../../domain/workspace/checks.ts";
import type {
  CardClaim,
  DeviceClaim,
  MembershipClaim,
  PersonClaim,
  PersonKeyClaim,
  RepoGenesisClaim,
  Statement,
  StatementBody,
} from "../../domain/workspace/statement.ts";
import { decodeCborMap } from "../../format/cbor.ts";
import type { CborMap, CborValue } from "../../format/cbor.ts";
import { decodeEnvelope } from "../../format/envelope.ts";
import { asBytes, asList, bytesField, checkVersion, intField, listField, mapField, optionalBytesField, textField } from "../../format/fields.ts";
import { asDevice, asPerson, deviceField, deviceIdOf, personField, personIdOf, projectField, repoField, repoIdOf, workspaceField } from "../../format/ids.ts";
import type { HashFunctions } from "../../format/primitives.ts";
import { parseWrap, WRAP_PUBLIC_KEY } from "../../format/wrap.ts";

/**
 * Bytes of statement `n` to the value that the rules judge. Nothing is verified here: the domain says
 * which key must have signed what.
 * @throws HxError `workspace-invalid` that names the statement; `too-new` for a type or version that is not known
 */
export function decodeStatement(hashes: HashFunctions, n: number, bytes: Uint8Array): Statement {
  try {
    const signed = decodeEnvelope(bytes, "hx/statement/v1");
    const map = decodeCborMap(signed.payload);
    checkVersion(map, "statement");
    const previous = optionalBytesField(map, "prev", 32);
    return {
      signed,
      hash: hashes.h(bytes),
      n: intField(map, "n", 0xffffffff),
      by: deviceField(map, "by"),
      ...(map.has("ws") ? { workspace: workspaceField(map, "ws") } : {}),
      ...(previous === undefined ? {} : { previous }),
      body: decodeBody(hashes, textField(map, "type"), mapField(map, "body")),
    };
  } catch (cause) {
    if (!isHxError(cause)) throw cause;
    if (cause.code === "too-new") throw new HxError("too-new", `statement ${n} of the workspace chain: ${cause.message}`, { cause, data: { statement: n }, hints: cause.hints });
    throw invalid(n, cause.message, cause);
  }
}

function decodeBody(hashes: HashFunctions, type: string, body: CborMap): StatementBody {
  switch (type) {
    case "genesis":
      return {
        type,
        home: repoField(body, "home"),
        threshold: intField(body, "threshold"),
        founder: decodeCard(hashes, mapField(body, "founder")),
        name: wrapField(body, "name", "name"),
        membership: membershipOf(mapField(body, "membership")),
      };
    case "person":
      return { type, card: decodeCard(hashes, mapField(body, "card")), name: wrapField(body, "name", "name"), membership: wrapField(body, "membership", "membership") };
    case "device":
      return { type, device: deviceClaim(hashes, bytesField(body, "device")), box: wrapField(body, "box", "person-key") };
    case "person-key":
      return { type, key: personKeyClaim(bytesField(body, "key")) };
    case "membership":
      return { type, membership: membershipOf(body) };
    case "project":
      return { type, project: projectField(body, "project"), name: wrapField(body, "name", "name") };
    case "connect":
      return { type, repo: repoField(body, "repo"), project: projectField(body, "project"), genesis: repoGenesisClaim(hashes, bytesField(body, "genesis")) };
    case "disconnect":
      return { type, repo: repoField(body, "repo") };
    default:
      throw new HxError("too-new", `its type '${type.slice(0, 40)}' is not known to this program`, { hints: ["npm install -g hx"] });
  }
}

/** docs/spec/workspace.md, "Card". @throws HxError `encoding-invalid`, `too-new` */
export function decodeCard(hashes: HashFunctions, card: CborMap): CardClaim {
  return {
    person: personClaim(hashes, bytesField(card, "person")),
    devices: listField(card, "devices").map((value) => deviceClaim(hashes, asBytes(value, "devices"))),
    keys: listField(card, "keys").map((value) => personKeyClaim(asBytes(value, "keys"))),
  };
}

function personClaim(hashes: HashFunctions, bytes: Uint8Array): PersonClaim {
  const signed = decodeEnvelope(bytes, "hx/person/v1");
  const map = decodeCborMap(signed.payload);
  checkVersion(map, "person");
  bytesField(map, "nonce", 16);
  return { signed, id: personIdOf(hashes, signed.payload), sign: bytesField(map, "sign", 32), recovery: bytesField(map, "recovery", WRAP_PUBLIC_KEY) };
}

function deviceClaim(hashes: HashFunctions, bytes: Uint8Array): DeviceClaim {
  const signed = decodeEnvelope(bytes, "hx/device/v1");
  const map = decodeCborMap(signed.payload);
  checkVersion(map, "device");
  const sign = bytesField(map, "sign", 32);
  return { signed, id: deviceIdOf(hashes, sign), person: personField(map, "person"), sign, box: bytesField(map, "box", WRAP_PUBLIC_KEY) };
}

function personKeyClaim(bytes: Uint8Array): PersonKeyClaim {
  const signed = decodeEnvelope(bytes, "hx/person-key/v1");
  const map = decodeCborMap(signed.payload);
  checkVersion(map, "person key");
  return {
    signed,
    person: personField(map, "person"),
    epoch: intField(map, "epoch"),
    key: bytesField(map, "key", WRAP_PUBLIC_KEY),
    boxes: listField(map, "boxes").map((value) => {
      const [device, wrap] = asList(value, "boxes", 2);
      return { device: asDevice(device, "boxes"), wrap: wrapOf(wrap, "boxes", "person-key") };
    }),
    recovery: wrapField(map, "recovery", "person-key"),
    ...(map.has("before") ? { before: wrapField(map, "before", "person-key-before") } : {}),
  };
}

function membershipOf(map: CborMap): MembershipClaim {
  return {
    epoch: intField(map, "epoch"),
    sign: bytesField(map, "sign", 32),
    box: bytesField(map, "box", WRAP_PUBLIC_KEY),
    boxes: listField(map, "boxes").map((value) => {
      const [person, wrap] = asList(value, "boxes", 2);
      return { person: asPerson(person, "boxes"), wrap: wrapOf(wrap, "boxes", "membership") };
    }),
  };
}

function repoGenesisClaim(hashes: HashFunctions, bytes: Uint8Array): RepoGenesisClaim {
  const signed = decodeEnvelope(bytes, "hx/repo/v1");
  const map = decodeCborMap(signed.payload);
  checkVersion(map, "repository genesis");
  bytesField(map, "nonce", 16);
  return { signed, bytes, id: repoIdOf(hashes, signed.payload), sign: bytesField(map, "sign", 32) };
}

function wrapField(map: CborMap, key: string, purpose: string): Uint8Array {
  return wrapOf(map.get(key), key, purpose);
}

/** The wrap as it was received, once its outer form is right. */
function wrapOf(value: CborValue | undefined, key: string, purpose: string): Uint8Array {
  const bytes = asBytes(value, key);
  parseWrap(bytes, purpose);
  return bytes;
}
