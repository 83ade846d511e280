import { concat, fromHex, toHex, utf8 } from "../domain/bytes.ts";
import { HxError } from "../domain/errors.ts";
import type { RepoId, SessionId } from "../domain/ids.ts";
import { decodeCborMap, encodeCbor } from "./cbor.ts";
import type { CborInput, CborMap } from "./cbor.ts";
import { asInt, asList, asText, bad, bytesField, intField, mapField, optionalIntField, optionalListField, optionalTextField, textField } from "./fields.ts";
import { idBytes, sessionField } from "./ids.ts";
import { padBody, unpadBody } from "./padded-body.ts";
import { privateKey } from "./part-keys.ts";
import type { AeadCipher, HashFunctions, RandomSource } from "./primitives.ts";

const NONCE = 24;
const TAG = 16;
const SIZES = [1024, 2048];
const MAX_TITLE = 200;
const MAX_MODELS = 8;

/** The lengths that a private block can have. */
export const PRIVATE_BLOCK_LENGTHS: readonly number[] = SIZES.map((size) => NONCE + size + TAG);

/** docs/spec/lane.md, "Private block". What is not known is absent. Times in ms since 1970. */
export interface PrivateFacts {
  readonly agent: string;
  /** The agent's own session id. */
  readonly id: string;
  readonly parent?: string;
  readonly title?: string;
  readonly cwd?: string;
  readonly branch?: string;
  readonly version?: string;
  readonly models?: readonly string[];
  readonly first?: number;
  readonly last?: number;
  readonly turns?: number;
  readonly bytes?: number;
  readonly files?: number;
  readonly omitted?: number;
  /** The session of which this one is a redacted copy. */
  readonly source?: SessionId;
  /** Of a redacted copy: each turn of it, and which one that is in the source. */
  readonly map?: readonly TurnPair[];
  /** Absent when no scan was made. */
  readonly scan?: ScanFact;
}

/** Numbers of a turn, the first is 1. */
export type TurnPair = readonly [copy: number, source: number];

/** What the scan for secrets found when the part was closed. */
export interface ScanFact {
  /** Hash of the rule set, 32 hex digits. */
  readonly rules: string;
  /** Secrets in the whole session so far. */
  readonly found: number;
  /** Raw bytes of the session that were scanned so far. */
  readonly bytes: number;
}

export interface PrivateContext {
  readonly suite: number;
  readonly repo: RepoId;
  readonly session: SessionId;
  /** Part number. */
  readonly n: number;
}

/** What goes first when the facts do not fit: an absent fact is not known, never wrong. */
const LEAST_NEEDED_FIRST = ["map", "models", "version", "branch", "cwd", "title", "parent"] as const;

/** `length || CBOR || zeros`, 1024 or 2048 bytes. @throws HxError `encoding-invalid` when even `id` does not fit. */
export function encodePrivateFacts(facts: PrivateFacts): Uint8Array {
  const fitting: { -readonly [Key in keyof PrivateFacts]: PrivateFacts[Key] } = { ...facts };
  if (facts.title !== undefined) fitting.title = clip(facts.title, MAX_TITLE);
  if (facts.models !== undefined) fitting.models = facts.models.slice(0, MAX_MODELS);
  let encoded = encodeCbor(factsMap(fitting));
  for (const key of LEAST_NEEDED_FIRST) {
    if (encoded.length + 2 <= 2048) break;
    delete fitting[key];
    encoded = encodeCbor(factsMap(fitting));
  }
  return padBody(encoded, SIZES);
}

function factsMap(facts: PrivateFacts): CborInput {
  const { source, scan, ...rest } = facts;
  return {
    ...rest,
    source: source === undefined ? undefined : idBytes(source),
    scan: scan === undefined ? undefined : { rules: fromHex(scan.rules), found: scan.found, bytes: scan.bytes },
  };
}

/** @throws HxError `encoding-invalid` */
export function decodePrivateFacts(padded: Uint8Array): PrivateFacts {
  const map = decodeCborMap(unpadBody(padded, SIZES));
  const title = optionalTextField(map, "title");
  if (title !== undefined && utf8(title).length > MAX_TITLE) throw bad("title", `at most ${MAX_TITLE} bytes`);
  const models = optionalListField(map, "models")?.map((model) => asText(model, "models"));
  if (models !== undefined && models.length > MAX_MODELS) throw bad("models", `at most ${MAX_MODELS}`);
  const optional = {
    title,
    models,
    parent: optionalTextField(map, "parent"),
    cwd: optionalTextField(map, "cwd"),
    branch: optionalTextField(map, "branch"),
    version: optionalTextField(map, "version"),
    first: optionalIntField(map, "first"),
    last: optionalIntField(map, "last"),
    turns: optionalIntField(map, "turns"),
    bytes: optionalIntField(map, "bytes"),
    files: optionalIntField(map, "files"),
    omitted: optionalIntField(map, "omitted"),
    source: map.has("source") ? sessionField(map, "source") : undefined,
    map: turnMapOf(map),
    scan: map.has("scan") ? scanOf(mapField(map, "scan")) : undefined,
  };
  return { agent: textField(map, "agent"), id: textField(map, "id"), ...present(optional) };
}

/** Both numbers of a pair rise: a copy leaves turns out and changes no order. */
function turnMapOf(map: CborMap): TurnPair[] | undefined {
  const list = optionalListField(map, "map");
  if (list === undefined) return undefined;
  if (!map.has("source")) throw bad("map", "beside a source");
  let before: TurnPair = [0, 0];
  return list.map((value) => {
    const [copy, source] = asList(value, "map", 2);
    const pair: TurnPair = [asInt(copy, "map"), asInt(source, "map")];
    if (pair[0] <= before[0] || pair[1] <= before[1]) throw bad("map", "pairs of turns that rise");
    before = pair;
    return pair;
  });
}

function scanOf(map: CborMap): ScanFact {
  return { rules: toHex(bytesField(map, "rules", 16)), found: intField(map, "found"), bytes: intField(map, "bytes") };
}

export function sealPrivate(aead: AeadCipher, hashes: HashFunctions, random: RandomSource, part: Uint8Array, context: PrivateContext, facts: PrivateFacts): Uint8Array {
  const nonce = random.bytes(NONCE);
  return concat(nonce, aead.seal(privateKey(hashes, part), nonce, additional(context), encodePrivateFacts(facts)));
}

/**
 * The caller has checked the part's commitment.
 * @throws HxError `lane-invalid` when it does not open, `encoding-invalid` when it holds something else.
 */
export function openPrivate(aead: AeadCipher, hashes: HashFunctions, part: Uint8Array, context: PrivateContext, block: Uint8Array): PrivateFacts {
  const padded = aead.open(privateKey(hashes, part), block.slice(0, NONCE), additional(context), block.slice(NONCE));
  if (padded === null) throw new HxError("lane-invalid", `the private block of part '${context.n}' of session '${context.session}' does not open`);
  return decodePrivateFacts(padded);
}

function additional(context: PrivateContext): Uint8Array {
  return encodeCbor(["hx/private/v1", context.suite, idBytes(context.repo), idBytes(context.session), context.n]);
}

/** At most `max` bytes of UTF-8, cut between code points. */
function clip(text: string, max: number): string {
  let length = 0;
  let clipped = "";
  for (const character of text) {
    length += utf8(character).length;
    if (length > max) return clipped;
    clipped += character;
  }
  return clipped;
}

type Present<Fields> = { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> };

function present<Fields extends object>(fields: Fields): Present<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<Fields>;
}
