// `npm test`: installs if needed, then every check and every test. Arguments go to vitest.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { install } from "./install.mjs";
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

console.log("\n== tests");
const directory = await scratch();
try {
  const report = join(directory.path, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const [command, ...argv] = [...bin("vitest", "vitest.mjs"), "run", ...reporters, ...process.argv.slice(2)];
  const code = await run(command, argv, { cwd: root, env: { ...process.env, TMPDIR: directory.path } });
  const tests = await counted(report);
  count.passed += tests.passed;
  // What fails outside of any test fails all the same: a file that does not load, an error nobody caught.
  count.failed += Math.max(tests.failed, code === 0 ? 0 : 1);
} finally {
  await directory.remove();
}

console.log(count.failed === 0 ? "\nhx: every check and every test passed" : "\nhx: something failed; it is named above");
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exitCode = count.failed === 0 ? 0 : 1;

/** @returns {Promise<{ passed: number, failed: number }>} tests, and files that did not load, out of vitest's report */
async function counted(path) {
  const report = await readFile(path, "utf8").then(JSON.parse, () => null);
  if (report === null) return { passed: 0, failed: 1 };
  const unloaded = report.testResults.filter(({ status, assertionResults }) => status === "failed" && assertionResults.length === 0).length;
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded };
}
