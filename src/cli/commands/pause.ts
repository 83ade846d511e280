import { HxError } from "../../domain/errors.ts";
import type { CommandSpec } from "../command.ts";
import { parseExpires } from "../expires.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "pause",
  group: "Keep",
  summary: "Capture nothing in this clone for a while, where the policy permits it",
  details: [
    "What the agents write meanwhile stays out of the record afterwards too: of each session it is left out, and how long that was is marked.",
    "A pause that ends by its time ends with the next capture: what is written until then stays out as well.",
  ],
  options: [
    { flags: "--for <span>", summary: "For so long: 2h, 1d" },
    { flags: "--until <time>", summary: "Until a date, or a time by RFC 3339" },
    { flags: "--end", summary: "End it now" },
  ],
  examples: ["hx pause --for 2h", "hx pause --until 2027-02-01T18:00:00+01:00", "hx pause --end"],
  exits: [1, 10, 14],
  schema: SCHEMAS.pause,
  async run(call) {
    const { options } = call;
    const [span, time] = [options.text("for"), options.text("until")];
    const ends = options.flag("end");
    if ([span, time, ends ? "end" : undefined].filter((given) => given !== undefined).length > 1) throw new HxError("usage", "'--for', '--until' and '--end' exclude each other");
    const until = parseExpires(span ?? time, call.host.now()) ?? null;
    const { keeping } = await call.world();
    const report = ends ? await keeping.endPause() : await keeping.pause(until);
    call.progress.done();
    const [{ pauseJson }, { pauseView }] = await Promise.all([import("../json/keeping.ts"), import("../views/keeping.ts")]);
    if (call.json) await call.out.json(pauseJson(report));
    else await call.out.write(pauseView(report));
  },
};
