// `npm run test:agents`: builds hx and the suite, and runs it. Started anew where there is no network, it takes what is built already.
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { banner, buildProgram } from "../../scripts/build.mjs";
import { root } from "../../scripts/root.mjs";

const given = process.env["HX_REAL_BUILT"];
const built = given ?? (await mkdtemp(join(tmpdir(), "hx-real-")));
try {
  if (given === undefined) await make(built);
  process.env["HX_REAL_BUILT"] = built;
  const { main } = await import(pathToFileURL(join(built, "real.mjs")).href);
  process.exitCode = await main(process.argv.slice(2), { program: join(built, "program", "bin", "hx.js"), root, self: [fileURLToPath(import.meta.url)] });
} finally {
  if (given === undefined) await rm(built, { recursive: true, force: true });
}

/** A program of its own, so that a build beside this run does not change what is tried. */
async function make(directory) {
  await buildProgram(join(directory, "program", "dist"));
  for (const name of ["bin", "package.json"]) await cp(join(root, name), join(directory, "program", name), { recursive: true });
  await build({ entryPoints: [join(root, "test", "real", "main.ts")], outfile: join(directory, "real.mjs"), bundle: true, format: "esm", platform: "node", banner, logLevel: "warning" });
}
