import { join } from "node:path";
import type { RealAgent } from "./agent.ts";
import { connect, makeMachine, takeUp, type Machine, type Place } from "./machine.ts";
import type { Heard } from "./model/script.ts";
import type { ModelServer } from "./model/server.ts";
import { failure, must, type Task } from "./process.ts";
import { answers, isAbout, prompts, wasRead } from "./story.ts";
import { hashesBelow, type Hashes } from "./stored.ts";
import { hasTerminal } from "./terminal.ts";
import type { Fired } from "./trace.ts";
import { whyNotCaptured, whyNotFired, whyNotHanded, whyNotRestored, whyNotResumed } from "./verdict.ts";

/** What was tried with one agent, and how it went. A check that failed says why. */
export interface Outcome {
  readonly checks: readonly Check[];
  /** Bytes that the hooks alone had captured after the last run, and all there are. */
  readonly byHooks?: readonly [number, number];
  /** Calls of each event, `Stop 2`. */
  readonly fired: readonly string[];
}

export interface Check {
  readonly what: "runs" | "hooks fired" | "captured whole" | "restored" | "resumed" | "handed off";
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
  const goesOn = agent.resume !== undefined || (agent.resumeAtTerminal !== undefined && (await hasTerminal()));
  const second = id === null || !goesOn ? "" : await goOn(here, agent, model, id.own, "second");
  const said = (prompt: string): boolean => model.heard().some((heard) => isAbout(heard, prompt));
  const read = !goesOn || second !== "" || model.heard().some(wasRead);
  const ran = [first, second, said(prompts.first) ? "" : "the model was not asked", read ? "" : "the model was not given what its command printed", first !== "" || id !== null ? "" : "hx knows no session of it"].filter((why) => why !== "");
  const fired = await here.trace.settled();
  const events = counted(fired.filter(({ hook }) => hook === `agent ${agent.name}`));
  if (!check("runs", ran.join("\n")) || id === null) return { checks, fired: events };

  check("hooks fired", whyNotFired(agent, fired, goesOn ? 2 : 1));
  const late = id.late + (await captured(here, agent));
  await here.hx("sync");
  const sessions = await listed(here, agent);
  const whole = sessions.reduce((sum, { bytes }) => sum + bytes, 0);

  const kept = await hashesBelow(here.home, agent.kept);
  const raw = await rawOf(here, place, sessions, "raw");
  check("captured whole", whyNotCaptured(kept, raw, agent.dump === undefined));

  const there = await makeMachine(place, agent, "other", join("elsewhere", "code"), model.url);
  await takeUp(there, remote, phrase);
  if (agent.makeStore !== undefined) await must(there.agentTask(agent.makeStore));
  const again = await rawOf(there, place, sessions, "raw-there");
  for (const session of sessions) await there.hx("restore", session.id);
  const placed = await hashesBelow(there.home, agent.kept, [there.checkout, here.checkout]);
  const dumps = await dumped(agent, id.own, here, there);
  check("restored", typeof dumps === "string" ? dumps : whyNotRestored({ raw, again, kept, placed, ...(dumps === null ? {} : { dumps }) }));

  if (goesOn) {
    const before = model.heard().length;
    const third = await goOn(there, agent, model, id.own, "third");
    check("resumed", third !== "" ? third : whyNotResumed(model.heard().slice(before).filter((heard) => isAbout(heard, prompts.third))));
  }
  const [session] = sessions;
  if (session !== undefined && agent.handoff !== undefined && (await hasTerminal())) check("handed off", await handOff(there, agent, model, session.id));
  return { checks, byHooks: [whole - late, whole], fired: events };
}

/** Goes on with a session, at a terminal where the agent does that only there. */
async function goOn(machine: Machine, agent: RealAgent, model: ModelServer, own: string, turn: "second" | "third"): Promise<string> {
  if (agent.resume !== undefined) return runOf(machine, agent.resume(own, prompts[turn]));
  if (agent.resumeAtTerminal === undefined) return "";
  const args = agent.resumeAtTerminal(own);
  const ended = await machine.atTerminal(lineOf(machine.agentTask(args)), { typed: prompts[turn], until: () => model.answered().includes(answers[turn]) });
  return ended.code === 0 ? "" : failure(machine.agentTask(args), ended);
}

/** Runs the command that `hx handoff` prints, as it stands. */
async function handOff(machine: Machine, agent: RealAgent, model: ModelServer, session: string): Promise<string> {
  const { command } = JSON.parse(await machine.hx("handoff", session, "--to", agent.name, "--json")) as { readonly command?: string };
  if (command === undefined) return `hx handoff --to ${agent.name} names no command`;
  const before = model.heard().length;
  const asked = (): readonly Heard[] => model.heard().slice(before);
  const ended = await machine.atTerminal(command, { until: () => whyNotHanded(asked(), session) === "" });
  return ended.code === 0 ? "" : `${failure({ command, args: [] }, ended)}\n${whyNotHanded(asked(), session)}`;
}

function lineOf({ command, args }: Task): string {
  return [command, ...args].map((word) => `'${word}'`).join(" ");
}

async function runOf(machine: Machine, args: readonly string[]): Promise<string> {
  const ended = await machine.agent(args);
  return ended.code === 0 ? "" : failure(machine.agentTask(args), ended);
}

/**
 * The agent's own id of the session that there is: `restore` names it in the command to resume it. Captured here only when the hooks did not; the agent may have
 * written more since.
 */
async function sessionOf(machine: Machine, agent: RealAgent): Promise<{ readonly own: string; readonly late: number } | null> {
  await machine.trace.settled();
  const late = (await listed(machine, agent)).length === 0 ? await captured(machine, agent) : 0;
  const [session] = await listed(machine, agent);
  if (session === undefined) return null;
  const { resume } = JSON.parse(await machine.hx("restore", session.id, "--dry-run", "--force", "--json")) as { readonly resume: string };
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

/** Where the store is a database: what the agent itself prints of the session here and there, with the checkout's path turned back. A text: why it does not. */
async function dumped(agent: RealAgent, own: string, here: Machine, there: Machine): Promise<readonly [string, string] | string | null> {
  if (agent.dump === undefined) return null;
  const args = agent.dump(own);
  const [before, after] = [await here.agent(args), await there.agent(args)];
  for (const [machine, ended] of [[here, before], [there, after]] as const) if (ended.code !== 0) return failure(machine.agentTask(args), ended);
  return [before.stdout, after.stdout.replaceAll(there.checkout, here.checkout)];
}

function counted(fired: readonly Fired[]): readonly string[] {
  const events = new Map<string, number>();
  for (const { event } of fired) events.set(event ?? "call", (events.get(event ?? "call") ?? 0) + 1);
  return [...events].map(([event, count]) => (count === 1 ? event : `${event} ${count}`));
}
