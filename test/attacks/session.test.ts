import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifySessions } from "../../src/app/sessions/verify-all.ts";
import { localChain } from "../../src/app/sync/workspace-chain.ts";
import { repoId, sessionId } from "../../src/domain/ids.ts";
import { encodeCbor } from "../../src/format/cbor.ts";
import { laneRef } from "../../src/format/paths.ts";
import { encodePartRecord, type PartRecord } from "../../src/format/part-record.ts";
import { manifestPayload } from "../../src/format/manifest.ts";
import { aPart, aSession, pathsOf, type Files, type Part } from "./lane-builder.ts";
import { expectAdmitted, expectRefused, makeTheatre, onStage, type Act, type Theatre } from "./outcome.ts";
import { pull } from "./scene.ts";

let theatre: Theatre;
beforeAll(async () => {
  theatre = await makeTheatre();
});
afterAll(() => theatre.scene.box.remove());

const id = sessionId("ab".repeat(16));
const other = sessionId("abcd".repeat(8));
const two = (act: Act): Part[] => [aPart(act.scene, 0, [0, 1]), aPart(act.scene, 1, [2])];

const refused = (make: (act: Act) => Files | Promise<Files>, message: RegExp, code: "lane-invalid" | "too-new" | "missing-object" = "lane-invalid") =>
  onStage(theatre, async (act) => {
    await act.forge.push({ files: await make(act) });
    await expectRefused(act, code, message);
  });

/** Writes a part record as its fields say, whether anybody would read it or not. */
const raw = (record: PartRecord): Uint8Array =>
  encodeCbor({ n: record.n, chain: record.chain, commit: record.commitment, segs: record.segments.map(({ number, length, hash }) => [number, length, hash]), priv: record.private });

describe.concurrent("a new session", () => {
  it("is admitted as the format has it", () => onStage(theatre, async (act) => void (await expectAdmitted(act, await act.forge.push({ files: aSession(act.forge, two(act)) })))));

  it.each<[string, (act: Act) => Files, RegExp]>([
    ["with the manifest of another session", (act) => moved(aSession(act.forge, two(act), { session: other }), other, id), /is that of/],
    ["with a manifest that another lane signed", (act) => aSession(act.forge, two(act), { seed: theatre.bob.seed }), /signature/],
    ["with a manifest for another lane", (act) => aSession(act.forge, two(act), { manifest: (manifest) => manifestPayload({ ...manifest, lane: theatre.bob.publicKey }) }), /another lane/],
    ["with a manifest for another repository", (act) => aSession(act.forge, two(act), { manifest: (manifest) => manifestPayload({ ...manifest, repo: repoId("cd".repeat(32)) }) }), /another lane/],
    ["whose manifest counts fewer parts", (act) => aSession(act.forge, two(act), { manifest: (manifest) => manifestPayload({ ...manifest, parts: { ...manifest.parts, count: 1 } }) }), /not those of its manifest/],
    ["whose manifest counts more parts", (act) => aSession(act.forge, two(act), { manifest: (manifest) => manifestPayload({ ...manifest, parts: { ...manifest.parts, count: 3 } }) }), /p2' is missing/],
    ["whose manifest counts no parts", (act) => aSession(act.forge, two(act), { manifest: (manifest) => manifestPayload({ ...manifest, parts: { ...manifest.parts, count: 0 } }) }), /parts/],
    ["whose manifest commits to other parts", (act) => aSession(act.forge, two(act), { manifest: (manifest) => manifestPayload({ ...manifest, parts: { ...manifest.parts, hash: new Uint8Array(32) } }) }), /not those of its manifest/],
    ["without a manifest", (act) => dropped(aSession(act.forge, two(act), { session: id }), `s/ab/${id}/m`), /no session|not-found|in this lane/],
    ["without a part record", (act) => dropped(aSession(act.forge, two(act), { session: id }), `s/ab/${id}/p0`), /p0' is missing/],
    ["without a segment that a part lists", (act) => dropped(aSession(act.forge, two(act), { session: id }), `s/ab/${id}/1`), /segment 1 .* is missing/],
    ["with a segment that no part lists", (act) => aSession(act.forge, [aPart(act.scene, 0, [0]), { ...aPart(act.scene, 1, []), segments: aPart(act.scene, 1, [7]).segments }], { session: id }), /no part lists/],
    ["with a part record that no manifest counts", (act) => new Map([...aSession(act.forge, two(act), { session: id }), [`s/ab/${id}/p2`, encodePartRecord(aPart(act.scene, 2, []).record)]]), /no part lists/],
    ["with a part that says another number", (act) => aSession(act.forge, [aPart(act.scene, 0, [0]), aPart(act.scene, 2, [1], { chain: 2 })]), /says that it is part 2/],
    ["whose first part starts no chain", (act) => aSession(act.forge, [aPart(act.scene, 0, [0], { chain: 1 })], { record: raw }), /chain/],
    ["with a part of a chain before the last", (act) => aSession(act.forge, [aPart(act.scene, 0, [0]), aPart(act.scene, 1, [1]), aPart(act.scene, 2, [2], { chain: 0 })]), /no chain of keys/],
    ["with a chain of later", (act) => aSession(act.forge, [aPart(act.scene, 0, [0]), aPart(act.scene, 1, [1], { chain: 2 })], { record: raw }), /chain/],
    ["with a segment number twice in a part", (act) => aSession(act.forge, [twice(aPart(act.scene, 0, [0]))], { record: raw }), /rising numbers/],
    ["with a segment number twice in two parts", (act) => aSession(act.forge, [aPart(act.scene, 0, [0]), aPart(act.scene, 1, [0])]), /repeats a segment number/],
    ["with a segment number twice, an empty part between", (act) => aSession(act.forge, [aPart(act.scene, 0, [0]), aPart(act.scene, 1, []), aPart(act.scene, 2, [0])]), /repeats a segment number/],
    ["with falling segment numbers", (act) => aSession(act.forge, [aPart(act.scene, 0, [5]), aPart(act.scene, 1, [4])]), /repeats a segment number/],
    ["with 33 segments in a part", (act) => aSession(act.forge, [aPart(act.scene, 0, Array.from({ length: 33 }, (_, i) => i))], { record: raw }), /at most 32/],
    ["with a length that no segment has", (act) => aSession(act.forge, [relisted(aPart(act.scene, 0, [0]), (length) => length + 1)], { record: raw }), /no segment has/],
    ["with a segment of 100 bytes", (act) => aSession(act.forge, [{ ...aPart(act.scene, 0, [0]), segments: new Map([[0, new Uint8Array(100)]]) }]), /not a segment|not what/],
    ["with an empty segment", (act) => aSession(act.forge, [{ ...aPart(act.scene, 0, [0]), segments: new Map([[0, new Uint8Array()]]) }]), /not a segment/],
    ["with a private block of another length", (act) => aSession(act.forge, [aPart(act.scene, 0, [0], { private: new Uint8Array(100) })], { record: raw }), /private block/],
    ["with a part record that is not canonical", (act) => aSession(act.forge, two(act), { record: (record) => notCanonical(encodePartRecord(record)) }), /deterministic/],
    ["with a manifest that is not canonical", (act) => aSession(act.forge, two(act), { payload: notCanonical }), /deterministic/],
    ["with a manifest that has a key twice", (act) => aSession(act.forge, two(act), { payload: twiceAKey }), /deterministic/],
  ])("is refused %s", (_what, make, message) => refused(make, message));

  it.each<[string, (act: Act) => Files]>([
    ["a kind", (act) => aSession(act.forge, two(act), { manifest: (manifest) => ({ ...map(manifestPayload(manifest)), kind: "summary" }) })],
    ["a suite", (act) => aSession(act.forge, two(act), { manifest: (manifest) => manifestPayload({ ...manifest, suite: 2 }) })],
    ["a version", (act) => aSession(act.forge, two(act), { manifest: (manifest) => ({ ...map(manifestPayload(manifest)), v: 2 }) })],
  ])("of %s of a later program is told from one that is wrong", (_what, make) => refused(make, /known|knows/, "too-new"));
});

describe.concurrent("a session that is there", () => {
  const there = async (act: Act): Promise<Files> => new Map([...(await act.forge.files(act.forge.head))].filter(([path]) => path.startsWith("s/")));

  it.each<[string, (act: Act, files: Files) => Map<string, Uint8Array | null>, RegExp]>([
    ["loses a segment", (_act, files) => new Map([[pathsOf(files, "segment")[0] ?? "", null]]), /was removed/],
    ["loses a part", (_act, files) => new Map([[pathsOf(files, "part")[0] ?? "", null]]), /was removed/],
    ["loses its manifest", (_act, files) => new Map([[pathsOf(files, "manifest")[0] ?? "", null]]), /was removed/],
    ["has another segment in the place of one", (act, files) => new Map([[pathsOf(files, "segment")[0] ?? "", act.scene.crypto.random.bytes(5000)]]), /was changed/],
    ["has the segments of two sessions swapped", (_act, files) => swapped(files), /was changed/],
    ["has another part in the place of one", (act, files) => new Map([[pathsOf(files, "part")[0] ?? "", encodePartRecord(aPart(act.scene, 0, [0]).record)]]), /was changed/],
    ["has a segment more", (act, files) => new Map([[`${(pathsOf(files, "manifest")[0] ?? "").slice(0, -1)}77`, act.scene.crypto.random.bytes(5000)]]), /no part lists/],
    ["has all its parts replaced", (act, files) => replaced(act, files), /was changed/],
  ])("is refused when it %s", (_what, change, message) =>
    onStage(theatre, async (act) => {
      await act.forge.push({ files: change(act, await there(act)) });
      await expectRefused(act, "lane-invalid", message);
    }),
  );

  it("is refused when its manifest drops the parts that are there", () =>
    onStage(theatre, async (act) => {
      const files = aSession(act.forge, two(act), { session: id });
      const after = await act.forge.push({ files });
      await expectAdmitted(act, after);
      const shorter = aSession(act.forge, [aPart(act.scene, 0, [0])], { session: id });
      await act.forge.push({ after, files: new Map([[`s/ab/${id}/m`, shorter.get(`s/ab/${id}/m`) ?? new Uint8Array()]]) });
      await expectRefused(act, "lane-invalid", /not those of its manifest|lost parts/);
    }));

  it("is admitted when its manifest adds a part to them", () =>
    onStage(theatre, async (act) => {
      const parts = two(act);
      const after = await act.forge.push({ files: aSession(act.forge, parts, { session: id }) });
      await act.forge.push({ after, files: aSession(act.forge, [...parts, aPart(act.scene, 2, [3], { chain: 1 })], { session: id }) });
      await expectAdmitted(act, await act.forge.store.read(laneRef(act.forge.lane.id)));
    }));
});

it("a segment that is not the one that its part lists passes a sync that leaves segments out, and is found where it is fetched", () =>
  onStage(theatre, async (act) => {
    const part = aPart(act.scene, 0, [0]);
    const bytes = act.scene.crypto.random.bytes(part.segments.get(0)?.length ?? 0);
    const files = aSession(act.forge, [part], { session: id });
    files.set(`s/ab/${id}/0`, bytes);
    const said = (all: Files): void => void all.set(`s/ab/${id}/0`, part.segments.get(0) ?? bytes);
    await expectAdmitted(act, await act.forge.push({ files, said }));
    const chain = await localChain(act.reader.ledger);
    expect((await verifySessions(act.reader.ledger, chain, null, [])).findings).toEqual([]);
    await pull(act.reader, true);
    const { findings } = await verifySessions(act.reader.ledger, chain, null, []);
    expect(findings.map(({ code, place }) => [code, place[1]])).toEqual([["segment-invalid", ["session", id]]]);
  }));

function moved(files: Files, from: string, to: string): Files {
  return new Map([...files].map(([path, bytes]) => [path.replace(`${from.slice(0, 2)}/${from}`, `${to.slice(0, 2)}/${to}`), bytes]));
}

function dropped(files: Files, path: string): Files {
  if (!files.delete(path)) throw new Error(`no '${path}'`);
  return files;
}

const twice = (part: Part): Part => ({ ...part, record: { ...part.record, segments: [...part.record.segments, ...part.record.segments] } });
const relisted = (part: Part, length: (is: number) => number): Part => ({ ...part, record: { ...part.record, segments: part.record.segments.map((entry) => ({ ...entry, length: length(entry.length) })) } });
const map = (payload: unknown): Record<string, never> => payload as Record<string, never>;

/** The first key of a map is text of one byte; says its length in two bytes. */
const notCanonical = (bytes: Uint8Array): Uint8Array => Uint8Array.from([bytes[0] ?? 0, 0x78, 1, ...bytes.subarray(2)]);
/** The first key and its small number once more. */
const twiceAKey = (bytes: Uint8Array): Uint8Array => Uint8Array.from([(bytes[0] ?? 0) + 1, ...bytes.subarray(1, 4), ...bytes.subarray(1)]);

function swapped(files: Files): Map<string, Uint8Array | null> {
  const [a = "", b = ""] = pathsOf(files, "segment");
  return new Map([[a, files.get(b) ?? null], [b, files.get(a) ?? null]]);
}

function replaced(act: Act, files: Files): Map<string, Uint8Array | null> {
  const session = sessionId((pathsOf(files, "manifest")[0] ?? "").split("/")[2] ?? "");
  const old = [...files.keys()].filter((path) => path.includes(session));
  return new Map<string, Uint8Array | null>([...old.map((path) => [path, null] as const), ...aSession(act.forge, [aPart(act.scene, 0, [0])], { session })]);
}
