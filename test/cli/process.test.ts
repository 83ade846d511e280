import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let directory: string;
let program: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hx-process-"));
  program = join(directory, "hx.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("entry.ts", import.meta.url))],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "silent",
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const environment = { PATH: process.env["PATH"] ?? "", HOME: tmpdir() };

interface Ended {
  readonly code: number | string | null | undefined;
  readonly out: string;
  readonly err: string;
}

/** A shell with pipefail, so that the exit code of hx itself is seen. Never has a terminal. */
function shell(script: string): Promise<Ended> {
  return new Promise((resolve) => {
    execFile("setsid", ["-w", "bash", "-c", `set -o pipefail; hx() { "${process.execPath}" "${program}" "$@"; }; ${script}`], { env: environment, maxBuffer: 1 << 26 }, (error, out, err) => resolve({ code: error === null ? 0 : error.code, out, err }));
  });
}

describe("as a process", () => {
  it("gives 1 MiB to a pipe as a whole, slow reader or not", async () => {
    const whole = await shell("hx show big | wc -c");
    expect(Number(whole.out)).toBeGreaterThan(1 << 20);
    expect(whole).toMatchObject({ code: 0 });
    expect((await shell("hx show big | (sleep 0.3; wc -c)")).out).toBe(whole.out);
    const json = await shell("hx show big --json");
    expect(JSON.stringify(JSON.parse(json.out))).toContain("x".repeat(1 << 20));
  });

  it("ends with 0 when the reader of its pipe leaves", async () => {
    expect(await shell("hx show big | head -c 10 >/dev/null")).toMatchObject({ code: 0, err: "hx: opening\n" });
  });

  it("sets its exit code", async () => {
    expect(await shell("hx verify --json")).toMatchObject({ code: 0, err: "" });
    expect(await shell("hx nonsense")).toMatchObject({ code: 2, out: "" });
  });

  it("never waits for an answer without a terminal", async () => {
    for (const script of ["hx init", "hx identity new", "hx identity restore", "hx uninstall", "hx init < /dev/null"]) {
      const ran = await shell(script);
      expect(ran.code, script).toBe(2);
      expect(ran.err).toMatch(/hx: error: nobody to .*\nhx: hint: .*--(yes|phrase-file)/);
    }
  });

  it("ends at SIGINT also where the work does not listen: for a shell that is 130", async () => {
    const child = spawn(process.execPath, [program, "list"], { env: environment, stdio: ["ignore", "ignore", "pipe"] });
    const ended = new Promise<string | null>((resolve) => child.once("exit", (_, signal) => resolve(signal)));
    await new Promise((resolve) => child.stderr.once("data", resolve));
    child.kill("SIGINT");
    expect(await ended).toBe("SIGINT");
  });

  it("is killed by the second SIGINT", async () => {
    const child = spawn(process.execPath, [program, "list"], { env: environment, stdio: ["ignore", "ignore", "pipe"] });
    const ended = new Promise<string | null>((resolve) => child.once("exit", (_, signal) => resolve(signal)));
    await new Promise((resolve) => child.stderr.once("data", resolve));
    child.kill("SIGINT");
    await new Promise((resolve) => child.stderr.once("data", resolve));
    child.kill("SIGINT");
    expect(await ended).toBe("SIGINT");
  });
});
