import type { CommandSpec } from "../command.ts";
import { visibleLine } from "../io/control-characters.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "agents",
  group: "Look",
  summary: "Show the agents of this machine, and what is kept of their sessions",
  details: [
    "Counts the sessions of this repository by what is known of earlier captures, by times and by sizes; one that was never captured is placed by its first records. VERIFIED is the newest version on whose files hx was tried, and of how many.",
    "In a pipe: one line each with tabs between name, `present` or `absent`, sessions, captured, behind, hooks, version of the newest session, `newer` where hx was tried with none so new, the versions it was tried with, and the stores.",
  ],
  options: [{ flags: "--all", summary: "Also the agents that are not on this machine" }],
  examples: ["hx agents", "hx agents --all --json"],
  exits: [1, 3],
  schema: SCHEMAS.agents,
  async run(call) {
    const { agents } = await call.world();
    const report = await agents.list({ all: call.options.flag("all") });
    call.progress.done();
    const [{ agentsJson }, { agentsLines, agentsTable }] = await Promise.all([import("../json/agents.ts"), import("../views/agents.ts")]);
    if (call.json) await call.out.json(agentsJson(report));
    else if (report.agents.length > 0) await call.out.write(call.out.isTTY ? agentsTable(report, call.out.style) : agentsLines(report));
    else if (call.out.isTTY) await call.err.line("hx: no agent that hx knows is on this machine (hx agents --all)");
    const unread = report.agents.filter(({ problem }) => problem !== undefined);
    if (!call.json && !call.out.isTTY) for (const { title, problem } of unread) await call.err.line(`hx: ${visibleLine(`${title}: ${problem ?? ""}`)}`);
    return unread.length > 0 ? 3 : 0;
  },
};
