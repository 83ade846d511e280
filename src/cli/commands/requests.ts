import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "requests",
  group: "Share",
  summary: "List what waits for your word, and what you asked",
  details: [
    "A request is open, approved, denied, withdrawn, stale (who asked is not in the team any more), expired or revoked (the approval is).",
    "In a pipe: one line each with tabs between name, 'to-me' or 'from-me', state, time, who asked, who was asked, team, what, turns and reason.",
  ],
  options: [{ flags: "--all", summary: "Those that are settled too" }],
  examples: ["hx requests", "hx requests --all --json"],
  exits: [1, 3, 4, 10, 11, 12, 13, 130],
  schema: SCHEMAS.requests,
  async run(call) {
    const world = await call.world();
    const list = await world.requests.list({ all: call.options.flag("all") });
    call.progress.done();
    const [{ requestsJson }, { requestsLines, requestsView }] = await Promise.all([import("../json/requests.ts"), import("../views/requests.ts")]);
    if (call.json) await call.out.json(requestsJson(list));
    else if (call.out.isTTY) await call.page((out) => out.write(requestsView(list, out.style, call.host.now())));
    else await call.out.write(requestsLines(list));
    if (list.offline !== undefined) call.progress.warn(`this is what was known here before: ${list.offline}`);
    if (list.incomplete) call.progress.warn("a lane cannot be read to its end: hx verify");
    return list.incomplete ? 3 : 0;
  },
};
