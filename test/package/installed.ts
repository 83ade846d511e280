import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The package as `npm pack` makes it from a checkout, and where it was installed without a network. */
export interface Installed {
  readonly directory: string;
  readonly tarball: string;
  readonly bin: string;
  readonly env: Readonly<Record<string, string>>;
  /** An empty directory that programs take for the temporary one. */
  readonly temporary: string;
  run(command: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  remove(): Promise<void>;
}

export async function packAndInstall(): Promise<Installed> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "hx-package-")));
  const [home, temporary, checkout, prefix] = ["home", "tmp", "checkout", "prefix"].map((name) => join(directory, name)) as [string, string, string, string];
  await Promise.all([home, temporary, checkout, prefix].map((path) => mkdir(path)));
  const env = {
    PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}`,
    HOME: home,
    TMPDIR: temporary,
    // Empty: nothing that this machine has fetched before may help.
    npm_config_cache: join(directory, "cache"),
    npm_config_update_notifier: "false",
  };
  const run: Installed["run"] = (command, args, more = {}) =>
    new Promise((resolve) => {
      execFile(command, args, { cwd: checkout, env: { ...env, ...more }, maxBuffer: 1 << 26 }, (error, out, err) => {
        resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, out, err });
      });
    });
  const must = async (command: string, args: readonly string[]): Promise<string> => {
    const { code, out, err } = await run(command, args);
    if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}: ${err}`);
    return out;
  };
  const files = await must("git", ["-c", `safe.directory=${root}`, "-C", root, "ls-files", "-co", "--exclude-standard", "-z"]);
  for (const path of files.split("\0").filter((name) => name !== "" && name !== "node_modules" && !name.startsWith("test/"))) {
    await cp(join(root, path), join(checkout, path)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error; // listed, and deleted in the work tree
    });
  }
  await symlink(join(root, "node_modules"), join(checkout, "node_modules"));
  const name = (await must("npm", ["pack", "--silent", "--pack-destination", directory])).trim().split("\n").at(-1) ?? "";
  const tarball = join(directory, name);
  await must("npm", ["install", "--global", "--prefix", prefix, "--offline", "--no-audit", "--no-fund", tarball]);
  await rm(temporary, { recursive: true });
  await mkdir(temporary);
  return { directory, tarball, bin: join(prefix, "bin", "hx"), env, temporary, run, remove: () => rm(directory, { recursive: true, force: true, maxRetries: 5 }) };
}
