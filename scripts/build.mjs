// Bundles src/main.ts into dist/: one entry, and a chunk for whatever is imported lazily.
import { rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** CommonJS packages inside an ES module still ask for node's own modules by `require`. */
const banner = 'import { createRequire as hxCreateRequire } from "node:module"; const require = hxCreateRequire(import.meta.url);';

/**
 * @param {string} outdir replaced as a whole
 * @returns {Promise<import("esbuild").Metafile>}
 */
export async function buildProgram(outdir) {
  await rm(outdir, { recursive: true, force: true });
  const result = await build({
    absWorkingDir: root,
    entryPoints: ["src/main.ts"],
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    chunkNames: "chunks/[name]-[hash]",
    // Native and optional: absent is a way to be installed.
    external: ["@napi-rs/keyring"],
    banner: { js: banner },
    legalComments: "eof",
    metafile: true,
    logLevel: "warning",
  });
  return result.metafile;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await buildProgram(join(root, "dist"));
}
