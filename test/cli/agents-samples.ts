import type { AgentsReport } from "../../src/cli/world-agents.ts";

export const agentsReport: AgentsReport = {
  agents: [
    { name: "claude-code", title: "Claude Code", present: true, stores: ["/home/ada/.claude"], hooks: "installed", verified: ["2.0.64", "2.1.329", "2.1.98"], sessions: { all: 12, captured: 9, behind: 2, keptOut: 1 }, version: "2.2.0", newer: true },
    { name: "codex", title: "Codex", present: true, stores: ["/home/ada/.codex"], hooks: "untrusted", verified: ["0.169.0"], sessions: { all: 3, captured: 3, behind: 0, keptOut: 0 }, version: "0.169.0" },
    { name: "other", title: "Other", present: true, stores: [], hooks: "absent", verified: ["1.0"], problem: "the store '/home/ada/.other' is too large" },
    { name: "third", title: "Third", present: false, stores: ["/home/ada/.third", "/home/ada/.config/third"], hooks: "none", verified: ["3.1"] },
  ],
};
