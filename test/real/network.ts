import { spawn } from "node:child_process";
import { networkInterfaces } from "node:os";
import { start } from "./process.ts";

/** The loopback interface has to be brought up first: in a new namespace it is down. */
const inside = 'ip link set lo up && exec "$@"';
/** A namespace of processes too, where it may be had: what an agent leaves running ends with the suite. */
const ways: readonly (readonly string[])[] = [["-r", "-n", "-p", "-f", "--mount-proc", "--kill-child"], ["-r", "-n"]];

/** How this machine runs a program without any network but loopback: the words before the program's. null: it cannot. */
export async function withoutNetwork(): Promise<readonly string[] | null> {
  if (process.platform !== "linux") return null;
  const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };
  for (const way of ways) {
    const words = ["unshare", ...way, "sh", "-c", inside, "sh"];
    const ended = await start({ command: "unshare", args: [...words.slice(1), "true"], cwd: "/", env }).catch(() => null);
    if (ended?.code === 0) return words;
  }
  return null;
}

/** Runs a program in the terminal of this one. @returns its exit code */
export function hand(words: readonly string[]): Promise<number> {
  return new Promise((done, failed) => {
    const [command = "", ...args] = words;
    const child = spawn(command, args, { stdio: "inherit" });
    child.on("error", failed);
    child.on("close", (code) => done(code ?? 1));
  });
}

/** Whether no interface but loopback is there, asked of the system and not of what was tried. */
export function isCutOff(): boolean {
  return Object.values(networkInterfaces()).every((addresses) => (addresses ?? []).every(({ internal }) => internal));
}

/** For where there is no namespace: whoever keeps to the usual variables gets nowhere but to loopback. */
export const NOWHERE: Readonly<Record<string, string>> = {
  HTTP_PROXY: "http://127.0.0.1:9",
  HTTPS_PROXY: "http://127.0.0.1:9",
  ALL_PROXY: "http://127.0.0.1:9",
  NO_PROXY: "127.0.0.1,localhost",
};
