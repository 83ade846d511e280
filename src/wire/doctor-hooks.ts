import { access, constants } from "node:fs/promises";
import { check, fail, ok, warn, type Check, type Finding } from "../app/doctor/check.ts";
import type { HookEntry } from "../ports/hooks.ts";
import type { GitEvent } from "../adapters/hooks/shell.ts";
import { gitEvents } from "../adapters/hooks/shell.ts";
import { AGENTS, programOf } from "./agents.ts";
import type { Clone } from "./clone.ts";
import { expectedLines, hookShell, installedLines, linesFire, shellComplaint } from "./hook-probe.ts";
import { hookPlaces } from "./hooks-world.ts";
import type { Settings } from "./settings.ts";

/** Hooks of git and of the agents that are here: installed, trusted, and, for git's, fired. */
export async function* hookChecks(settings: Settings, clone: Clone, directory: string): AsyncGenerator<Check> {
  const skip = ["HX_SKIP", "HX_HOOK"].find((name) => settings.env[name]);
  if (skip !== undefined) yield { name: "hooks switched on", ...warn(`${skip} is set in this environment: hooks do nothing`, `unset ${skip}`) };
  const [git] = await hookPlaces(settings, directory, false);
  for (const event of gitEvents) {
    yield check(`git hook ${event}`, async () => {
      const entry = (await git?.state())?.find((one) => one.event === event);
      return entry === undefined ? fail("hx has no such hook") : gitFinding(settings, clone, event, entry);
    });
  }
  const withHooks = new Set((await hookPlaces(settings, directory, false)).map(({ name }) => name));
  for (const agent of AGENTS) {
    if (!withHooks.has(agent.name) || !(await agent.present(settings))) continue;
    yield check(`hooks of ${agent.name}`, () => agentFinding(settings, directory, agent.name));
  }
}

async function gitFinding(settings: Settings, clone: Clone, event: GitEvent, { state, where, note }: HookEntry): Promise<Finding> {
  const because = note === undefined ? "" : ` (${note})`;
  const byHand = note?.includes("by hand") === true;
  if (state === "absent") return fail(`not in '${where}', where git looks${because}`, byHand ? "hx hooks install --place git --dry-run" : "hx hooks install --place git");
  if (state !== "installed") return fail(`what stands in '${where}' is not what hx wrote${because}`, "hx hooks install --place git");
  const byConfig = where.startsWith("hook.");
  if (!byConfig) {
    const wrong = await fileProblem(settings, where);
    if (wrong !== null) return wrong;
  }
  const inPlace = await installedLines(clone.repository, where);
  const shell = byConfig ? "sh" : await hookShell(where);
  const fired = await linesFire(settings, event, inPlace ?? expectedLines(settings, event, byConfig), shell);
  const which = inPlace === null ? "the lines that hx would write" : "these lines of hx";
  if (!fired) return fail(`${which} did not start hx when a throwaway repository fired them`, "hx hooks install --place git");
  return ok(`in '${where}'${because}; ${which} started a stand-in for hx when a throwaway repository with this git and ${shell} fired them. Your own lines in the same hook were not run`);
}

async function fileProblem(settings: Settings, where: string): Promise<Finding | null> {
  const runs = await access(where, constants.X_OK).then(() => true, () => false);
  // husky and the like run files that are not executable by themselves.
  if (!runs && !/\.ya?ml$|\.toml$|\.jsonc?$|\.husky\//.test(where)) return fail(`'${where}' is not executable, so git passes it over`, `chmod +x '${where}'`);
  if (/\.ya?ml$|\.toml$|\.jsonc?$/.test(where)) return null;
  const shell = await hookShell(where);
  const complaint = await shellComplaint(settings, shell, where);
  return complaint === null ? null : warn(`${shell} does not parse '${where}': ${complaint}`, `${shell} -n '${where}'`);
}

async function agentFinding(settings: Settings, directory: string, name: string): Promise<Finding> {
  const states: { readonly entries: readonly HookEntry[]; readonly project: boolean }[] = [];
  for (const project of [false, true]) {
    const place = (await hookPlaces(settings, directory, project)).find((one) => one.name === name);
    if (place !== undefined) states.push({ entries: await place.state(), project });
  }
  const best = states.sort((a, b) => present(b.entries) - present(a.entries))[0];
  if (best === undefined || present(best.entries) === 0) return fail("not installed: a session is kept at the next commit or push only", `hx hooks install --agent ${name}`);
  const where = best.entries[0]?.where ?? "";
  const untrusted = best.entries.filter(({ state }) => state === "untrusted");
  if (untrusted.length > 0) return warn(untrusted[0]?.note ?? "installed, and not trusted yet", programOf(name));
  const odd = best.entries.find(({ state }) => state === "absent" || state === "changed");
  if (odd !== undefined) return fail(`'${odd.event}' in '${odd.where}' is ${odd.state}`, `hx hooks install --agent ${name}${best.project ? " --project" : ""}`);
  const unknown = best.entries.find(({ state }) => state === "unknown");
  if (unknown !== undefined) return warn(unknown.note ?? `whether the hooks in '${where}' run cannot be told`, programOf(name));
  return ok(`${best.entries.length} in '${where}'. That the agent runs them is seen at its next session only`);
}

function present(entries: readonly HookEntry[]): number {
  return entries.filter(({ state }) => state !== "absent").length;
}
