import { Writable } from "node:stream";
import type { Host } from "../../src/cli/host.ts";
import { runProgram } from "../../src/cli/program.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { openWorld } from "../../src/wire/world.ts";
import { makeWorld, type JourneyWorld, type Machine } from "../journey/world.ts";

class Collected extends Writable {
  text = "";

  override _write(chunk: Buffer | string, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** A world whose machines run `hx` without a process for it: the same commands over the same adapters, in a fraction of the time. */
export async function makeWorldInProcess(): Promise<JourneyWorld> {
  const world = await makeWorld();
  return { ...world, machine: async (name, env) => inProcess(await world.machine(name, env)) };
}

function inProcess(machine: Machine): Machine {
  const tryHx: Machine["tryHx"] = async (cwd, args, input = "", more = {}) => {
    const [out, err] = [new Collected(), new Collected()];
    const environment = { ...machine.env, ...more };
    const host: Host = {
      version: "0.0.0",
      environment,
      directory: cwd,
      stdout: { stream: out, isTTY: false },
      stderr: { stream: err, isTTY: false },
      readStdin: async () => (typeof input === "string" ? input : new TextDecoder().decode(input)),
      openTerminal: () => null,
      onInterrupt: () => () => undefined,
      abandon: () => undefined,
      now: () => Date.now(),
      openWorld: (context) => openWorld(context, readSettings(environment)),
    };
    const code = await runProgram(args, host);
    return { code, stdout: out.text, stderr: err.text };
  };
  return {
    ...machine,
    tryHx,
    async hx(cwd, ...args) {
      const { code, stdout, stderr } = await tryHx(cwd, args);
      if (code !== 0) throw new Error(`hx ${args.join(" ")} ended with ${code}: ${stderr}`);
      return stdout;
    },
  };
}
