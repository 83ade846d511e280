import { fromHex, toHex } from "../../src/domain/bytes.ts";
import { decodeCborMap } from "../../src/format/cbor.ts";
import type { CborInput } from "../../src/format/cbor.ts";
import { decodeEnvelope, signEnvelope } from "../../src/format/envelope.ts";
import type { EnvelopeType } from "../../src/format/envelope.ts";
import { bodyDigest, decodeBody, encodeBody } from "../../src/format/header.ts";
import { treeState } from "../../src/format/state.ts";
import { flip, ok } from "./vector.ts";
import type { Vector, VectorFile } from "./vector.ts";
import type { World } from "./world.ts";

type Hex = Readonly<Record<string, string>>;

/** What the faults are made of: part of lane.json. */
export interface MadeLane {
  readonly commits: readonly { readonly added_or_replaced: Hex }[];
  readonly keys_refs: readonly { readonly files: Hex }[];
}

type Changes = Record<string, Uint8Array | null>;

/** Changes to the tree of the second push of lane.json, or to its second or third keys ref. */
export function laneFaultVectors(world: World, made: MadeLane): VectorFile {
  const { hashes, signer } = world.crypto;
  const byLane = (message: Uint8Array): Uint8Array => signer.sign(world.laneSeed, message);
  const tree = new Map(made.commits.flatMap(({ added_or_replaced: files }) => Object.entries(files)).map(([path, hex]) => [path, fromHex(hex)]));
  const at = (pattern: RegExp): string => [...tree.keys()].find((path) => pattern.test(path)) ?? "";
  const get = (path: string): Uint8Array => tree.get(path) ?? new Uint8Array(0);
  const resigned = (type: EnvelopeType, envelope: Uint8Array, more: Record<string, CborInput>, sign = byLane): Uint8Array =>
    signEnvelope(type, new Map<string, CborInput>([...decodeCborMap(decodeEnvelope(envelope, type).payload), ...Object.entries(more)]), sign);
  const header = (more: Record<string, CborInput>, sign = byLane): Changes => ({ h: resigned("hx/header/v1", get("h"), more, sign) });
  /** The change with state and batch as they then are: only what the change itself breaks is wrong. */
  const consistent = (change: Changes, batched = change): Changes => {
    const after = new Map([...tree, ...Object.entries(change)].flatMap(([path, bytes]) => (bytes === null ? [] : [[path, bytes] as const])));
    const body = decodeBody([get("b/0")]);
    const batch = new Map(body.batch.map(({ path, hash }) => [path, hash]));
    for (const [path, bytes] of Object.entries(batched)) if (bytes !== null) batch.set(path, hashes.h(bytes));
    for (const [path, bytes] of Object.entries(batched)) if (bytes === null) batch.delete(path);
    const pieces = encodeBody({ batch: [...batch].map(([path, hash]) => ({ path, hash })), heads: body.heads });
    const state = treeState(hashes.h, new Map([...after].filter(([path]) => !/^(h|b\/)/.test(path)).map(([path, bytes]) => [path, hashes.h(bytes)])));
    const { n, hash } = bodyDigest(hashes.h, pieces);
    return { ...change, ...header({ state, body: [n, hash] }), "b/0": pieces[0] ?? null };
  };
  const hexed = (changes: Changes): object => Object.fromEntries(Object.entries(changes).map(([path, bytes]) => [path, bytes === null ? null : toHex(bytes)]));
  const bad = "lane-invalid";
  const v = (name: string, set: Changes, expect = bad): Vector => ({ name, expect, lane: hexed(set) });
  const zeros = new Uint8Array(32);
  const folder = at(/\/m$/).slice(0, -1);
  const wrap = Object.keys(made.keys_refs[1]?.files ?? {}).find((path) => path.startsWith("w/")) ?? "";
  const keys = (name: string, ref: 1 | 2, change: (files: Map<string, Uint8Array>) => void, more: Record<string, CborInput> = {}, list = true): Vector => {
    const files = new Map(Object.entries(made.keys_refs[ref]?.files ?? {}).map(([path, hex]) => [path, fromHex(hex)]));
    change(files);
    const inner = new Map([...files].filter(([path]) => path !== "h").map(([path, bytes]) => [path, hashes.h(bytes)]));
    files.set("h", resigned("hx/keys/v1", files.get("h") ?? zeros, { ...(list ? { list: treeState(hashes.h, inner) } : {}), ...more }));
    return { name, expect: "keys-invalid", keys: hexed(Object.fromEntries(files)) };
  };
  const stone = wrap.replace(/^w/, "t");
  return {
    page: "lane.md",
    about: "`lane`: files that are put into (null: taken out of) the tree of the second push of lane.json; where it says so, header and body were signed anew over them. `keys`: a keys ref that follows keys_refs[1].",
    vectors: [
      v("nothing changed", {}, ok),
      v("signed anew as it was", consistent({}), ok),
      ...["state", "prev", "eraser", "ws", "repo"].map((name) => v(`another ${name}`, header({ [name]: zeros }))),
      v("another seq", header({ seq: 2 })),
      v("a certificate of an epoch that is not there", header({ cert: { epoch: 1, sig: world.certificate.signature } })),
      v("a certificate that does not verify", header({ cert: { epoch: 0, sig: new Uint8Array(64) } })),
      v("a head that goes back", header({ head: [1, hashes.h(world.statements[1] ?? zeros)] })),
      v("another statement as head", header({ head: [2, zeros] })),
      v("a head that is not here", header({ head: [3, zeros] }), "missing-object"),
      v("level 2", header({ level: 2 }), "too-new"),
      v("signed by another key", header({}, (message) => signer.sign(world.eraserSeed, message))),
      v("another body", header({ body: [1, zeros] })),
      v("a body with a piece more than there is", header({ body: [2, hashes.h(get("b/0"))] })),
      v("a piece that the header does not name", consistent({ "b/1": Uint8Array.of(1) }, {})),
      v("a path that the batch does not list", consistent({ [`x/ab/${"ab".repeat(16)}`]: get(at(/^x\//)) }, {})),
      v("a path in the batch that did not change", consistent({}, { [at(/\/p0$/)]: get(at(/\/p0$/)) })),
      v("an item under another id", consistent({ [`x/ab/${"ab".repeat(16)}`]: get(at(/^x\//)) })),
      v("an item taken out", consistent({ [at(/^x\//)]: null })),
      v("an old part record changed", consistent({ [at(/\/p0$/)]: flip(get(at(/\/p0$/)), 3000) })),
      v("an old segment taken out", consistent({ [at(/^s\/.*\/0$/)]: null })),
      v("a segment that no part lists", consistent({ [`${folder}7`]: get(at(/^s\/.*\/0$/)) })),
      v("a part record beyond the manifest", consistent({ [`${folder}p2`]: get(at(/\/p1$/)) })),
      v("a manifest signed by another key", consistent({ [`${folder}m`]: resigned("hx/manifest/v1", get(`${folder}m`), {}, (message) => signer.sign(world.eraserSeed, message)) })),
      v("a manifest of another session", consistent({ [`${folder}m`]: resigned("hx/manifest/v1", get(`${folder}m`), { session: new Uint8Array(16) }) })),
      v("a manifest with another hash", consistent({ [`${folder}m`]: resigned("hx/manifest/v1", get(`${folder}m`), { parts: [2, zeros] }) })),
      v("a file that may not be there", consistent({ z: Uint8Array.of(1) }, {})),
      { ...keys("the erased wrap of lane.json", 2, () => undefined), expect: ok },
      { ...keys("a wrap more", 1, (files) => files.set(`w/ab/${"ab".repeat(16)}`, files.get(wrap) ?? zeros), { counter: 2 }), expect: ok },
      { ...keys("a tombstone beside its wrap", 1, (files) => files.set(stone, fromHex(made.keys_refs[2]?.files[stone] ?? "")), { counter: 2 }), expect: ok },
      keys("the counter of one that was seen, with another list", 2, () => undefined, { counter: 1 }),
      keys("a counter below that of the header", 1, () => undefined, { counter: 0 }),
      keys("a wrap gone without a tombstone", 2, (files) => files.delete(stone)),
      keys("other bytes under the id of a wrap", 1, (files) => files.set(wrap, flip(files.get(wrap) ?? zeros, 100)), { counter: 2 }),
      keys("a tombstone signed by the lane", 2, (files) => files.set(stone, resigned("hx/tombstone/v1", files.get(stone) ?? zeros, {}))),
      keys("a tombstone of another hash", 2, (files) => files.set(stone, resigned("hx/tombstone/v1", files.get(stone) ?? zeros, { hash: zeros }, (message) => signer.sign(world.eraserSeed, message)))),
      keys("a tombstone of another path", 2, (files) => files.set(stone, resigned("hx/tombstone/v1", files.get(stone) ?? zeros, { path: "w/00/00" }, (message) => signer.sign(world.eraserSeed, message)))),
      keys("another list than there is", 2, () => undefined, { list: zeros }, false),
      keys("of another lane", 2, () => undefined, { lane: zeros }),
      keys("of another repository", 2, () => undefined, { repo: zeros }),
      keys("a path that may not be there", 2, (files) => files.set("z", Uint8Array.of(1))),
    ],
  };
}
