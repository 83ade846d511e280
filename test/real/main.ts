import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { AGENTS } from "./agents.ts";
import type { RealAgent } from "./agent.ts";
import { cacheDirectory, install, isInstalled, programOf } from "./install.ts";
import { hasNodeSqlite } from "../../src/adapters/agents/shared/sqlite/node-engine.ts";
import { makeMachine, type Place } from "./machine.ts";
import { startModel } from "./model/server.ts";
import { hand, isCutOff, NOWHERE, withoutNetwork } from "./network.ts";
import { allHeld, resultOf, tableOf, untried, writeResults, type Result } from "./results.ts";
import { storyOf } from "./story.ts";
import { timeHooks, type Timing } from "./timing.ts";
import { tryAgent } from "./trial.ts";

const USAGE = `npm run test:agents -- [options] [agent ...]

  --runs <n>   pairs of runs that the time of hooks is the median of; 0 for none (default 5)
  --keep       leave the homes and checkouts where they are, and say where
  --record     write what came of it into docs/agents-verified.json and docs/agents.md
  --help       this text

agents: ${AGENTS.map(({ name }) => name).join(", ")} (default: all)
HX_AGENTS_CACHE: where their programs are kept
`;

interface Options {
  readonly agents: readonly RealAgent[];
  readonly runs: number;
  readonly keep: boolean;
  readonly record: boolean;
}

/** What run.mjs gives. */
export interface Built {
  /** hx's `bin/hx.js`. */
  readonly program: string;
  /** Top of the sources. */
  readonly root: string;
  /** This program, to start it anew where there is no network. */
  readonly self: readonly string[];
}

/** @returns exit code: 0 when every check of every agent held */
export async function main(argv: readonly string[], built: Built): Promise<number> {
  const options = parse(argv.filter((word) => word !== "--inside"));
  if (options === null) {
    process.stdout.write(USAGE);
    return argv.includes("--help") ? 0 : 2;
  }
  const cache = cacheDirectory(process.env);
  await mkdir(cache, { recursive: true });
  if (argv.includes("--inside")) return report(options, built, await tryAll(options, built, cache, {}));
  for (const agent of options.agents) {
    if (await isInstalled(cache, agent)) continue;
    say(`installing ${agent.package}@${agent.version}`);
    await install(cache, agent, process.env);
  }
  const words = await withoutNetwork();
  if (words !== null) return hand([...words, process.execPath, ...built.self, "--inside", ...argv]);
  say("no namespace without a network can be had here: proxy variables lead nowhere instead");
  return report(options, built, await tryAll(options, built, cache, NOWHERE));
}

function parse(argv: readonly string[]): Options | null {
  const agents: RealAgent[] = [];
  let [runs, keep, record] = [5, false, false];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? "";
    const agent = AGENTS.find(({ name }) => name === word);
    if (agent !== undefined) agents.push(agent);
    else if (word === "--keep") keep = true;
    else if (word === "--record") record = true;
    else if (word === "--runs" && /^\d{1,3}$/.test(argv[at + 1] ?? "")) runs = Number(argv[++at]);
    else return null;
  }
  return { agents: agents.length === 0 ? AGENTS : agents, runs, keep, record };
}

async function tryAll(options: Options, built: Built, cache: string, more: Readonly<Record<string, string>>): Promise<readonly Result[]> {
  say(isCutOff() ? "no network but loopback" : "the network is there");
  const results: Result[] = [];
  for (const agent of options.agents) {
    say(`${agent.title} ${agent.version}`);
    const result = agent.sqlite === true && !hasNodeSqlite() ? untried(agent, `not tried: needs Node 22.13 or newer, this is ${process.versions.node}`) : await tryOne(options, built, cache, more, agent);
    if (result.untried !== undefined) say(`  ${result.untried}`);
    for (const { what, why } of result.checks) say(`  ${why === "" ? "ok  " : "FAIL"} ${what}${why === "" ? "" : `\n${why.replaceAll(/^/gm, "       ")}`}`);
    results.push(result);
  }
  return results;
}

async function tryOne(options: Options, built: Built, cache: string, more: Readonly<Record<string, string>>, agent: RealAgent): Promise<Result> {
  await mkdir(join(cache, "runs"), { recursive: true });
  // Beside the programs and not in the temporary directory: Codex sets no helpers up for a home that lies there.
  const root = await realpath(await mkdtemp(join(cache, "runs", `${agent.name}-`)));
  const place: Place = { root, hx: built.program, agent: programOf(cache, agent), more };
  const checkout = join("work", "shop");
  const model = await startModel(storyOf(agent, join(root, "home", checkout)));
  try {
    const here = await makeMachine(place, agent, "home", checkout, model.url);
    const outcome = await tryAgent(place, agent, model, here);
    const ran = outcome.checks.every(({ why }) => why === "");
    const timing: Timing | null = ran && options.runs > 0 ? await timeHooks(here, agent, options.runs) : null;
    return resultOf(agent, { ...outcome, checks: outcome.checks.map(({ what, why }) => ({ what, why: anywhere(why, place) })) }, timing);
  } catch (error) {
    return resultOf(agent, { checks: [{ what: "runs", why: anywhere(error instanceof Error ? error.message : String(error), place) }], fired: [] }, null);
  } finally {
    await model.close();
    for (const asked of model.unknown()) say(`  beside the model: ${asked}`);
    if (options.keep) say(`  kept: ${root}`);
    else await rm(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Without the places of this machine: what failed is recorded. */
function anywhere(why: string, { root, hx }: Place): string {
  return why.replaceAll(hx, "hx.js").replaceAll(root, "<run>");
}

async function report(options: Options, built: Built, results: readonly Result[]): Promise<number> {
  process.stdout.write(`\n${tableOf(results)}`);
  if (options.record) await writeResults(built.root, results, new Date());
  return results.every(allHeld) ? 0 : 1;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
