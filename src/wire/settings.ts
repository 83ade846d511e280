import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where things are on this machine. Only this folder reads the environment. */
export interface Settings {
  readonly env: Environment;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly configDirectory: string;
  readonly stateDirectory: string;
  /** Where `identity unlock` keeps a key, and what it tells of the place. */
  readonly unlockDirectory: string;
  readonly unlockPlace: string;
  /** The capture-only key of a throwaway machine, or the file that holds it. */
  readonly captureKey: { readonly text: string } | { readonly file: string } | null;
  /** What hooks call: `hx` on the PATH, or what HX_COMMAND names. */
  readonly hxCommand: string;
}

export function readSettings(env: Environment = process.env): Settings {
  const home = env["HOME"] ?? homedir();
  const stateDirectory = env["HX_STATE_DIR"] || join(env["XDG_STATE_HOME"] || join(home, ".local", "state"), "hx");
  return {
    env,
    home,
    platform: process.platform,
    configDirectory: env["HX_CONFIG_DIR"] || join(env["XDG_CONFIG_HOME"] || join(home, ".config"), "hx"),
    stateDirectory,
    ...unlockPlace(env, stateDirectory),
    captureKey: captureKeyOf(env),
    hxCommand: env["HX_COMMAND"] || "hx",
  };
}

function captureKeyOf(env: Environment): Settings["captureKey"] {
  const text = env["HX_CAPTURE_KEY"];
  const file = env["HX_CAPTURE_KEY_FILE"];
  if (text) return { text };
  return file ? { file } : null;
}

/** Memory-backed where the system has such a place, so that a key is gone with the power. */
function unlockPlace(env: Environment, stateDirectory: string): { unlockDirectory: string; unlockPlace: string } {
  const runtime = env["XDG_RUNTIME_DIR"];
  if (runtime !== undefined && runtime !== "" && existsSync(runtime)) return { unlockDirectory: join(runtime, "hx"), unlockPlace: "memory (XDG_RUNTIME_DIR)" };
  const uid = process.getuid?.();
  if (uid !== undefined && env["HX_STATE_DIR"] === undefined && isDirectory("/dev/shm")) return { unlockDirectory: `/dev/shm/hx-${uid}`, unlockPlace: "memory (/dev/shm)" };
  return { unlockDirectory: join(stateDirectory, "unlocked"), unlockPlace: `'${join(stateDirectory, "unlocked")}', on disk` };
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Why this home will not last, or null. */
export function throwawayReason({ env }: Settings): string | null {
  if (env["CI"]) return "a CI job";
  if (env["REMOTE_CONTAINERS"] || env["CODESPACES"]) return "a dev container";
  if (existsSync("/.dockerenv") || existsSync("/run/.containerenv")) return "a container";
  return null;
}
