import { HxError } from "../../domain/errors.ts";
import type { CommandSpec } from "../command.ts";
import { commandHelp, nounHelp, programHelp } from "../help.ts";

/** @param all the table, when it is complete */
export function helpCommand(all: () => readonly CommandSpec[]): CommandSpec {
  return {
    name: "help",
    group: "Start",
    summary: "Print help of a command, or of a topic",
    arguments: [{ name: "[about...]", summary: "A command, or one of exit-codes, environment, json, security, hooks" }],
    examples: ["hx help", "hx help identity new", "hx help exit-codes"],
    exits: [],
    async run(call) {
      const about = call.arguments.join(" ");
      const specs = all();
      const spec = specs.find(({ name }) => name === about);
      const { TOPICS } = await import("../topics.ts");
      const topic = TOPICS.get(about);
      if (about === "") await call.out.write(programHelp(specs));
      else if (topic !== undefined) await call.out.write(topic());
      else if (spec !== undefined) await call.out.write(commandHelp(spec));
      else if (specs.some(({ name }) => name.startsWith(`${about} `))) await call.out.write(nounHelp(about, specs));
      else throw new HxError("usage", `no help about '${about}'`, { hints: ["hx help"] });
    },
  };
}
