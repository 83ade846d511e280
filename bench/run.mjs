// Bundles bench/main.ts and the program itself, and runs the rows that were asked for.
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { banner, buildProgram } from "../scripts/build.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = await mkdtemp(join(tmpdir(), "hx-bench-built-"));
try {
  // A program of its own, so that a build beside the bench does not change what is measured.
  const metafile = await buildProgram(join(built, "program", "dist"));
  for (const name of ["bin", "package.json"]) await cp(join(root, name), join(built, "program", name), { recursive: true });
  const how = { bundle: true, format: "esm", platform: "node", mainFields: ["module", "main"], external: ["@napi-rs/keyring"], banner, logLevel: "warning" };
  await build({ entryPoints: [join(root, "bench", "main.ts")], outfile: join(built, "bench.mjs"), ...how });
  const { main } = await import(pathToFileURL(join(built, "bench.mjs")).href);
  process.exitCode = await main(process.argv.slice(2), { program: join(built, "program"), metafile, preload: join(root, "bench", "peak-memory.mjs") });
} finally {
  await rm(built, { recursive: true, force: true });
}
