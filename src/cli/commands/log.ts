import type { CommandSpec } from "../command.ts";
import { present } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import { parseSince } from "../since.ts";

export const command: CommandSpec = {
  name: "log",
  group: "Look",
  summary: "Show your access log: who read, asked for or was given what of yours, the newest first",
  details: [
    "An access is `attested` once the remote had its entry before anything opened, and `held` once somebody else's lane names it too: from then on it",
    "cannot vanish unnoticed. Whoever changed their hx can read without an entry what their keys open.",
    "In a pipe: one line each with tabs between time, kind, class, who, whom, team, project, sessions, reason, what is wrong with it, and id.",
    "With --json: one object a line.",
  ],
  options: [
    { flags: "--since <when>", summary: "Only since an age (3d, 12h) or a date" },
    { flags: "--session <id>", summary: "Only about this session, or the only one whose id begins so" },
    { flags: "--person <name>", summary: "Only what this person did, or what befell them" },
    { flags: "--team <name>", summary: "Only with this team" },
    { flags: "--given", summary: "What you accessed and were given yourself" },
    { flags: "--offline", summary: "Do not ask the remote for what is new" },
  ],
  examples: ["hx log", "hx log --since 1w --team core", "hx log --given --json"],
  exits: [1, 3, 4, 10, 11, 12, 13],
  schema: SCHEMAS.log,
  async run(call) {
    const { options } = call;
    const since = parseSince(options.text("since"), call.host.now());
    const filters = present({ since, session: options.text("session"), person: options.text("person"), team: options.text("team") });
    const world = await call.world();
    const { entries, warnings, whole } = await world.log.read({ given: options.flag("given"), offline: options.flag("offline"), ...filters });
    call.progress.done();
    if (call.json) {
      const { logJson } = await import("../json/log.ts");
      for (const entry of entries) await call.out.json(logJson(entry));
    } else if (entries.length > 0) {
      const { logLines, logTimeline } = await import("../views/log.ts");
      await call.page((out) => out.write([...(out.isTTY ? logTimeline(entries, out.style) : logLines(entries))].join("")));
    } else if (call.out.isTTY) {
      await call.err.line("hx: nothing of this is in your log");
    }
    for (const warning of warnings) call.progress.warn(warning);
    return whole ? 0 : 3;
  },
};
