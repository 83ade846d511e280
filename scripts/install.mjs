// What both commands of the README do first. Plain Node: on a fresh clone nothing is there yet.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./root.mjs";
import { run } from "./run.mjs";

/**
 * Installs what the lock file says, without the scripts of any package, unless it is there already.
 * @returns {Promise<boolean>} whether all of it is there now
 */
export async function install() {
  const missing = await missingPackage();
  if (missing === null) return true;
  console.log(`installing what package-lock.json names (${missing})`);
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const code = await run(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root });
  if (code !== 0) console.error("'npm ci' failed; it needs a network, this once");
  return code === 0;
}

/** By versions and not by times: a checkout gives every file the time of the checkout. */
async function missingPackage() {
  const { packages } = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8"));
  for (const [path, wanted] of Object.entries(packages)) {
    if (path === "" || wanted.optional || wanted.peer || wanted.os || wanted.cpu) continue;
    const found = await readFile(join(root, path, "package.json"), "utf8").then(JSON.parse, () => null);
    if (found?.version !== wanted.version) return `${path.replace(/^.*node_modules\//, "")} ${wanted.version}`;
  }
  return null;
}
