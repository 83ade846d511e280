// Starts one program and waits. Shared by the two commands of the README.
import { spawn } from "node:child_process";

/** Children end by the SIGINT that they get themselves; this process waits for them, so that they can clean up. */
let interrupted = false;
process.on("SIGINT", () => (interrupted = true));

/**
 * @param {string} command
 * @param {readonly string[]} argv
 * @param {import("node:child_process").SpawnOptions} [options]
 * @returns {Promise<number>} its exit code; 130 after an interruption
 */
export function run(command, argv, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, argv, { stdio: "inherit", ...options });
    const forward = () => child.kill("SIGTERM");
    process.once("SIGTERM", forward);
    child.on("error", reject);
    child.on("close", (code) => {
      process.off("SIGTERM", forward);
      resolve(interrupted ? 130 : (code ?? 1));
    });
  });
}
