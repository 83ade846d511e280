import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { isHxError } from "../../src/domain/errors.ts";
import type { Crypto } from "../../src/ports/crypto.ts";
import { makeVectors } from "./make-vectors.ts";
import { whole } from "./vector.ts";
import type { Vector } from "./vector.ts";
import { READERS } from "./run-vector.ts";

const FOLDER = new URL("../../fixtures/vectors/", import.meta.url);
const fileOf = (name: string): URL => new URL(`${name}.json`, FOLDER);
const read = (name: string): unknown => JSON.parse(readFileSync(fileOf(name), "utf8"));
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

let crypto: Crypto;
beforeAll(async () => {
  crypto = await loadCrypto();
});

test("the code makes the committed vectors, byte for byte", async () => {
  const made = await makeVectors();
  // HX_WRITE_VECTORS=1 writes them anew, after a change of the specification.
  if (process.env["HX_WRITE_VECTORS"] === "1") {
    for (const [name, file] of Object.entries(made)) writeFileSync(fileOf(name), `${JSON.stringify(file, null, 1)}\n`);
  }
  const committed = readdirSync(FOLDER).map((name) => name.replace(/\.json$/, ""));
  expect(committed.toSorted()).toEqual(Object.keys(made).toSorted());
  for (const [name, file] of Object.entries(made)) expect(read(name), name).toEqual(plain(file));
});

describe.each(Object.keys(READERS))("%s", (name) => {
  const { vectors } = read(name) as { vectors: Vector[] };
  test.each(vectors.map((vector) => [vector.name, whole(vectors, vector)] as const))("%s", async (_, vector) => {
    const found = await outcome(name, vector);
    expect(found.code).toBe(vector.expect);
    for (const [key, value] of Object.entries(found.facts)) if (key in vector) expect(plain(value), key).toEqual(vector[key]);
  });
});

async function outcome(name: string, vector: Vector): Promise<{ code: string; facts: Record<string, unknown> }> {
  try {
    const reader = READERS[name];
    if (reader === undefined) throw new Error(`no reader for '${name}'`);
    return { code: "ok", facts: await reader(crypto, vector) };
  } catch (error) {
    if (!isHxError(error)) throw error;
    return { code: error.code, facts: {} };
  }
}
