import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Chalk } from "chalk";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gate, jsonText, visible, visibleLine } from "../../src/cli/io/control-characters.ts";
import { agentsLines, agentsTable } from "../../src/cli/views/agents.ts";
import { checkedView } from "../../src/cli/views/checked.ts";
import { checkView } from "../../src/cli/views/check.ts";
import { hooksView } from "../../src/cli/views/hooks.ts";
import { identityView } from "../../src/cli/views/identity.ts";
import { inspectionView } from "../../src/cli/views/inspection.ts";
import { logLines, logTimeline } from "../../src/cli/views/log.ts";
import { handoffNotes, handoffView } from "../../src/cli/views/handoff.ts";
import { excludeView, pauseView } from "../../src/cli/views/keeping.ts";
import { markdownView } from "../../src/cli/views/markdown.ts";
import { hookPlansView, planView, warningsView } from "../../src/cli/views/plan.ts";
import { askedView, deniedView, requestsLines, requestsView, withdrawnView } from "../../src/cli/views/requests.ts";
import { captureView, restoreView, syncView } from "../../src/cli/views/reports.ts";
import { projectReportView, projectsLines, projectsTable } from "../../src/cli/views/projects.ts";
import { ME_TEXTS } from "../../src/cli/views/export-me.ts";
import { erasePlanView, eraseView, meView, retentionLines, retentionView } from "../../src/cli/views/rights.ts";
import { sessionsLines, sessionsTable } from "../../src/cli/views/sessions.ts";
import { checkView as policyCheckView, diffView, historyLines, historyTable, briefView, policyView, publishedView, recordedView } from "../../src/cli/views/policy.ts";
import { revokePlanView, revokeView, sharePlanView, sharesLines, sharesView, shareView } from "../../src/cli/views/shares.ts";
import { statusView } from "../../src/cli/views/status.ts";
import { teamReportView, teamsLines, teamsTable, teamView, waitingView } from "../../src/cli/views/teams.ts";
import { transcriptView } from "../../src/cli/views/transcript.ts";
import { guardView } from "../../src/cli/views/guard.ts";
import { verifyView } from "../../src/cli/views/verify.ts";
import { ago, cut, size } from "../../src/cli/views/words.ts";
import { agentsReport } from "./agents-samples.ts";
import { NOW, hx } from "./host.ts";
import * as policies from "./policy-samples.ts";
import { guarded } from "./guard-samples.ts";
import * as samples from "./samples.ts";

const plainStyle = new Chalk({ level: 0 });
const ATTACK = "\u001b[2J\u001b]52;c;AAAA\u0007\u001b]8;;http://x\u001b\\\u009b31m\u0090q\r\b\u0000\u007f\u202e\u2066\u200f";
// Everything but line feed and tab: a raw control or direction character.
const RAW = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

/** The same value with the attack in front of every text that is not a fixed word. */
function poisoned<Value>(value: Value): Value;
function poisoned(value: unknown, key = ""): unknown {
  if (typeof value === "string") return ["kind", "result", "action", "state", "act", "mine", "source", "severity", "protection", "class", "audience", "standing", "enforcement", "wording", "change", "side", "term", "ignored", "unit"].includes(key) && value !== "by hand" ? value : ATTACK + value + ATTACK;
  if (Array.isArray(value)) return value.map((item) => poisonedAt(item, key));
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, poisonedAt(item, name)]));
  return value;
}
const poisonedAt = poisoned as (value: unknown, key: string) => unknown;

const VIEWS: readonly (readonly [string, () => string])[] = [
  ["status", () => statusView(poisoned(samples.status), plainStyle, NOW)],
  ["keeping", () => pauseView(poisoned(samples.paused)) + excludeView(poisoned(samples.excluded))],
  ["policy", () => publishedView(poisoned(policies.row)) + briefView(poisoned(policies.brief), plainStyle) + recordedView(1, "recorded") + policyView(poisoned(policies.shown), ["en"], plainStyle) + historyTable(poisoned(policies.history), plainStyle) + historyLines(poisoned(policies.history)) + diffView(poisoned(policies.diff), plainStyle) + policyCheckView(poisoned(policies.check), plainStyle)],
  ["check", () => samples.checks.map((check) => checkView(poisoned(check), plainStyle)).join("")],
  ["plan", () => planView(poisoned(samples.plan), plainStyle) + warningsView(poisoned(samples.initPlan).warnings, plainStyle)],
  ["hooks", () => hookPlansView(poisoned(samples.hookPlans), plainStyle) + hooksView(poisoned(samples.hookStates), plainStyle)],
  ["identity", () => identityView(poisoned(samples.identity))],
  ["sessions", () => sessionsTable(poisoned(samples.rows), plainStyle, NOW, 80) + sessionsLines(poisoned(samples.rows))],
  ["shared sessions", () => sessionsTable(poisoned(samples.sharedRows), plainStyle, NOW, 200) + sessionsLines(poisoned(samples.sharedRows))],
  ["the four conditions", () => checkedView(poisoned(samples.checkReport), plainStyle, NOW)],
  ["a shared transcript", () => [...transcriptView(poisoned({ ...samples.shown, access: samples.attested }), plainStyle)].join("")],
  ["log", () => [...logTimeline(poisoned(samples.logged.entries), plainStyle), ...logLines(poisoned(samples.logged.entries))].join("")],
  ["transcript", () => [...transcriptView(poisoned(samples.shown), plainStyle)].join("")],
  ["markdown", () => [...markdownView(poisoned(samples.shown))].join("")],
  ["verify", () => verifyView(poisoned(samples.verified), plainStyle)],
  ["agents", () => agentsTable(poisoned(agentsReport), plainStyle) + agentsLines(poisoned(agentsReport))],
  ["guard", () => guardView(poisoned(guarded), plainStyle)],
  ["inspection", () => inspectionView(poisoned(samples.inspection), plainStyle)],
  ["capture", () => captureView(poisoned(samples.capture), plainStyle, false)],
  ["requests", () => requestsView(poisoned(samples.requests), plainStyle, NOW) + requestsLines(poisoned(samples.requests)) + askedView(poisoned(samples.asked), plainStyle) + deniedView(poisoned(samples.answered)) + withdrawnView(poisoned(samples.answered))],
  ["sync", () => syncView(poisoned(samples.sync), plainStyle, false) + syncView(poisoned({ ...samples.sync, remotes: samples.sync.remotes.map((remote) => ({ ...remote, result: "refused" as const, reason: "no" })) }), plainStyle, false)],
  ["team", () => teamView(poisoned(samples.team), plainStyle)],
  ["a change of a team", () => teamReportView(poisoned(samples.teamReport), plainStyle) + waitingView(poisoned(samples.waiting))],
  ["teams", () => teamsTable(poisoned(samples.teams), plainStyle) + teamsLines(poisoned(samples.teams))],
  ["projects", () => projectsTable(poisoned(samples.projects), plainStyle) + projectsLines(poisoned(samples.projects)) + projectReportView(poisoned(samples.projectReport))],
  ["share", () => sharePlanView(poisoned(samples.sharePlan), plainStyle, false) + shareView(poisoned(samples.share), plainStyle)],
  ["revoke", () => revokePlanView(poisoned(samples.revokePlan), plainStyle) + revokeView(poisoned(samples.revoke), plainStyle)],
  ["shares", () => sharesView(poisoned(samples.shares), plainStyle, NOW) + sharesLines(poisoned(samples.shares))],
  ["retention", () => retentionView(poisoned(samples.retention), plainStyle) + retentionLines(poisoned(samples.retention))],
  ["erase", () => erasePlanView(poisoned(samples.erasePlan), plainStyle) + eraseView(poisoned({ ...samples.erased, pushed: false, reason: "no" }), plainStyle)],
  ["all about me", () => meView(poisoned(samples.aboutMe)) + [...ME_TEXTS.whole(poisoned(samples.aboutMe)).values()].join("")],
  ["handoff", () => handoffView(poisoned(samples.handedOff)) + handoffView(poisoned(samples.printedBrief)) + handoffNotes(poisoned(samples.printedBrief))],
  ["restore", () => restoreView(poisoned(samples.restored), plainStyle, false)],
];

describe("foreign text", () => {
  it.each(VIEWS)("in the view of %s cannot reach the terminal as control", (_, view) => {
    const text = view();
    expect(text).toMatch(/␛\[2J/);
    expect(RAW.exec(text)).toBeNull();
  });

  it("in JSON is escaped, and means the same", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(RAW.test(jsonText({ text }))).toBe(false);
        expect(JSON.parse(jsonText({ text }))).toEqual(JSON.parse(JSON.stringify({ text })));
      }),
    );
    expect(jsonText("\u009b\u202e\u007f")).toBe('"\\u009b\\u202e\\u007f"');
  });

  it("of any kind becomes visible, and ordinary text stays", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => !RAW.test(visible(text)) && !/[\n\t]/.test(visibleLine(text))));
    for (const text of ["plain", "żółw", "日本語", "👩‍🚀", "a\tb\nc"]) expect(visible(text)).toBe(text);
    expect(visible("a\r\nb\rc")).toBe("a\nb␍c");
  });

  it("that a view forgot can at worst change a colour", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const styled = gate(ATTACK + text, true);
        expect(styled.replace(/\u001b\[[0-9;]*m/g, "")).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
        expect(gate(ATTACK + text, false)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      }),
    );
    expect(gate("\u001b[31mred\u001b[39m", true)).toBe("\u001b[31mred\u001b[39m");
    expect(gate("\u001b[31mred\u001b[39m", false)).toBe("red");
  });

  it("cannot close a fence of Markdown", () => {
    const text = "``` \n# injected\n````";
    const entry = { kind: "tool-result", call: "1", text } as const;
    const markdown = [...markdownView({ ...samples.shown, view: { ...samples.shown.view, turns: [{ index: 0, entries: [entry] }] } })].join("");
    expect(markdown).toContain(`\n\`\`\`\`\`\n${text}\n\`\`\`\`\`\n`);
  });
});

describe("the views", () => {
  it("on a terminal and in a pipe are as they were", async () => {
    const runs = [["status"], ["doctor"], ["list"], ["log"], ["agents"], ["show", "7f"], ["show", "7f", "--markdown"], ["show", "7f", "--raw", "out"], ["capture"], ["capture", "-n"], ["sync"], ["verify"], ["restore", "7f"], ["handoff", "7f", "--to", "codex"], ["handoff", "7f", "--to", "codex", "--print"], ["retention"], ["erase", "7f"], ["erase", "--due", "--yes"], ["export", "--me", "about-me"], ["inspect", "x"], ["team", "show", "core"], ["team", "nominate", "core", "ben"], ["team", "admit", "core", "--yes"], ["team", "list"], ["project", "grant", "core"], ["project", "list"], ["request", "src/cart.ts:42", "--team", "core", "--reason", "why"], ["request", "--withdraw", "r1a2"], ["requests"], ["deny", "r1a2"], ["hooks", "status"], ["hooks", "install", "-n"], ["init", "--yes"], ["init", "--dry-run"], ["uninstall", "--yes"], ["identity", "show"], ["identity", "unlock"], ["identity", "lock"], ["demo"]];
    for (const argv of runs) {
      const pipe = await hx(argv, samples.sampleWorld());
      expect([pipe.exit, pipe.out, pipe.err].join("\n---\n")).toMatchSnapshot(argv.join(" "));
      expect(pipe.out + pipe.err).not.toContain("\u001b");
    }
    const terminal = await hx(["list"], samples.sampleWorld(), { tty: true, environment: { HX_PAGER: "" } });
    expect(terminal.out).toMatchSnapshot("list on a terminal");
    expect((await hx(["agents", "--all"], samples.sampleWorld(), { tty: true })).out).toMatchSnapshot("agents on a terminal");
    const timeline = await hx(["log"], samples.sampleWorld(), { tty: true, environment: { HX_PAGER: "" } });
    expect(timeline.out).toMatchSnapshot("log on a terminal");
  });

  it("of a list in a pipe have whole ids, RFC 3339, tabs, no header", () => {
    const [first = "", second = ""] = sessionsLines(samples.rows).trimEnd().split("\n");
    expect(first.split("\t")).toEqual([samples.rows[0]?.id, "2026-11-21T09:00:00.000Z", "claude-code", "7", "123456", "pushed", "mend the cart"]);
    expect(second.split("\t")).toHaveLength(7);
  });

  it("of what is locked or unreadable exit with 3, of nothing with 0", async () => {
    const list = (rows: readonly object[]) => hx(["list"], { sessions: { list: async () => rows } });
    expect(await list([])).toMatchObject({ exit: 0, out: "", err: "" });
    expect(await list([{ ...samples.rows[0], state: "locked" }])).toMatchObject({ exit: 3 });
    const show = { sessions: { show: async () => ({ ...samples.shown, unreadable: [{ part: 1, reason: "no key" }] }) } };
    expect(await hx(["show", "7f"], show)).toMatchObject({ exit: 3 });
  });

  it("of a refused push exit with 1", async () => {
    const remotes = [{ ...samples.sync.remotes[0], result: "refused", reason: "no" }];
    expect(await hx(["sync"], { sessions: { sync: async () => ({ ...samples.sync, remotes }) } })).toMatchObject({ exit: 1 });
  });

  it("say ages and sizes", () => {
    expect([0, 59, 60, 3599, 86_400 * 2, 86_400 * 40, 86_400 * 800].map((seconds) => ago(NOW - seconds * 1000, NOW))).toEqual(["just now", "59 seconds ago", "1 minute ago", "59 minutes ago", "2 days ago", "1 month ago", "2 years ago"]);
    expect([0, 999, 1000, 9_949, 999_499, 999_500, 5e9].map(size)).toEqual(["0 B", "999 B", "1.0 kB", "9.9 kB", "999 kB", "1.0 MB", "5.0 GB"]);
    expect(cut("👩👩👩", 2)).toBe("👩…");
  });
});

describe("the pager", () => {
  it("gets what is shown on a terminal, with colour, and the first of its four places wins", async () => {
    const directory = await mkdtemp(join(tmpdir(), "hx-pager-"));
    try {
      const to = (name: string): string => `cat > '${join(directory, name)}'`;
      const run = (environment: Record<string, string>, core: string | null) => hx(["show", "7f"], { ...samples.sampleWorld(), gitConfig: async () => core }, { tty: true, environment: { PATH: process.env["PATH"] ?? "", ...environment } });
      expect((await run({ HX_PAGER: to("hx"), PAGER: to("pager") }, to("core"))).out).toBe("");
      await run({ PAGER: to("pager") }, to("core"));
      expect(await readFile(join(directory, "hx"), "utf8")).toContain("\u001b[1mmend the cart");
      expect(await readFile(join(directory, "core"), "utf8")).toContain("turn 1");
      await expect(readFile(join(directory, "pager"))).rejects.toThrow("ENOENT");
      expect(await run({ PAGER: to("pager"), NO_COLOR: "1" }, null)).toMatchObject({ exit: 0 });
      expect(await readFile(join(directory, "pager"), "utf8")).not.toContain("\u001b");
      expect((await run({ HX_PAGER: "cat" }, to("never"))).out).toContain("turn 1");
      expect(await run({ HX_PAGER: "exit 0" }, null), "left at once").toMatchObject({ exit: 0, err: "" });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it("is not started in a pipe or for JSON", async () => {
    const environment = { HX_PAGER: "false" };
    expect((await hx(["show", "7f"], samples.sampleWorld(), { environment })).out).toContain("turn 1");
    expect((await hx(["show", "7f", "--json"], samples.sampleWorld(), { environment, tty: true })).out).toContain('"turns"');
  });
});
