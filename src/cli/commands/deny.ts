import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "deny",
  group: "Share",
  summary: "Say no to a request",
  details: ["Who asked learns that you said no, and why if you say it. You can still share it later."],
  arguments: [{ name: "<request>", summary: "Its name, as 'hx requests' shows it, or a beginning of it" }],
  options: [{ flags: "--reason <text>", summary: "Why, in at most 400 bytes; '-' reads standard input" }],
  examples: ["hx deny r1a2b3c4", 'hx deny r1a2b3c4 --reason "that session was about something else"'],
  exits: [1, 4, 10, 11, 12, 13, 14, 130],
  schema: SCHEMAS.deny,
  async run(call) {
    const [request = ""] = call.arguments;
    const given = call.options.text("reason");
    const reason = (given === "-" ? await call.host.readStdin() : given)?.trim();
    const world = await call.world();
    const answered = await world.requests.deny(request, reason);
    call.progress.done();
    const [{ deniedJson }, { deniedView }] = await Promise.all([import("../json/requests.ts"), import("../views/requests.ts")]);
    if (call.json) await call.out.json(deniedJson(answered));
    else await call.out.write(deniedView(answered));
  },
};
