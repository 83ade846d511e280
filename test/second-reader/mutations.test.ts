import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { entropyToMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import sodium from "libsodium-wrappers";
import { describe, expect, it } from "vitest";
import { concat, utf8 } from "./bytes.ts";
import { type Cbor, type CborMap, decodeMap, encodeCbor } from "./cbor.ts";
import { splitEnvelope } from "./envelope.ts";
import { codeOf } from "./errors.ts";
import { writeLaneRepository, writeRef } from "./git-fixture.ts";
import { readLaneKey } from "./lane-key.ts";
import type { Files } from "./lane-tree.ts";
import { type LaneVector, openLaneVector, readLaneVector } from "./lane-vector.ts";
import { openRepository } from "./open-repository.ts";

const good = readLaneVector();
const laneKey = readLaneKey(good.json.bytes("lane_key_file"));

function resign(files: Files, type: string, path: string, change: (payload: CborMap) => void): void {
  const payload = decodeMap(splitEnvelope(type, files.get(path) ?? new Uint8Array()).payload);
  change(payload);
  const bytes = encodeCbor(payload);
  const secret = sodium.crypto_sign_seed_keypair(laneKey.seed).privateKey;
  const signature = sodium.crypto_sign_detached(concat(utf8(type), Uint8Array.of(0), bytes), secret);
  files.set(path, encodeCbor([type, bytes, signature]));
}

function changed(change: (lane: Files[], vector: LaneVector) => void): LaneVector {
  const vector = readLaneVector();
  vector.laneTrees = vector.laneTrees.map((files) => new Map(files));
  change(vector.laneTrees, vector);
  return vector;
}

function setHeader(name: string, value: Cbor): LaneVector {
  return changed(([, second = new Map()]) => resign(second, "hx/header/v1", "h", (payload) => payload.set(name, value)));
}

const paths = [...(good.laneTrees[1]?.keys() ?? [])];
const pathOf = (ending: RegExp): string => paths.find((path) => ending.test(path)) ?? "";

function flipped(ending: RegExp): LaneVector {
  return changed(([, second = new Map()]) => {
    const bytes = Uint8Array.from(second.get(pathOf(ending)) ?? []);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    second.set(pathOf(ending), bytes);
  });
}

const bad: Record<string, LaneVector> = {
  "another state": setHeader("state", new Uint8Array(32)),
  "another prev": setHeader("prev", new Uint8Array(32)),
  "another seq": setHeader("seq", 2),
  "another eraser": setHeader("eraser", new Uint8Array(32)),
  "another workspace": setHeader("ws", new Uint8Array(32)),
  "another repository": setHeader("repo", new Uint8Array(32)),
  "another epoch": setHeader("cert", new Map<string, Cbor>([["epoch", 1], ["sig", laneKey.certificate.signature]])),
  "a certificate that is not one": setHeader("cert", new Map<string, Cbor>([["epoch", 0], ["sig", new Uint8Array(64)]])),
  "another body": setHeader("body", [1, new Uint8Array(32)]),
  "a body of two pieces": setHeader("body", [2, new Uint8Array(32)]),
  "a counter that goes down": changed(([first = new Map()]) => resign(first, "hx/header/v1", "h", (p) => p.set("keys", 9))),
  "a header that changed": flipped(/^h$/),
  "a segment that changed": flipped(/\/2$/),
  "an old segment that changed": flipped(/\/0$/),
  "an old part record that changed": flipped(/\/p0$/),
  "a manifest that changed": flipped(/\/m$/),
  "an item that changed": flipped(/^x\//),
  "a removed segment": changed(([, second]) => second?.delete(pathOf(/\/1$/))),
  "a removed item": changed(([, second]) => second?.delete(pathOf(/^x\//))),
  "an added segment": changed(([, second]) => second?.set(pathOf(/\/1$/).replace(/1$/, "7"), new Uint8Array(4138))),
  "a file that may not be there": changed(([, second]) => second?.set("z", new Uint8Array(1))),
};

describe("lanes that must be refused", () => {
  for (const [name, vector] of Object.entries(bad)) {
    it(name, async () => {
      await expect(openLaneVector(vector).catch(codeOf)).resolves.toBe("lane-invalid");
    });
  }
  it("a level that is too new", async () => {
    await expect(openLaneVector(setHeader("level", 2)).catch(codeOf)).resolves.toBe("too-new");
  });
  it("another chain than the lane saw", async () => {
    await expect(openLaneVector(setHeader("head", [1, new Uint8Array(32)])).catch(codeOf)).resolves.toBe("workspace-fork");
  });
});

describe("repositories", () => {
  const phrase = entropyToMnemonic(good.json.bytes("recovery_entropy"), wordlist);
  const lane = `lane/${good.json.text("lane_id")}`;
  const code = async (change: (directory: string) => void): Promise<string | undefined> => {
    const directory = mkdtempSync(join(tmpdir(), "second-reader-"));
    try {
      writeLaneRepository(directory, good, "sha1");
      change(directory);
      return await openRepository(directory, phrase).then(() => "ok", codeOf);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  };
  const git = (directory: string, ...args: string[]): void => {
    execFileSync("git", ["--git-dir", directory, ...args], { stdio: "ignore", env: {
      ...process.env, GIT_AUTHOR_NAME: "x", GIT_AUTHOR_EMAIL: "x", GIT_COMMITTER_NAME: "x", GIT_COMMITTER_EMAIL: "x",
    } });
  };
  it("opens when packed", async () => {
    expect(await code((directory) => git(directory, "gc", "--quiet"))).toBe("ok");
  });
  it("refuses a time that is not a midnight, or lies ahead", async () => {
    expect(await code((directory) => writeRef(directory, lane, good.laneTrees, 20000 * 86400 + 1))).toBe("lane-invalid");
    const ahead = (Math.floor(Date.now() / 86400_000) + 3) * 86400;
    expect(await code((directory) => writeRef(directory, "root", [good.rootTree], ahead))).toBe("workspace-invalid");
  });
  it("refuses a keys commit with a parent, and other authors", async () => {
    const keys = `keys/${good.json.text("lane_id")}`;
    expect(await code((directory) => writeRef(directory, keys, good.keysTrees.slice(0, 2)))).toBe("keys-invalid");
    expect(await code((directory) => writeRef(directory, keys, good.keysTrees.slice(0, 1)))).toBe("keys-invalid");
    expect(await code((directory) => {
      git(directory, "symbolic-ref", "HEAD", `refs/sessions/v1/${lane}`);
      git(directory, "update-ref", `refs/sessions/v1/${lane}`, commitOf(directory, `refs/sessions/v1/${lane}`));
    })).toBe("lane-invalid");
  });
  it("refuses the phrase of somebody else", async () => {
    const directory = mkdtempSync(join(tmpdir(), "second-reader-"));
    writeLaneRepository(directory, good, "sha1");
    const other = entropyToMnemonic(new Uint8Array(32), wordlist);
    await expect(openRepository(directory, other).catch(codeOf)).resolves.toBe("not-recipient");
    rmSync(directory, { recursive: true, force: true });
  });
});

/** The same tree in a commit of another author. */
function commitOf(directory: string, ref: string): string {
  const env = { ...process.env, GIT_AUTHOR_NAME: "x", GIT_AUTHOR_EMAIL: "x", GIT_COMMITTER_NAME: "x", GIT_COMMITTER_EMAIL: "x" };
  return execFileSync("git", ["--git-dir", directory, "commit-tree", `${ref}^{tree}`, "-p", `${ref}~1`], {
    input: "", env,
  }).toString().trim();
}
