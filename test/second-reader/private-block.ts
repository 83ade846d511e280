import { allZero, toHex, utf8 } from "./bytes.ts";
import { type Cbor, encodeCbor } from "./cbor.ts";
import { demand } from "./errors.ts";
import { Fields, asList, asText, asUint } from "./fields.ts";
import { privateKey } from "./key-tree.ts";
import { openAead } from "./primitives.ts";

const bad = "encoding-invalid";
const texts = ["agent", "id", "parent", "title", "cwd", "branch", "version"] as const;
const numbers = ["first", "last", "turns", "bytes", "files", "omitted"] as const;

/** The private facts of a part; what is absent is not known. */
export type PrivateFacts =
  { agent: string; id: string; models?: string[]; source?: string; map?: number[][]; scan?: ScanNote }
  & Partial<Record<(typeof texts)[number], string>>
  & Partial<Record<(typeof numbers)[number], number>>;

/** What the scan for secrets found so far; `rules` in hex. */
export interface ScanNote {
  rules: string;
  found: number;
  bytes: number;
}

/** Where a private block stands. */
export interface PartPlace {
  repo: Uint8Array;
  session: Uint8Array;
  n: number;
}

/** Opens the private block of a part with the key of that part. */
export function openPrivateBlock(block: Uint8Array, partKey: Uint8Array, place: PartPlace): PrivateFacts {
  demand(block.length >= 40, "lane-invalid", "a private block that is cut off");
  const additional = encodeCbor(["hx/private/v1", 1, place.repo, place.session, place.n]);
  const plaintext = openAead(privateKey(partKey), block.slice(0, 24), block.slice(24), additional);
  demand(plaintext !== undefined, "lane-invalid", "the private block does not open");
  demand(plaintext.length === 1024 || plaintext.length === 2048, bad, "a private block of another length");
  const length = new DataView(plaintext.buffer, plaintext.byteOffset).getUint16(0);
  demand(plaintext.length === (length + 2 <= 1024 ? 1024 : 2048), bad, "padded to another length");
  demand(length + 2 <= plaintext.length, bad, "a length beyond the block");
  demand(allZero(plaintext.subarray(2 + length)), bad, "padding that is not zero");
  return readFacts(Fields.decode(plaintext.slice(2, 2 + length)));
}

function readFacts(fields: Fields): PrivateFacts {
  const facts: PrivateFacts = { agent: fields.text("agent"), id: fields.text("id") };
  for (const name of texts) if (fields.has(name)) facts[name] = fields.text(name);
  for (const name of numbers) if (fields.has(name)) facts[name] = fields.uint(name);
  if (facts.title !== undefined) demand(utf8(facts.title).length <= 200, bad, "a title of more than 200 bytes");
  if (fields.has("models")) {
    const models: Cbor[] = fields.list("models");
    demand(models.length <= 8, bad, "more than 8 models");
    facts.models = models.map(asText);
  }
  if (fields.has("source")) facts.source = toHex(fields.bytes("source", 16));
  if (fields.has("map")) facts.map = readTurnMap(fields);
  if (fields.has("scan")) {
    const scan = fields.fields("scan");
    facts.scan = { rules: toHex(scan.bytes("rules", 16)), found: scan.uint("found"), bytes: scan.uint("bytes") };
  }
  return facts;
}

function readTurnMap(fields: Fields): number[][] {
  demand(fields.has("source"), bad, "a map of turns without a source");
  const pairs = fields.list("map").map((item) => asList(item, 2).map((turn) => asUint(turn)));
  for (const side of [0, 1]) {
    const turns = [0, ...pairs.map((pair) => pair[side] ?? 0)];
    demand(turns.every((turn, i) => i === 0 || turn > (turns[i - 1] ?? 0)), bad, "a map of turns that do not rise");
  }
  return pairs;
}
