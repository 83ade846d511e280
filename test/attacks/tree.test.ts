import { afterAll, beforeAll, describe, it } from "vitest";
import { sessionId, type Oid } from "../../src/domain/ids.ts";
import { laneRef } from "../../src/format/paths.ts";
import { anItem, aPart, aSession, type Forge, type Tamper } from "./lane-builder.ts";
import { expectAdmitted, expectRefused, makeTheatre, onStage, type Act, type Theatre } from "./outcome.ts";

let theatre: Theatre;
beforeAll(async () => {
  theatre = await makeTheatre();
});
afterAll(() => theatre.scene.box.remove());

const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const id = "ab".repeat(16);

/** Puts further rows into the root of the tree, signed over what is honest. */
const rows = (make: (forge: Forge) => readonly (readonly [string, string, Oid])[]): Tamper => ({
  tree: async (tree, forge) => {
    const there = (await forge.store.readTree(tree)).map(({ mode, name, oid }) => [mode, name, oid] as const);
    return forge.tree([...there, ...make(forge)].sort(([, a], [, b]) => (a < b ? -1 : 1)));
  },
});

/** One honest item, and this file besides. */
const beside = (act: Act, path: string, bytes: Uint8Array = text("evil")): Tamper => ({ files: new Map([anItem(act.scene), [path, bytes]]), batch: (batch) => batch.filter((entry) => entry.path !== path) });

const refused = (tamper: (act: Act) => Tamper, message: RegExp, code: "lane-invalid" | "missing-object" = "lane-invalid") =>
  onStage(theatre, async (act) => {
    await act.forge.push(tamper(act));
    await expectRefused(act, code, message);
  });

describe.concurrent("a tree that holds something else", () => {
  it.each<[string, string]>([
    ["at the root", "evil"],
    ["a readme", "README.md"],
    ["in capitals", "H"],
    ["a body's piece with a leading zero", "b/01"],
    ["a body's piece that is no number", "b/x"],
    ["a body's piece that the header does not count", "b/1"],
    ["beside the fan-out", `x/${id}`],
    ["an item in the wrong fan", `x/cd/${id}`],
    ["an item whose name is too long", `x/ab/${id}ab`],
    ["an item in capitals", `x/AB/${id.toUpperCase()}`],
    ["below an item", `x/ab/${id}/0`],
    ["a wrap", `w/ab/${id}`],
    ["in a session", `s/ab/${id}/secret`],
    ["a session's file with a leading zero", `s/ab/${id}/p01`],
    ["a number over 2^32-1", `s/ab/${id}/4294967296`],
    ["a session in the wrong fan", `s/cd/${id}/m`],
    ["a very long name", `x/ab/${"a".repeat(4000)}`],
    ["very deep", `x/${"ab/".repeat(400)}ab`],
    ["a space at the end", "h "],
    ["a name of another script", "х/ab"],
    ["a backslash", "b\\0"],
  ])("is refused: %s", (_what, path) => refused((act) => beside(act, path), /may not lie|is not a piece|does not hold|the body|'b'/));

  it.each<[string, (forge: Forge) => readonly (readonly [string, string, Oid])[], RegExp]>([
    ["a link", (forge) => [["120000", "link", forge.object("blob", "/etc/passwd")]], /mode 120000/],
    ["an executable", (forge) => [["100755", "run", forge.object("blob", "#!/bin/sh")]], /mode 100755/],
    ["a submodule", (forge) => [["160000", "sub", forge.head]], /mode 160000/],
    ["an empty tree", (forge) => [["40000", "z", forge.tree([])]], /empty/],
    ["an empty tree below", (forge) => [["40000", "z", forge.tree([["40000", "y", forge.tree([])]])]], /empty/],
    ["a tree of empty trees without end", (forge) => [["40000", "z", bomb(forge)]], /empty/],
  ])("is refused: %s", (_what, make, message) => refused(() => rows(make), message));

  it.each<[string, (forge: Forge) => readonly (readonly [string, string, Oid])[]]>([
    ["'.git'", (forge) => [["40000", ".git", forge.tree([["100644", "config", forge.object("blob", "x")]])]]],
    ["'..'", (forge) => [["40000", "..", forge.tree([["100644", "x", forge.object("blob", "x")]])]]],
    ["'.'", (forge) => [["100644", ".", forge.object("blob", "x")]]],
    ["'.GIT'", (forge) => [["100644", ".GIT", forge.object("blob", "x")]]],
    ["a name twice", (forge) => [["100644", "x", forge.object("blob", "x")]]],
    ["a name with a slash", (forge) => [["100644", "x/y", forge.object("blob", "x")]]],
    ["an empty name", (forge) => [["100644", "", forge.object("blob", "x")]]],
  ])("is refused by git's own check, and the other lanes come: %s", (_what, make) => refused(() => rows(make), /cannot be fetched/));

  it("is refused where only the case of a name differs", () => refused((act) => beside(act, `X/ab/${id}`), /may not lie/));

  it("is refused where a name has bytes that are no text", () =>
    onStage(theatre, async (act) => {
      await act.forge.push({ tree: async (tree, forge) => forge.object("tree", Uint8Array.from([...(await rawTree(forge, tree)), ...text("100644 "), 0xff, 0xfe, 0, ...Buffer.from(forge.object("blob", "x"), "hex")])) });
      await expectRefused(act, "lane-invalid", /UTF-8/);
    }));

  it("is refused where a directory takes the place of the header", () =>
    refused(() => ({ tree: async (tree, forge) => forge.tree((await forge.store.readTree(tree)).map(({ mode, name, oid }) => (name === "h" ? (["40000", "h", forge.tree([["100644", "x", oid]])] as const) : ([mode, name, oid] as const)))) }), /no header/));

  it("is refused where the header is missing", () =>
    refused(() => ({ tree: async (tree, forge) => forge.tree((await forge.store.readTree(tree)).filter(({ name }) => name !== "h").map(({ mode, name, oid }) => [mode, name, oid] as const)) }), /no header/));

  it("is refused where there is no body", () =>
    refused(() => ({ pieces: () => [] }), /'b' does not hold/));

  it("is refused where all that was there is gone", () =>
    onStage(theatre, async (act) => {
      const old = await act.forge.files(act.forge.head);
      const gone = [...old.keys()].filter((path) => path !== "h" && !path.startsWith("b/"));
      await act.forge.push({ files: new Map([...gone.map((path) => [path, null] as const), anItem(act.scene)]) });
      await expectRefused(act, "lane-invalid", /was removed/);
    }));

  it("is refused where an item has other bytes than before", () =>
    onStage(theatre, async (act) => {
      const item = [...(await act.forge.files(act.forge.head)).keys()].find((path) => path.startsWith("x/")) ?? "";
      const [, bytes] = anItem(act.scene);
      await act.forge.push({ files: new Map([[item, bytes]]) });
      await expectRefused(act, "lane-invalid", /was changed/);
    }));

  it.each<[string, (act: Act) => [string, Uint8Array], RegExp]>([
    ["whose name is not its hash", (act) => [`x/ab/${id}`, anItem(act.scene)[1]], /not an item/],
    ["that is too short", (act) => shortItem(act, -1), /not an item/],
    ["that is too long", (act) => shortItem(act, 1), /not an item/],
    ["that is empty", () => [`x/ab/${id}`, new Uint8Array()], /not an item/],
  ])("is refused where there is an item %s", (_what, make, message) => refused((act) => ({ files: new Map([make(act)]) }), message));

  it("is refused where a blob that is no segment has 4095 bytes more than it may", () =>
    refused((act) => ({ files: new Map([[`x/ab/${id}`, act.scene.crypto.random.bytes(8191)]]) }), /not present/, "missing-object"));
});

describe.concurrent("what the header says and what the tree holds", () => {
  it.each<[string, (act: Act) => Tamper, RegExp]>([
    ["a path that did not change", (act) => ({ batch: (batch) => [...batch, { path: `x/ff/${"ff".repeat(16)}`, hash: act.scene.crypto.random.bytes(32) }].sort((a, b) => (a.path < b.path ? -1 : 1)) }), /paths changed/],
    ["no path", () => ({ batch: () => [] }), /paths changed/],
    ["another path", () => ({ batch: ([entry]) => [{ path: `x/ff/${"ff".repeat(16)}`, hash: entry?.hash ?? new Uint8Array(32) }] }), /not what the header lists/],
    ["another hash", (act) => ({ batch: ([entry]) => [{ path: entry?.path ?? "", hash: act.scene.crypto.random.bytes(32) }] }), /not what the header lists/],
    ["a path twice", () => ({ batch: ([entry]) => (entry === undefined ? [] : [entry, entry]) }), /sorted, each once/],
    ["paths that are not sorted", (act) => ({ files: new Map([anItem(act.scene), anItem(act.scene)]), batch: (batch) => [...batch].reverse() }), /sorted, each once/],
    ["the header itself", () => ({ batch: (batch) => [{ path: "h", hash: new Uint8Array(32) }, ...batch] }), /list of paths of a lane/],
    ["a path outside the grammar", () => ({ batch: (batch) => [{ path: "../evil", hash: new Uint8Array(32) }, ...batch] }), /list of paths of a lane/],
    ["heads twice", () => ({ heads: [{ lane: theatre.bob.id, seq: 0, hash: new Uint8Array(32) }, { lane: theatre.bob.id, seq: 1, hash: new Uint8Array(32) }] }), /sorted, each once/],
    ["a body with bytes after it", () => ({ body: (bytes) => Uint8Array.from([...bytes, 0]) }), /after the CBOR/],
    ["a body that is cut off", () => ({ body: (bytes) => bytes.subarray(0, -1) }), /cut off/],
    ["an item that is not in the tree", (act) => ({ said: (files) => files.set(...anItem(act.scene)) }), /paths changed/],
    ["an item that is in the tree and not in the state", (act) => withheldState(act), /not the one that the header signs/],
  ])("do not agree: %s", (_what, tamper, message) => refused(tamper, message));

  it("do not agree when pieces are missing, added, swapped or changed", async () => {
    const many = (act: Act): ReadonlyMap<string, Uint8Array> => new Map(Array.from({ length: 90 }, () => anItem(act.scene)));
    await refused((act) => ({ files: many(act), pieces: (pieces) => pieces.slice(0, -1) }), /'b' does not hold/);
    await refused((act) => ({ files: many(act), pieces: (pieces) => [...pieces, text("more")] }), /'b' does not hold/);
    await refused((act) => ({ files: many(act), pieces: ([a, b]) => [b ?? text(""), a ?? text("")] }), /committed to/);
    await refused((act) => ({ files: many(act), pieces: (pieces) => pieces.map((piece) => piece.map((byte, i) => (i === 9 ? byte ^ 1 : byte))) }), /committed to/);
    await onStage(theatre, async (act) => void (await expectAdmitted(act, await act.forge.push({ files: many(act) }))));
  });

  it("agree for a commit that adds nothing, and for one that adds a session", () =>
    onStage(theatre, async (act) => {
      await expectAdmitted(act, await act.forge.push({ files: new Map() }));
      const { forge } = act;
      const after = await forge.store.read(laneRef(forge.lane.id));
      if (after === null) throw new Error("no lane");
      await expectAdmitted(act, await forge.push({ after, files: aSession(forge, [aPart(act.scene, 0, [0, 1])], { session: sessionId(id) }) }));
    }));
});

/** Both files are there and listed; the state is that of the tree without one of them. */
function withheldState(act: Act): Tamper {
  const kept = anItem(act.scene);
  const hidden = anItem(act.scene);
  const { h } = act.scene.crypto.hashes;
  return {
    files: new Map([kept, hidden]),
    said: (files) => files.delete(hidden[0]),
    batch: (batch) => [...batch, { path: hidden[0], hash: h(hidden[1]) }].sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

function shortItem(act: Act, by: number): [string, Uint8Array] {
  const { random, hashes } = act.scene.crypto;
  const bytes = random.bytes(anItem(act.scene)[1].length + by);
  const name = Buffer.from(hashes.h16(bytes)).toString("hex");
  return [`x/${name.slice(0, 2)}/${name}`, bytes];
}

/** 20 levels of 20 rows each: walked to its end, it would take for ever. */
function bomb(forge: Forge): Oid {
  let tree = forge.tree([]);
  for (let level = 0; level < 20; level++) tree = forge.tree(Array.from({ length: 20 }, (_, i) => ["40000", String.fromCharCode(97 + i), tree] as const));
  return tree;
}

async function rawTree(forge: Forge, tree: Oid): Promise<Uint8Array> {
  const rowsOf = (await forge.store.readTree(tree)).map(({ mode, name, oid }) => Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, "hex")]));
  return Buffer.concat(rowsOf);
}
