import { access, constants, readdir, realpath, stat, statfs } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { localEnvironment } from "../adapters/git/environment.ts";
import { run, text } from "../adapters/git/run.ts";
import { fail, ok, warn, type Finding } from "../app/doctor/check.ts";
import { refspecFinding, type RemoteSetting } from "../app/doctor/refspecs.ts";
import type { Ledger } from "../app/ledger.ts";
import type { Clone } from "./clone.ts";
import type { Settings } from "./settings.ts";

const MINUTE = 60_000;

export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 20 || (major === 20 && minor >= 19) ? ok(version) : fail(`node ${version} is too old, hx needs 20.19`, "nvm install --lts");
}

export async function gitFinding(settings: Settings): Promise<Finding> {
  const said = text(await run({ git: "git", env: localEnvironment(settings.env) }, ["--version"]));
  const [, major = "0", minor = "0"] = /(\d+)\.(\d+)/.exec(said) ?? [];
  const at = (wanted: readonly [number, number]): boolean => Number(major) > wanted[0] || (Number(major) === wanted[0] && Number(minor) >= wanted[1]);
  if (!at([2, 31])) return fail(`${said.trim()} is too old, hx needs 2.31`, "git --version");
  return ok(`${said.trim()}; hooks go into ${at([2, 54]) ? "its configuration" : "files (2.54 can take them from its configuration)"}`);
}

/** Which program a hook would start. */
export async function pathFinding({ env, hxCommand }: Settings, running: string | undefined): Promise<Finding> {
  const found = hxCommand.includes("/") ? await executable(hxCommand) : await onPath(env["PATH"] ?? "", hxCommand);
  if (found === null) return fail(`hooks find no '${hxCommand}', so they do nothing`, "npm install -g hx");
  const real = await realpath(found);
  const own = running === undefined ? null : await realpath(running).catch(() => null);
  if (real !== own) return warn(`hooks start '${found}', and this is '${running ?? "another program"}' (other programs are called hx too)`, `${found} --version`);
  return ok(`hooks start '${found}', which is this program`);
}

async function onPath(path: string, name: string): Promise<string | null> {
  for (const directory of path.split(delimiter)) {
    const found = directory === "" ? null : await executable(join(directory, name));
    if (found !== null) return found;
  }
  return null;
}

async function executable(path: string): Promise<string | null> {
  const file = await stat(path).catch(() => null);
  return file?.isFile() === true && (await access(path, constants.X_OK).then(() => true, () => false)) ? path : null;
}

/** Directories that hold keys are the person's alone. */
export async function directoryFinding(directory: string): Promise<Finding> {
  const found = await stat(directory).catch(() => null);
  if (found === null) return ok(`'${directory}' is not there yet`);
  if (process.platform !== "win32" && (found.mode & 0o077) !== 0) return warn(`'${directory}' is open to others of this machine`, `chmod 700 '${directory}'`);
  return ok(`'${directory}' is open to you alone`);
}

/** Bytes. */
const LEAST = 100 << 20;
const LITTLE = 1 << 30;

export async function diskFinding(directory: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(directory);
  const free = Number(bavail) * Number(bsize);
  const said = `${(free / (1 << 30)).toFixed(1)} GiB free`;
  if (free < LEAST) return fail(`${said}: captures will fail`, `df -h '${directory}'`);
  return free < LITTLE ? warn(said, `df -h '${directory}'`) : ok(said);
}

/** Every configured refspec and mirror of a remote. */
export async function configuredRefspecs({ settings, repository }: Clone): Promise<Finding> {
  const program = { git: "git", env: localEnvironment(settings.env) };
  const ran = await run(program, [`--git-dir=${repository.checkout.gitDirectory}`, "config", "--null", "--get-regexp", "^remote\\..*\\.(fetch|push|mirror)$"]);
  const lines = text(ran).split("\0").filter((line) => line !== "");
  return refspecFinding(lines.map((line): RemoteSetting => [line.slice(0, line.indexOf("\n")), line.slice(line.indexOf("\n") + 1)]));
}

/** Lock files of git that a killed process left: until they are gone, no ref of sessions moves. */
export async function lockFinding(clone: Clone, ledger: Ledger | null, now: number): Promise<Finding> {
  const { commonDirectory } = clone.repository.checkout;
  const stores = [commonDirectory, ...(ledger === null ? [] : [ledger.stage.directory, ledger.others.directory])];
  for (const store of stores) {
    const below = store === commonDirectory ? [join(store, "refs", "sessions"), join(store, "refs", "hx")] : [join(store, "refs")];
    const locks = [join(store, "packed-refs.lock"), ...(await Promise.all(below.map(locksIn))).flat()];
    for (const lock of locks) {
      const found = await stat(lock).catch(() => null);
      if (found !== null && now - found.mtimeMs > MINUTE) return fail(`'${lock}' was left by a process that was killed: no ref beside it can be written`, `rm '${lock}'`);
    }
  }
  return ok("no lock of git was left behind");
}

async function locksIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(entries.map((entry) => (entry.isDirectory() ? locksIn(join(directory, entry.name)) : entry.name.endsWith(".lock") ? [join(directory, entry.name)] : [])));
  return found.flat();
}
