import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { crews } from "../../src/adapters/crypto/crew.ts";
import { isHxError } from "../../src/domain/errors.ts";
import type { Crypto, Crew } from "../../src/ports/crypto.ts";

const MANY = 400;
/** libsodium asks for node's modules by `require`. */
const banner = { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' };
const text = new TextEncoder();
let directory = "";
let crypto: Crypto;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hx-crew-"));
  crypto = await loadCrypto();
  await build({ entryPoints: ["src/adapters/crypto/crew-thread.ts"], outfile: join(directory, "crew-thread.mjs"), bundle: true, format: "esm", platform: "node", mainFields: ["module", "main"], banner, logLevel: "warning" });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const crewOf = (file: string): Crew => crews(crypto, pathToFileURL(join(directory, file)))(MANY);
const context = (n: number) => ({ purpose: "hx/share/v1", suite: 1, n });
const seed = new Uint8Array(32).fill(7);

describe.each([
  ["with another thread", "crew-thread.mjs"],
  ["without one", "nothing.mjs"],
  ["with one that dies at once", "dies.mjs"],
  ["with one that cannot be read", "broken.mjs"],
])("many wraps %s", (_, file) => {
  beforeAll(async () => {
    await writeFile(join(directory, "dies.mjs"), "process.exit(3);");
    await writeFile(join(directory, "broken.mjs"), "this is no program");
  });

  it("open as with the wrapper, in the order asked", async () => {
    const crew = crewOf(file);
    const to = crypto.wrapper.publicKey(seed);
    const wraps = Array.from({ length: MANY }, (__, n) => crypto.wrapper.wrap(to, context(n), text.encode(`key ${n}`)));
    const opened = await Promise.all(wraps.map((wrap, n) => crew.open(seed, context(n), wrap)));
    expect(opened.map((plain) => new TextDecoder().decode(plain ?? undefined))).toEqual(wraps.map((__, n) => `key ${n}`));
  });

  it("and many signatures are judged as the signer judges them", async () => {
    const crew = crewOf(file);
    const message = text.encode("said");
    const publicKey = crypto.signer.publicKey(seed);
    const signature = crypto.signer.sign(seed, message);
    expect(await Promise.all([crew.verify(publicKey, message, signature), crew.verify(publicKey, text.encode("else"), signature), crew.verify(publicKey, message, signature.map((byte) => byte ^ 1)), crew.verify(new Uint8Array(3), message, signature)])).toEqual([true, false, false, false]);
  });

  it("say of a wrap for somebody else, or a damaged one, what the wrapper says", async () => {
    const crew = crewOf(file);
    const wrap = crypto.wrapper.wrap(crypto.wrapper.publicKey(seed), context(1), text.encode("key"));
    expect(await crew.open(new Uint8Array(32).fill(8), context(1), wrap)).toBeNull();
    expect(await crew.open(seed, context(2), wrap)).toBeNull();
    await expect(crew.open(seed, context(1), wrap.subarray(1))).rejects.toSatisfy(isHxError);
  });
});

it("a few wraps start no thread", async () => {
  await writeFile(join(directory, "told.mjs"), `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(join(directory, "started"))}, "");`);
  const crew = crews(crypto, pathToFileURL(join(directory, "told.mjs")))(5);
  const wrap = crypto.wrapper.wrap(crypto.wrapper.publicKey(seed), context(1), text.encode("key"));
  expect(await crew.open(seed, context(1), wrap)).toEqual(text.encode("key"));
  await expect(rm(join(directory, "started"))).rejects.toThrow("ENOENT");
});

it("what is asked for is done by the thread", async () => {
  await writeFile(join(directory, "lies.mjs"), `import { parentPort } from "node:worker_threads"; parentPort.on("message", ({ id, jobs }) => parentPort.postMessage({ id, results: jobs.map(() => ({ result: Uint8Array.of(9) })) }));`);
  expect(await crewOf("lies.mjs").open(seed, context(1), new Uint8Array())).toEqual(Uint8Array.of(9));
});
