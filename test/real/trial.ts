import { join } from "node:path";
import type { RealAgent } from "./agent.ts";
import { connect, makeMachine, takeUp, type Machine, type Place } from "./machine.ts";
import type { ModelServer } from "./model/server.ts";
import { failure, must } from "./process.ts";
import { forgotten, isAbout, prompts } from "./story.ts";
import { hashesBelow, missingFrom, type Hashes } from "./stored.ts";
import type { Fired } from "./trace.ts";

/** What was tried with one agent, and how it went. A check that failed says why. */
export interface Outcome {
  readonly checks: readonly Check[];
  /** Bytes that the hooks alone had captured after the last run, and all there are. */
  readonly byHooks?: readonly [number, number];
  /** Calls of each event, `Stop 2`. */
  readonly fired: readonly string[];
}

export interface Check {
  readonly what: "runs" | "hooks fired" | "captured whole" | "restored" | "resumed";
  /** Empty when it held. */
  readonly why: string;
}

interface Listed {
  readonly id: string;
  readonly agent: string;
  readonly bytes: number;
}

/** Runs an agent twice on one machine, then a third time on another one that has only a clone, the phrase, and what hx restored. */
export async function tryAgent(place: Place, agent: RealAgent, model: ModelServer, here: Machine): Promise<Outcome> {
  const remote = join(place.root, "remote.git");
  const phrase = join(place.root, "phrase");
  const checks: Check[] = [];
  const check = (what: Check["what"], why: string): boolean => {
    checks.push({ what, why });
    return why === "";
  };
  await connect(here, agent, remote, phrase);

  const first = await runOf(here, agent.start(prompts.first));
  const id = first === "" ? await sessionOf(here, agent) : null;
  const second = id === null || agent.resume === undefined ? "" : await runOf(here, agent.resume(id.own, prompts.second));
  const said = (prompt: string): boolean => model.heard().some((heard) => isAbout(heard, prompt));
  const ran = [first, second, said(prompts.first) ? "" : "the model was not asked", first !== "" || id !== null ? "" : "hx knows no session of it"].filter((why) => why !== "");
  const fired = await here.trace.settled();
  const events = counted(fired.filter(({ hook }) => hook === `agent ${agent.name}`));
  if (!check("runs", ran.join("\n")) || id === null) return { checks, fired: events };

  const silent = agent.hooks.filter((event) => !fired.some((one) => one.event === event));
  check("hooks fired", events.length === 0 ? `no hook of ${agent.name} called hx` : silent.map((event) => `no '${event}'`).join(", "));
  const late = id.late + (await captured(here, agent));
  await here.hx("sync");
  const sessions = await listed(here, agent);
  const whole = sessions.reduce((sum, { bytes }) => sum + bytes, 0);

  const kept = await hashesBelow(here.home, agent.kept);
  const raw = await rawOf(here, place, sessions, "raw");
  check("captured whole", differences(kept, raw, agent.dump === undefined));

  const there = await makeMachine(place, agent, "other", join("elsewhere", "code"), model.url);
  await takeUp(there, remote, phrase);
  if (agent.makeStore !== undefined) await must(there.agentTask(agent.makeStore));
  const again = await rawOf(there, place, sessions, "raw-there");
  for (const session of sessions) await there.hx("restore", session.id);
  const placed = await hashesBelow(there.home, agent.kept, [there.checkout, here.checkout]);
  check("restored", [
    ...missingFrom(raw, again).map((path) => `'${path}' is not the same in the other clone`),
    ...missingFrom(kept, placed).map((path) => `'${path}' is not among what was restored, but for the checkout's path`),
    ...(await dumpsDiffer(agent, id.own, here, there)),
  ].join("\n"));

  if (agent.resume === undefined) return { checks, byHooks: [whole - late, whole], fired: events };
  const before = model.heard().length;
  const third = await runOf(there, agent.resume(id.own, prompts.third));
  const asked = model.heard().slice(before).filter((heard) => isAbout(heard, prompts.third));
  const best = asked.map(forgotten).sort((a, b) => a.length - b.length)[0];
  check("resumed", third !== "" ? third : best === undefined ? "the model was not asked" : best.map((text) => `its request does not hold '${text}'`).join("\n"));
  return { checks, byHooks: [whole - late, whole], fired: events };
}

async function runOf(machine: Machine, args: readonly string[]): Promise<string> {
  const ended = await machine.agent(args);
  return ended.code === 0 ? "" : failure(machine.agentTask(args), ended);
}

/** The agent's own id of the session that there is: `restore` names it in the command to resume it. Captured here only when the hooks did not. */
async function sessionOf(machine: Machine, agent: RealAgent): Promise<{ readonly own: string; readonly late: number } | null> {
  await machine.trace.settled();
  const late = (await listed(machine, agent)).length === 0 ? await captured(machine, agent) : 0;
  const [session] = await listed(machine, agent);
  if (session === undefined) return null;
  const { resume } = JSON.parse(await machine.hx("restore", session.id, "--dry-run", "--json")) as { readonly resume: string };
  return { own: resume.split(/[ =]/).at(-1) ?? "", late };
}

/** Captures what the hooks did not. @returns bytes */
async function captured(machine: Machine, agent: RealAgent): Promise<number> {
  const { sessions } = JSON.parse(await machine.hx("capture", "--agent", agent.name, "--json")) as { readonly sessions: readonly { readonly newBytes: number }[] };
  return sessions.reduce((sum, { newBytes }) => sum + newBytes, 0);
}

async function listed(machine: Machine, agent: RealAgent): Promise<readonly Listed[]> {
  const { sessions } = JSON.parse(await machine.hx("list", "--json")) as { readonly sessions: readonly Listed[] };
  return sessions.filter((session) => session.agent === agent.name);
}

async function rawOf(machine: Machine, place: Place, sessions: readonly Listed[], name: string): Promise<Hashes> {
  for (const { id } of sessions) await machine.hx("show", id, "--raw", join(place.root, name, id));
  return hashesBelow(join(place.root, name));
}

/** Where the store is a database: what the agent itself prints of the session has to be the same, but for the checkout's path. */
async function dumpsDiffer(agent: RealAgent, own: string, here: Machine, there: Machine): Promise<readonly string[]> {
  if (agent.dump === undefined) return [];
  const [before, after] = [await here.agent(agent.dump(own)), await there.agent(agent.dump(own))];
  if (after.code !== 0) return [failure(there.agentTask(agent.dump(own)), after)];
  return before.stdout === after.stdout.replaceAll(there.checkout, here.checkout) ? [] : [`'${agent.dump(own).join(" ")}' does not print the same`];
}

/** @param files whether the store is of files, so that what hx gives back can be found in it */
function differences(kept: Hashes, raw: Hashes, files: boolean): string {
  if (!files) return raw.size === 0 ? "hx gives back nothing" : "";
  if (kept.size === 0) return "the agent wrote nothing";
  return missingFrom(kept, raw).map((path) => `'${path}' is not among what hx gives back`).join("\n");
}

function counted(fired: readonly Fired[]): readonly string[] {
  const events = new Map<string, number>();
  for (const { event } of fired) events.set(event ?? "call", (events.get(event ?? "call") ?? 0) + 1);
  return [...events].map(([event, count]) => (count === 1 ? event : `${event} ${count}`));
}
