import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseLanePath, parseKeysPath, parseRootPath, parseSessionsRef } from "../../src/format/paths.ts";
import { memoryAgent } from "./memory-agent.ts";
import { capture, endScene, makeScene, NOW, openWriter, push, type Scene } from "./scene.ts";

/** Words that occur nowhere by accident. None of them may be seen by somebody without keys. */
const WORDS = {
  name: "Quillonia Zwetschgenmus",
  email: "quillonia.zw@plumcart.example",
  project: "kryptonquark-portal",
  title: "Refaktoriere den Vogelhausdrucker",
  branch: "feature/blaubeer-muffin-7741",
  path: "src/geheim/zitronenfalter.ts",
  model: "modell-tausendfuessler-9",
  version: "31.41.5926",
  id: "0badf00d-5eed-4bad-8bad-c0ffee123457",
  agent: "claude-code",
  content: "das kaninchen frisst polynome",
  parent: "feedc0de-aaaa-4bbb-8ccc-123456abcdef",
} as const;
/** 14:37:21.456 UTC. */
const WHEN = Date.UTC(2026, 5, 15, 14, 37, 21, 456);
const SAME = "two captures of one and the same text\n".repeat(300);

let scene: Scene;
let mirror: string;
let objects: readonly { readonly oid: string; readonly type: string; readonly bytes: Buffer }[];

beforeAll(async () => {
  scene = await makeScene("sha1", { name: WORDS.name, email: WORDS.email, project: WORDS.project });
  const writer = await openWriter(scene, "writer");
  const told = memoryAgent(WORDS.id, `/here/${WORDS.path}`);
  told.facts = { title: WORDS.title, branch: WORDS.branch, version: WORDS.version, models: [WORDS.model], parent: WORDS.parent, first: WHEN, last: WHEN + 61_000, turns: 4242 };
  for (const hour of [0, 7, 13]) {
    scene.clock.ms = NOW - (NOW % 86_400_000) + hour * 3_600_000 + 123_457;
    told.append(JSON.stringify({ time: new Date(WHEN).toISOString(), file: WORDS.path, text: WORDS.content, hour }));
    await capture(writer.ledger, told);
    await push(writer);
  }
  for (const id of ["same-a", "same-b"]) {
    const one = memoryAgent(id);
    one.append(SAME);
    await capture(writer.ledger, one);
  }
  await push(writer);
  mirror = scene.box.path("mirror.git");
  await scene.box.git(scene.box.root, "clone", "-q", "--mirror", scene.hub, mirror);
  objects = everyObject();
});
afterAll(async () => {
  await endScene(scene);
  await scene.box.remove();
});

function everyObject(): { oid: string; type: string; bytes: Buffer }[] {
  const raw = execFileSync("git", ["cat-file", "--batch-all-objects", "--batch"], { cwd: mirror, env: scene.box.env, maxBuffer: 1 << 28 });
  const found: { oid: string; type: string; bytes: Buffer }[] = [];
  for (let at = 0; at < raw.length; ) {
    const end = raw.indexOf(10, at);
    const [oid = "", type = "", size = ""] = raw.subarray(at, end).toString().split(" ");
    found.push({ oid, type, bytes: raw.subarray(end + 1, end + 1 + Number(size)) });
    at = end + 1 + Number(size) + 1;
  }
  return found;
}

/** A word as somebody could find it: its letters in any case, its hex, and its base64 at each of three offsets. */
function needles(word: string): string[] {
  const bytes = Buffer.from(word);
  const base64 = [0, 1, 2].map((skip) => Buffer.concat([Buffer.alloc(skip), bytes]).toString("base64").replace(/=+$/, "").slice(skip === 0 ? 0 : skip + 1, -1));
  return [...new Set([word, bytes.toString("hex"), bytes.toString("utf16le"), ...base64].map((needle) => needle.toLowerCase()))].filter((needle) => needle.length >= 6);
}

function seen(words: readonly string[], where: readonly { readonly bytes: Buffer }[]): string[] {
  const texts = where.map(({ bytes }) => bytes.toString("latin1").toLowerCase());
  return words.filter((word) => needles(word).some((needle) => texts.some((text) => text.includes(needle))));
}

/** The words, their parts, and what a time or a size looks like in the encodings that could carry it. */
const secrets = [
  ...Object.values(WORDS),
  ...Object.values(WORDS).flatMap((word) => word.split(/[^A-Za-z0-9]+/).filter((part) => part.length >= 7)),
  new Date(WHEN).toISOString(),
  "14:37:21",
  String(WHEN),
  String(Math.floor(WHEN / 1000)),
  String(SAME.length + 1),
];

/** CBOR of a number: what a part record or a header would hold. */
function cborNumber(value: number): string {
  const bytes = Buffer.alloc(9);
  bytes[0] = 0x1b;
  bytes.writeBigUInt64BE(BigInt(value), 1);
  return bytes.toString("latin1");
}

describe("a clone without keys, every object of it decompressed", () => {
  it("has objects of all kinds", () => {
    expect(new Set(objects.map(({ type }) => type))).toEqual(new Set(["blob", "commit", "tree"]));
    expect(objects.length).toBeGreaterThan(40);
  });

  it("contains no name, e-mail, path, title, agent, branch, model, content or time", () => {
    expect(seen(secrets, objects)).toEqual([]);
    const numbers = [WHEN, WHEN + 61_000].map(cborNumber);
    expect(objects.filter(({ bytes }) => numbers.some((number) => bytes.includes(Buffer.from(number, "latin1"))))).toEqual([]);
  });

  it("would give away one planted word: the same search finds it, in any of its forms", () => {
    const plain = secrets.find((word) => word.includes("Zwetschgen")) ?? "";
    const forms = [plain, plain.toUpperCase(), Buffer.from(plain).toString("hex"), Buffer.from(`x${plain}`).toString("base64"), Buffer.from(`xy${plain}z`).toString("base64")];
    for (const form of forms) {
      const tree = execFileSync("git", ["mktree"], { cwd: mirror, env: scene.box.env, input: "" }).toString().trim();
      const planted = execFileSync("git", ["commit-tree", tree, "-m", form], { cwd: mirror, env: scene.box.env }).toString().trim();
      const now = everyObject();
      expect(seen([plain], now.filter(({ oid }) => oid === planted))).toEqual([plain]);
    }
    expect(seen(secrets, everyObject())).toContain(plain);
  });

  it("has refs, trees and commits of the grammar and nothing else", async () => {
    const refs = (await scene.box.git(mirror, "for-each-ref", "--format=%(refname)")).split("\n");
    expect(refs.filter((ref) => parseSessionsRef(ref) === null)).toEqual([]);
    for (const ref of refs) {
      const kind = parseSessionsRef(ref)?.kind;
      const parse: (path: string) => unknown = kind === "root" ? parseRootPath : kind === "keys" ? parseKeysPath : parseLanePath;
      for (const commit of (await scene.box.git(mirror, "rev-list", ref)).split("\n")) {
        const paths = (await scene.box.git(mirror, "ls-tree", "-r", "--name-only", commit)).split("\n");
        expect(paths.filter((path) => parse(path) === null)).toEqual([]);
        expect(await scene.box.git(mirror, "cat-file", "commit", commit)).toMatch(/^tree [0-9a-f]{40}\n(parent [0-9a-f]{40}\n)?author hx <hx@invalid> (\d+) \+0000\ncommitter hx <hx@invalid> \2 \+0000\n$/);
      }
    }
  });

  it("tells no hour: pushes of one day have one time", async () => {
    const times = new Set((await scene.box.git(mirror, "log", "--all", "--format=%at %ct")).split("\n"));
    const midnight = Math.floor(NOW / 86_400_000) * 86_400;
    expect(times).toEqual(new Set([`${midnight} ${midnight}`]));
  });

  it("does not link two captures of equal text, nor tell their size", async () => {
    const lane = (await scene.box.git(mirror, "for-each-ref", "--format=%(refname)", "refs/sessions/v1/lane")).split("\n")[0] ?? "";
    const rows = (await scene.box.git(mirror, "ls-tree", "-r", "-l", lane)).split("\n").map((row) => row.split(/\s+/));
    const segments = rows.filter(([, , , , path = ""]) => parseLanePath(path)?.kind === "segment");
    const sizes = new Set(segments.map(([, , , size]) => size));
    expect(segments.length).toBe(5);
    expect(sizes.size).toBe(1);
    const blobs = rows.map(([, , oid]) => oid);
    expect(new Set(blobs).size).toBe(blobs.length);
    const contents = objects.filter(({ oid }) => segments.some(([, , blob]) => blob === oid)).map(({ bytes }) => bytes.toString("latin1"));
    const runs = contents.flatMap((content) => [...new Set(Array.from({ length: content.length - 8 }, (_, i) => content.slice(i, i + 8)))].filter((run) => !/^(.)\1*$/s.test(run)));
    expect(new Set(runs).size).toBe(runs.length);
  });
});
