import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, rename, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Set by {@link setup} for all test files of a run. */
const shared = "HX_TEST_PROGRAM_DIR";

async function buildInto(directory: string): Promise<string> {
  const made = join(directory, `making-${randomBytes(4).toString("hex")}`);
  await mkdir(made, { recursive: true });
  await Promise.all(["bin", "package.json"].map((name) => cp(join(root, name), join(made, name), { recursive: true })));
  await symlink(join(root, "node_modules"), join(made, "node_modules"));
  const script = `const { buildProgram } = await import(process.argv[1]); await buildProgram(process.argv[2]);`;
  await run(process.execPath, ["--input-type=module", "-e", script, join(root, "scripts", "build.mjs"), join(made, "dist")]);
  const program = join(directory, "program");
  // Two test files at once: the first one wins, and both are the same.
  await rename(made, program).catch(() => rm(made, { recursive: true, force: true }));
  return join(program, "bin", "hx.js");
}

function run(command: string, argv: readonly string[]): Promise<void> {
  return new Promise((done, failed) => {
    const child = spawn(command, argv, { stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    child.stderr.on("data", (chunk) => (errors += String(chunk)));
    child.on("error", failed);
    child.on("close", (code) => (code === 0 ? done() : failed(new Error(`the build failed: ${errors}`))));
  });
}

/**
 * The program as a person gets it, bundled from the sources of now: the path of its `bin/hx.js`. Built once a run,
 * in a temporary directory; `vitest.config.ts` names this file as its `globalSetup`, which makes and removes it.
 */
export async function builtProgram(): Promise<string> {
  const directory = process.env[shared];
  if (directory === undefined) throw new Error("vitest.config.ts has to name test/support-build/build.ts as globalSetup");
  const program = join(directory, "program", "bin", "hx.js");
  const there = await stat(program).then(() => true, () => false);
  return there ? program : buildInto(directory);
}

/** Called by vitest before the first test file; what it returns after the last one. */
export default async function setup(): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), "hx-program-"));
  process.env[shared] = directory;
  return () => rm(directory, { recursive: true, force: true });
}
