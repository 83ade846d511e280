// `npm test`: installs if needed, then every check and every test. Arguments go to vitest.
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { install } from "./install.mjs";
import { hasSqlite, nodeWithSqlite } from "./node-with-sqlite.mjs";
import { root } from "./root.mjs";
import { run } from "./run.mjs";
import { scratch } from "./scratch.mjs";

const bin = (name, path) => [process.execPath, join(root, "node_modules", name, path)];
const checks = [
  ["types", ...bin("typescript", "bin/tsc"), "-p", "tsconfig.json", "--noEmit"],
  ["layers", ...bin("dependency-cruiser", "bin/dependency-cruise.mjs"), "--config", ".dependency-cruiser.cjs", "src", "bin"],
  ["rules", process.execPath, "scripts/checks.mjs"],
  ["build", process.execPath, "scripts/build.mjs"],
];

/** What behaves otherwise where Node has SQLite. */
const DATABASES = ["agents/sqlite", "agents/opencode", "agents/kiro", "agents/cursor", "agents/contract", "journey/samples-databases", "journey/samples-rows"].map((name) => `test/${name}`);

if (!(await install())) {
  console.log("\nhx: nothing could be run\n0 passed, 1 failed");
  process.exit(1);
}
const count = { passed: 0, failed: 0 };
for (const [name, command, ...argv] of checks) {
  console.log(`\n== ${name}`);
  const code = await run(command, argv, { cwd: root });
  if (code === 130) process.exit(130);
  count[code === 0 ? "passed" : "failed"]++;
}

const directory = await scratch();
try {
  await test("tests", process.execPath, process.argv.slice(2));
  if (process.argv.length === 2 && !hasSqlite()) {
    const node = await nodeWithSqlite(directory.path);
    if (node === null) console.log(`\n== databases: not run. Node ${process.versions.node} cannot put rows back, and one that can was not to be had`);
    else await test("databases, on a Node that can put rows back", node, DATABASES);
  }
} finally {
  await directory.remove();
}

console.log(count.failed === 0 ? "\nhx: every check and every test passed" : "\nhx: something failed; it is named above");
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exitCode = count.failed === 0 ? 0 : 1;

/** Runs vitest, and counts. */
async function test(title, node, argv) {
  console.log(`\n== ${title}`);
  const report = join(directory.path, "report.json");
  await rm(report, { force: true });
  const code = await run(node, [join(root, "node_modules", "vitest", "vitest.mjs"), "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...argv], { cwd: root, env: { ...process.env, TMPDIR: directory.path } });
  const { passed, failed } = await counted(report);
  count.passed += passed;
  // What fails outside of any test fails all the same: a file that does not load, an error nobody caught.
  count.failed += Math.max(failed, code === 0 ? 0 : 1);
}

/** @returns {Promise<{ passed: number, failed: number }>} tests, and files that did not load, out of vitest's report */
async function counted(path) {
  const report = await readFile(path, "utf8").then(JSON.parse, () => null);
  if (report === null) return { passed: 0, failed: 1 };
  const unloaded = report.testResults.filter(({ status, assertionResults }) => status === "failed" && assertionResults.length === 0).length;
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded };
}
