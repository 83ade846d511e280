// `npm run demo`: installs, builds, and runs the demo of the program that was built.
import { join } from "node:path";
import { install } from "./install.mjs";
import { root } from "./root.mjs";
import { run } from "./run.mjs";

process.exitCode = (await install()) ? await play() : 1;

async function play() {
  const built = await run(process.execPath, [join(root, "scripts", "build.mjs")], { cwd: root });
  return built === 0 ? run(process.execPath, [join(root, "bin", "hx.js"), "demo", ...process.argv.slice(2)], { cwd: root }) : built;
}
