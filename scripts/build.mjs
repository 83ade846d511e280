// Bundles src/main.ts into dist/: one entry, and a chunk for whatever is imported lazily.
import { copyFile, cp, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { root } from "./root.mjs";
import { thirdPartyNotices } from "./third-party.mjs";

/** CommonJS packages inside an ES module still ask for node's own modules by `require`, and one for the folder in which it lies. */
export const banner = { js: 'import { createRequire as hxCreateRequire } from "node:module"; const require = hxCreateRequire(import.meta.url); const hxFolder = import.meta.dirname;' };

const sqliteFolder = join(root, "node_modules", "node-sqlite3-wasm", "dist");

/** SQLite looks for its WebAssembly beside itself: in a bundle that is beside the chunk. */
const sqliteBesideItself = {
  name: "sqlite-beside-itself",
  /** @param {import("esbuild").PluginBuild} bundle */
  setup(bundle) {
    bundle.onLoad({ filter: /node-sqlite3-wasm[\\/]dist[\\/]node-sqlite3-wasm\.js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      if (!text.includes("__dirname")) throw new Error(`'${path}' does not look for its WebAssembly by its folder any more`);
      return { contents: text.replaceAll("__dirname", "hxFolder"), loader: "js" };
    });
  },
};

/** Recorded sessions that `hx demo` plays: store folders below fixtures/agents, by agent. */
const recordings = [
  ["claude-code/2.1.329/02-continue/store", "claude-code"],
  ["claude-code/2.1.329/08-subagent/store", "claude-code"],
  ["codex/0.169.0/02-resume-last/store", "codex"],
];
/** A session of the same folder that the demo has no part for. */
const leftOut = "e8ed0944-2f25-49a7-a7d0-dad653a57eb7.jsonl";

/**
 * @param {string} outdir replaced as a whole
 * @returns {Promise<import("esbuild").Metafile>}
 */
export async function buildProgram(outdir) {
  await rm(outdir, { recursive: true, force: true });
  const result = await build({
    absWorkingDir: root,
    // The thread is started by its file.
    entryPoints: { main: "src/main.ts", "crew-thread": "src/adapters/crypto/crew-thread.ts" },
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    // Their ES modules first: UMD bundles (jsonc-parser) hide what they require.
    mainFields: ["module", "main"],
    // Comments name the files of a bundle: where node_modules is a link, they would name a place of this machine.
    preserveSymlinks: true,
    chunkNames: "chunks/[name]-[hash]",
    // Native and optional: absent is a way to be installed.
    external: ["@napi-rs/keyring"],
    banner,
    plugins: [sqliteBesideItself],
    legalComments: "eof",
    metafile: true,
    logLevel: "warning",
  });
  refuseLazyCommonJs(result.metafile);
  await writeFile(join(outdir, "THIRD-PARTY.txt"), await thirdPartyNotices(result.metafile));
  await copyFile(join(sqliteFolder, "node-sqlite3-wasm.wasm"), join(outdir, "chunks", "node-sqlite3-wasm.wasm"));
  for (const [from, to] of recordings) {
    await cp(join(root, "fixtures", "agents", from), join(outdir, "demo", to), { recursive: true, filter: (path) => !path.endsWith(leftOut) });
  }
  return result.metafile;
}

/**
 * A CommonJS package that is imported lazily has only a default export in a bundle, but named ones without it.
 * So such a package is imported by a module of ours, and that module lazily.
 * @param {import("esbuild").Metafile} metafile
 */
function refuseLazyCommonJs({ inputs, outputs }) {
  for (const { entryPoint } of Object.values(outputs)) {
    if (entryPoint?.includes("node_modules/") && inputs[entryPoint]?.format === "cjs") {
      throw new Error(`'${entryPoint}' is CommonJS: import it at the top of a module of src, and import that one lazily`);
    }
  }
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await buildProgram(join(root, "dist"));
}
