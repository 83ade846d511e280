import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import { visible, visibleLine } from "../io/control-characters.ts";
import type { DemoStep } from "../world.ts";

export const command: CommandSpec = {
  name: "demo",
  group: "Start",
  summary: "Show all of it in a temporary directory, offline; leaves nothing behind",
  examples: ["hx demo"],
  exits: [1, 13, 130],
  schema: SCHEMAS.demo,
  async run(call) {
    const world = await call.world();
    const steps: DemoStep[] = [];
    for await (const step of world.demo()) {
      call.progress.done();
      steps.push(step);
      if (call.json) continue;
      const shown = step.command === undefined ? "" : `  $ ${visibleLine(step.command)}\n`;
      await call.out.write(`${call.out.style.bold(visibleLine(step.title))}\n${shown}${step.lines.map((line) => `  ${visible(line)}\n`).join("")}\n`);
    }
    if (call.json) await call.out.json({ schema: SCHEMAS.demo, steps: steps.map(({ title, command: run, lines }) => ({ title, command: run, lines })) });
  },
};
