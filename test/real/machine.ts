import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RealAgent, Setting } from "./agent.ts";
import { must, start, type Ended, type Task } from "./process.ts";
import { sit, type Sitting } from "./terminal.ts";
import { makeTrace, type Trace } from "./trace.ts";

/** What all machines of one trial share. */
export interface Place {
  readonly root: string;
  /** hx's `bin/hx.js`, as it was built for this run. */
  readonly hx: string;
  /** The agent's own program. */
  readonly agent: string;
  /** Variables for a machine that could not be cut off from the network. */
  readonly more: Readonly<Record<string, string>>;
}

/** One computer of one person: a home that knows nothing of the real one, and a checkout in it. */
export interface Machine {
  readonly home: string;
  readonly checkout: string;
  readonly trace: Trace;
  /** Throw when they fail; standard output. */
  git(...args: string[]): Promise<string>;
  hx(...args: string[]): Promise<string>;
  /** Runs the agent in the checkout. */
  agent(args: readonly string[]): Promise<Ended>;
  agentTask(args: readonly string[]): Task;
  /** Runs a line of a shell at a terminal in the checkout, the agent on its PATH. */
  atTerminal(line: string, sitting: Sitting): Promise<Ended>;
}

/** @param checkout below the home */
export async function makeMachine(place: Place, agent: RealAgent, name: string, checkout: string, url: string): Promise<Machine> {
  const home = join(place.root, name);
  const setting: Setting = { url, home, checkout: join(home, checkout) };
  const [run, temporary] = [join(place.root, `${name}-run`), join(place.root, `${name}-tmp`)];
  for (const directory of [dirname(setting.checkout), run, temporary]) await mkdir(directory, { recursive: true });
  await chmod(run, 0o700);
  const trace = await makeTrace(join(place.root, `${name}-trace`), place.hx);
  const programs = await makePrograms(join(place.root, `${name}-programs`), place, agent);
  const env = {
    PATH: [trace.bin, programs, dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"].join(":"),
    HOME: home,
    TMPDIR: temporary,
    XDG_RUNTIME_DIR: run,
    LANG: "C.UTF-8",
    TERM: "dumb",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    ...place.more,
  };
  await writeFile(join(home, ".gitconfig"), "[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n");
  for (const [path, text] of Object.entries(agent.settings(setting))) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), text);
  }
  const agentTask = (args: readonly string[], cwd = setting.checkout): Task => ({ command: place.agent, args, cwd, env: { ...env, ...agent.env(setting) } });
  if (agent.prepare !== undefined) await must(agentTask(agent.prepare(setting), home));
  return {
    home,
    checkout: setting.checkout,
    trace,
    agentTask,
    git: (...args) => must({ command: "git", args, cwd: setting.checkout, env }),
    hx: (...args) => must({ command: process.execPath, args: [place.hx, ...args], cwd: setting.checkout, env }),
    agent: (args) => start(agentTask(args)),
    atTerminal: (line, sitting) => sit({ line, cwd: setting.checkout, env: { ...env, ...agent.env(setting) } }, { ...sitting, ...(agent.asks === undefined ? {} : { asks: agent.asks }) }),
  };
}

/** A directory with the agent under its usual name, so that a command that people paste can be run as it stands. */
async function makePrograms(directory: string, place: Place, { handoff }: RealAgent): Promise<string> {
  await mkdir(directory, { recursive: true });
  if (handoff === undefined) return directory;
  const program = join(directory, handoff.program);
  await writeFile(program, `#!/bin/sh\nexec ${[place.agent, ...handoff.how].map((word) => `'${word}'`).join(" ")} "$@"\n`);
  await chmod(program, 0o755);
  return directory;
}

/** A checkout of a new repository, pushed to a bare remote and connected by its first person, with the agent's hooks. */
export async function connect(machine: Machine, agent: RealAgent, remote: string, phrase: string): Promise<void> {
  await mkdir(machine.checkout, { recursive: true });
  await machine.git("init", "-q", "--bare", remote);
  await machine.git("init", "-q");
  await ownName(machine);
  await machine.git("remote", "add", "origin", remote);
  await writeFile(join(machine.checkout, "README.md"), "# shop\n");
  await machine.git("add", ".");
  await machine.git("commit", "-qm", "one");
  await machine.git("push", "-q", "-u", "origin", "main");
  await machine.hx("identity", "new", "--no-passphrase", "--phrase-file", phrase, "--no-phrase-check", "--yes");
  await machine.hx("init", "--yes", "--throwaway-ok", "--no-hooks");
  await machine.git("add", ".hx");
  await machine.git("commit", "-qm", "connect");
  await machine.git("push", "-q", "origin", "main");
  await machine.hx("hooks", "install", "--place", "git", "--place", agent.name);
}

/** The same person on a new computer: a clone, and the recovery phrase. */
export async function takeUp(machine: Machine, remote: string, phrase: string): Promise<void> {
  await mkdir(machine.checkout, { recursive: true });
  await machine.git("clone", "-q", remote, ".");
  await ownName(machine);
  await machine.hx("identity", "restore", "--phrase-file", phrase, "--no-passphrase", "--yes");
}

/** In the repository too: an agent may run its commands without the configuration of the person. */
async function ownName(machine: Machine): Promise<void> {
  await machine.git("config", "user.name", "Ada");
  await machine.git("config", "user.email", "ada@example.com");
}
