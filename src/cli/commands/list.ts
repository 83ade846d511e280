import type { CommandSpec } from "../command.ts";
import { present } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import { parseSince } from "../since.ts";

const MOST = 1_000_000;

export const command: CommandSpec = {
  name: "list",
  group: "Look",
  summary: "List your sessions of this repository, the newest first",
  details: [
    "With `--shared` the sessions of others that you may read come last. What they say of themselves shows only while a lease of yours lives: opening it is a read, and leaves an entry.",
    "In a pipe: one line each with tabs between id, last time, agent, turns, bytes, state and title. Lines of redacted copies of yours go on with `redacted` and the id of their source, those of shared sessions with author, team, class, when the approval expires and when the lease ends.",
  ],
  options: [
    { flags: "--agent <name>", summary: "Only this agent" },
    { flags: "--since <when>", summary: "Only those with something since an age (3d, 12h) or a date" },
    { flags: "--copies", summary: "The redacted copies too that were made of sessions to share them" },
    { flags: "--shared", summary: "Also sessions that others share with you" },
    { flags: "--limit <n>", summary: "At most so many" },
  ],
  examples: ["hx list", "hx list --shared", "hx list --since 1w --json"],
  exits: [1, 3, 4, 10, 12, 13],
  schema: SCHEMAS.list,
  async run(call) {
    const { options } = call;
    const since = parseSince(options.text("since"), call.host.now());
    const limit = options.number("limit", 1, MOST);
    const world = await call.world();
    const rows = await world.sessions.list({ shared: options.flag("shared"), ...present({ agent: options.text("agent"), since, limit, copies: options.flag("copies") }) });
    call.progress.done();
    const [{ listJson }, { sessionsLines, sessionsTable }] = await Promise.all([import("../json/sessions.ts"), import("../views/sessions.ts")]);
    if (call.json) await call.out.json(listJson(rows));
    else if (rows.length > 0) await call.page((out) => out.write(out.isTTY ? sessionsTable(rows, out.style, call.host.now(), out.width) : sessionsLines(rows)));
    else if (call.out.isTTY) await call.err.line("hx: no sessions");
    return rows.some(({ state }) => state === "locked" || state === "unreadable") ? 3 : 0;
  },
};
