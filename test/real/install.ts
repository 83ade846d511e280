import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { RealAgent } from "./agent.ts";
import { failure, start } from "./process.ts";

/** `HX_AGENTS_CACHE`, else below the platform's place for caches. */
export function cacheDirectory(env: NodeJS.ProcessEnv): string {
  if (env["HX_AGENTS_CACHE"]) return env["HX_AGENTS_CACHE"];
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "hx-agents");
  if (process.platform === "win32") return join(env["LOCALAPPDATA"] || join(homedir(), "AppData", "Local"), "hx-agents", "Cache");
  return join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "hx-agents");
}

function directoryOf(cache: string, agent: RealAgent): string {
  return join(cache, `${agent.name}-${agent.version}`);
}

export function programOf(cache: string, agent: RealAgent): string {
  return join(directoryOf(cache, agent), "node_modules", agent.program);
}

/** Whether exactly the pinned version is there. */
export async function isInstalled(cache: string, agent: RealAgent): Promise<boolean> {
  const found = await readFile(join(directoryOf(cache, agent), "node_modules", agent.package, "package.json"), "utf8").catch(() => "{}");
  return (JSON.parse(found) as { version?: string }).version === agent.version;
}

/**
 * Installs an agent from npm into a directory of its own, unless it is there. Its install scripts run, with a home of their own: some put
 * the program for this platform in its place. The one step that needs a network.
 * @throws Error with the command and its output
 */
export async function install(cache: string, agent: RealAgent, env: NodeJS.ProcessEnv): Promise<void> {
  if (await isInstalled(cache, agent)) return;
  const directory = directoryOf(cache, agent);
  const making = `${directory}.making`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true });
  await writeFile(join(making, "package.json"), '{ "private": true }\n');
  const task = { command: "npm", args: ["install", "--no-audit", "--no-fund", "--save-exact", `${agent.package}@${agent.version}`], cwd: making, env: installEnv(env), limit: 600_000 };
  const ended = await start(task);
  if (ended.code !== 0) throw new Error(failure(task, ended));
  await rm(directory, { recursive: true, force: true });
  await rename(making, directory);
}

/** What npm needs of this process: where it is, and how the registry is reached. */
function installEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(given.filter(([name]) => /^(path|home|userprofile|appdata|localappdata|systemroot|temp|tmp|https?_proxy|no_proxy|npm_config_.*|node_extra_ca_certs|ssl_cert_.*)$/i.test(name)));
}
