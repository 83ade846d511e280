import type * as w from "../../src/cli/world.ts";
import type * as p from "../../src/cli/world-people.ts";
import type * as r from "../../src/cli/world-requests.ts";
import { sessionId } from "../../src/domain/ids.ts";
import type * as s from "../../src/cli/world-share.ts";
import { guardSamples } from "./guard-samples.ts";
import type * as rights from "../../src/cli/world-rights.ts";
import { NOW } from "./host.ts";
import { aboutMe, erased, erasePlan, retention } from "./samples-rights.ts";

export * from "./samples-rights.ts";
import type * as k from "../../src/cli/world-keeping.ts";
import { agentsReport } from "./agents-samples.ts";
import { brief, policy } from "./policy-samples.ts";

const ID = "7f3a91c2d4e5f60718293a4b5c6d7e8f";
const HOUR = 3_600_000;

export const identity: w.IdentitySummary = { person: "a".repeat(32), device: "b".repeat(32), epoch: 0, devices: 2, protection: "argon2id", open: true, directory: "/home/ada/.config/hx" };

export const status: w.Status = {
  repository: "/home/ada/shop",
  connected: true,
  workspace: { id: "c".repeat(64), head: 12, people: 3 },
  project: "shop",
  policy: { inForce: { version: 1, effective: "2026-09-01" }, coming: { version: 2, effective: "2026-12-01" } },
  identity,
  sessions: { kept: 42, staged: 1, unpushedBytes: 12345, lastCapture: NOW - 60_000, lastPush: NOW - 26 * HOUR },
  lanes: { mine: 1, others: 4, verifiedAt: NOW - HOUR },
  paused: { since: NOW - HOUR, until: NOW + HOUR },
  excluded: 1,
  hooks: [{ place: "git", installed: 2, expected: 2 }],
  agents: [
    { name: "claude-code", present: true, hooked: true },
    { name: "codex", present: true, hooked: false },
    { name: "other", present: false, hooked: false },
  ],
  warnings: [{ message: "codex has no hook", fix: "hx hooks install --agent codex" }],
};

export const checks: readonly w.Check[] = [
  { name: "git", result: "ok", detail: "2.54" },
  { name: "filter", result: "warn", detail: "the host does not filter", fix: "hx sync --full" },
  { name: "hook fires", result: "fail", detail: "it did not", fix: "hx hooks install" },
];

export const plan: readonly w.PlanLine[] = [
  { action: "create", what: "the connection", where: ".hx/connection.yaml" },
  { action: "by hand", what: "one line" },
];

export const initPlan: w.InitPlan = { needsIdentity: false, name: "Ada Byron", email: "ada@example.com", project: "shop", lines: plan, warnings: ["fewer than five people"], policy: brief };
export const initReport: w.InitReport = { workspace: "c".repeat(64), repo: "d".repeat(64), project: "shop", lines: plan, warnings: [] };

export const capture: w.CaptureReport = {
  sessions: [{ id: ID, agent: "claude-code", title: "mend the cart", newBytes: 4321, omittedBytes: 17, isNew: true }],
  skipped: [{ agent: "codex", session: "0199", reason: "ran outside this repository" }],
  failed: 0,
};

export const sync: w.SyncReport = {
  remotes: [{ remote: "origin", result: "done", pushedSessions: 1, pushedBytes: 5000, lanesFetched: 4, filtered: true }],
  waiting: 0,
  requests: [{ request: "r1a2b3c4d", message: "Ben asks for src/cart.ts:42 of commit 99999999, for team core", command: "hx share r1a2b3c4d --team core" }],
  shares: { rewrapped: 2, removed: 2, followed: 1, waiting: [{ id: "a1b2c3d4e", kind: "follow", session: ID, why: "the secret scan found something in its new parts", fix: `hx share ${ID} --team core` }] },
  warnings: [],
};

export const sharePlan: s.SharePlan = {
  request: { id: "r0a1b2c3d", by: "Ben", reason: "the cart\nis empty", about: "src/cart.ts:42 of commit 1a2b3c4d" },
  team: { id: "e".repeat(32), name: "core" },
  members: [{ name: "Ben", since: 7 }, { name: "Cyd", since: 9 }],
  audience: "team",
  copiesOnly: false,
  expires: NOW + 30 * 24 * HOUR,
  follow: false,
  sessions: [
    { id: ID, agent: "claude-code", title: "mend the cart", parts: 2, turns: 7, files: 1, bytes: 123456, only: [[3, 7], [9, 9]], copy: true, scanned: "now", findings: [{ rule: "github-token", masked: "ghp_… (40 characters)", file: "x.jsonl", turn: 2, count: 3 }] },
    { id: "8".repeat(32), agent: "codex", author: "Dan", parts: 1, copy: false, scanned: "capture", findings: [] },
  ],
};

export const paused: k.PauseReport = { paused: true, changed: true, since: Date.UTC(2026, 8, 1, 10), until: Date.UTC(2026, 8, 1, 12) };
export const excluded: k.ExcludeReport = { agent: "claude-code", id: "0a1b2c3d-0000-4000-8000-000000000001", already: false, dropped: ID };
export const share: s.ShareReport = { team: "core", approvals: ["a1b2c3d4e"], sessions: [{ id: ID, copy: "9".repeat(32), replaced: 3 }], pushed: true };

export const revokePlan: s.RevokePlan = { what: "core", approvals: [{ id: "a1b2c3d4e", team: "core", sessions: 2, reads: 1 }] };

export const revoke: s.RevokeReport = { revocations: ["f".repeat(64)], approvals: ["a1b2c3d4e"], removed: 2, elsewhere: 1, pushed: true };

export const shares: s.SharesReport = {
  given: [{ id: "a1b2c3d4e", team: "core", state: "living", sessions: [ID], revokedSessions: [], at: NOW - HOUR, expires: NOW + 24 * HOUR, follow: true, audience: ["Ben"], reads: 3, request: "r0a1b2c3d" }],
  received: [{ id: "a5e6f7a8b", team: "core", state: "expired", sessions: ["8".repeat(32)], at: NOW - 48 * HOUR, expires: NOW - HOUR, follow: false, author: "Ben" }],
  waiting: [{ id: "a1b2c3d4e", kind: "rewrap", why: "the key of team 'core' is due since a removal: a member makes the next one", fix: "hx team show core" }],
  fresh: true,
};

export const rows: readonly w.SessionRow[] = [
  { id: ID, state: "pushed", agent: "claude-code", title: "mend the cart", branch: "main", first: NOW - 5 * HOUR, last: NOW - 3 * HOUR, turns: 7, bytes: 123456, parts: 2 },
  { id: "8".repeat(32), state: "waiting", agent: "codex", title: "a\ttab", parts: 1 },
];

const [ADA, BEN, CORE] = [{ id: "a".repeat(32), name: "Ada Byron", me: true }, { id: "b".repeat(32), name: "Ben" }, { id: "c".repeat(32), name: "core" }];
const TODAY = Date.UTC(2026, 10, 21);

export const logged: w.LogReport = {
  whole: true,
  warnings: ["'origin' was not asked, so what is new is not in the log: the newest lane here was verified 3 h ago"],
  entries: [
    { id: `${"1".repeat(64)} lane 0000000007`, kind: "access", text: "Ben read session 7f3a91c2 with team core", at: NOW - HOUR, day: TODAY, who: BEN, author: ADA, team: CORE, sessions: [ID], reason: "the cart\nis empty", class: "held", until: NOW + HOUR },
    { id: "00000012 08 core", kind: "admission", text: "Ada Byron admitted Ben to team core", day: TODAY, who: ADA, whom: BEN, team: CORE, sessions: [] },
    { id: `${"2".repeat(64)} lane 0000000004`, kind: "approval", text: "you approved 2 sessions for team core", at: NOW - 25 * HOUR, day: TODAY - 24 * HOUR, who: ADA, whom: BEN, author: ADA, team: CORE, sessions: [ID, "8".repeat(32)], until: NOW + 48 * HOUR },
    { id: `${"3".repeat(64)} lane 0000000003`, kind: "request", text: "Ben asked you for a.ts:42 of commit 01234567 for team core", day: TODAY - 24 * HOUR, doubted: 5, who: BEN, whom: ADA, author: ADA, team: CORE, sessions: [], commit: "0123456789".repeat(4), path: "a.ts", line: 42, reason: "" },
    { id: " lane 0000000002", kind: "disbelieved", text: "something was said that is not believed", day: TODAY - 24 * HOUR, sessions: [], anomaly: "it is for another lane" },
  ],
};

export const shown: w.ShownSession = {
  id: ID,
  access: { class: "own" },
  omittedBytes: 17,
  unreadable: [],
  view: {
    agent: "claude-code",
    id: "agent-id",
    title: "mend the cart",
    directory: "/home/ada/shop",
    branch: "main",
    version: "2.1.0",
    models: ["m-1"],
    first: NOW - 5 * HOUR,
    last: NOW - 3 * HOUR,
    damaged: 1,
    unknown: { oddity: 2 },
    tokens: { input: 10, output: 20 },
    turns: [
      {
        index: 0,
        started: NOW - 5 * HOUR,
        prompt: "Why is the cart empty?\nPlease look.",
        entries: [
          { kind: "reasoning", text: "thinking" },
          { kind: "reasoning", text: "", sealed: true },
          { kind: "message", text: "I look.", at: NOW - 5 * HOUR, model: "m-1" },
          { kind: "tool-call", call: "1", tool: "Bash", input: { command: "npm test" } },
          { kind: "tool-result", call: "1", text: "1 failed", failed: true, exitCode: 1 },
          { kind: "edit", path: "src/cart.ts", before: "a\n```\nb", after: "c" },
          { kind: "edit", path: "src/b.ts", patch: "@@ -1 +1 @@\n-x\n+y" },
          { kind: "compaction", summary: "so far" },
          { kind: "interruption" },
          { kind: "rejection", text: "no" },
          { kind: "error", text: "overloaded" },
          { kind: "note", text: "a note", subagent: "helper" },
        ],
      },
    ],
  },
};

const handedOn = { id: ID, access: { class: "own" }, unreadable: [], omittedBytes: 0, agent: "claude-code", to: "codex", title: "Codex", characters: 4711, left: 12, replaced: 1 } as const;
export const handedOff: w.HandoffReport = { ...handedOn, file: `/home/ada/shop/.hx/handoff/${ID}.md`, directory: "/home/ada/shop", command: `codex 'Read .hx/handoff/${ID}.md and go on from where it ends.'` };
export const printedBrief: w.HandoffReport = { ...handedOn, unreadable: [{ part: 1, reason: "it was not shared with you" }], omittedBytes: 17, brief: "# Handoff: mend the cart\n" };

export const restored: w.RestoreReport = { agent: "claude-code", access: { class: "own" }, unreadable: [], files: [{ path: "/home/ada/.claude/x.jsonl", bytes: 10, action: "written" }], omittedBytes: 0, mapped: { from: "/home/ben/shop", to: "/home/ada/shop", records: 7 }, resume: "claude --resume 1" };

export const verified: w.VerifyReport = {
  lanes: 2,
  headers: 9,
  sessions: 5,
  segments: 20,
  opened: 3,
  notOpened: 2,
  erased: 1,
  shared: { sessions: 2, opened: 1 },
  findings: [{ severity: "error", code: "lane-invalid", message: "the tree is not the signed one", place: [["ref", "refs/sessions/v1/lane/x"], ["commit", "e".repeat(40)], ["path", "s/7f/1"]] }],
};

export const attested: w.AttestedAccess = { class: "attested", author: { id: "a".repeat(32), name: "Ada" }, team: { id: "7".repeat(32), name: "core" }, until: NOW + 8 * HOUR, remoteSeen: NOW };

export const sharedRows: readonly w.SessionRow[] = [
  { id: "9".repeat(32), state: "shared", parts: 1, shared: { author: { id: "a".repeat(32), name: "Ada" }, team: { id: "7".repeat(32), name: "core" }, expires: NOW + 24 * HOUR } },
  { id: "b".repeat(32), state: "shared", parts: 2, agent: "codex", title: "read before", shared: { author: { id: "a".repeat(32) }, team: { id: "7".repeat(32), name: "core" }, until: NOW + HOUR } },
];

export const exported: w.RawReport = { id: ID, access: attested, files: [{ path: "session.json", bytes: 12 }], unreadable: [{ part: 2, reason: "it was not shared with you" }] };

export const checkReport: w.CheckReport = {
  session: ID,
  own: false,
  known: true,
  teams: [
    {
      team: { id: "7".repeat(32), name: "core" },
      holds: false,
      conditions: [
        { name: "C1", holds: true, says: ["it lies in a lane that verifies, with 2 parts"] },
        { name: "C2", holds: true, says: ["the workspace chain connects this repository"] },
        { name: "C3", holds: true, says: ["'Ben' is a member of team 'core'"] },
        { name: "C4", holds: false, says: [], missing: "nobody approved it for team 'core'", fix: `hx request ${ID} --team core --reason "…"` },
      ],
    },
  ],
  statement: 12,
  remoteSeen: NOW - HOUR,
};

export const inspection: w.Inspection = { what: "refs/sessions/v1/root", kind: "workspace chain", sections: [{ title: "statement 0", fields: [["type", "genesis"], ["n", 0], ["verified", true]] }] };

export const hookPlans: readonly w.NamedHookPlan[] = [{ place: "git", changes: [{ where: ".git/hooks/post-commit", what: "add a block" }], byHand: [{ where: ".husky/pre-push", lines: ["hx hook pre-push"] }] }];
export const hookStates = [{ place: "git", entries: [{ event: "post-commit", state: "installed" as const, where: ".git/hooks/post-commit", note: "fired" }] }];

export const demoSteps: readonly w.DemoStep[] = [{ title: "capture", command: "hx capture", lines: ["captured 1 session"] }];

const since = { statement: 7, day: Date.UTC(2026, 10, 20) };
const ada: w.Named = { id: "a".repeat(32), name: "Ada Byron" };
const ben: w.Named = { id: "b".repeat(32), name: "Ben" };
const cyd: w.Named = { id: "c".repeat(32) };
const core: w.Named = { id: "1".repeat(32), name: "core" };
const shop: w.Named = { id: "2".repeat(32), name: "shop" };

export const team: w.ShownTeam = {
  ...core,
  head: 12,
  state: "due",
  since,
  members: [{ ...ada, since }, { ...ben, since: { ...since, statement: 9 } }],
  nominated: [cyd],
  projects: [{ ...shop, since }],
  key: { epoch: 1, since, by: ada },
  due: { ...since, statement: 12 },
  successions: [{ ...ben, published: false }],
  problems: ["the box of 'Ada Byron' does not hold the key of team 'core'"],
  next: [{ by: [ada, ben], what: "make the next key of core, which is due since a removal", command: "hx team rotate core" }],
};

export const teamReport: w.TeamReport = {
  outcomes: [{ act: "nominated", already: false, person: ben }, { act: "nominated", already: true, person: cyd }],
  team: { ...team, state: "ready", problems: [], next: [{ by: [ada], what: "admit Ben to core", command: "hx team admit core Ben" }] },
};

export const teams: w.TeamListing = {
  head: 12,
  teams: [
    { ...core, state: "ready", members: 2, nominated: 1, projects: [shop], mine: "member" },
    { id: "3".repeat(32), state: "no-key", members: 0, nominated: 1, projects: [], mine: "nominated" },
  ],
};

export const waiting: w.WaitingReport = { team: core, begins: false, people: [{ ...ben, email: "ben@example.com", fingerprint: "0123 4567 89ab cdef 0123 4567 89ab cdef 0123 4567" }] };

export const removalPlan: w.TeamRemovalPlan = { team: core, person: ben, was: "member", isLast: false };

const projectRow: w.ProjectRow = { ...shop, since, repositories: [{ id: "d".repeat(64), here: true }, { id: "e".repeat(64), here: false }], teams: [core] };

export const projectReport: w.ProjectReport = { outcomes: [{ act: "granted", already: false, team: core }], project: projectRow };

export const projects: w.ProjectListing = {
  head: 12,
  projects: [projectRow, { id: "4".repeat(32), name: "tools", since, repositories: [], teams: [] }],
  here: { repository: "d".repeat(64), source: "default branch", revision: "refs/remotes/origin/main", paths: [{ directory: ".", project: shop }, { directory: "private" }] },
};
const FINGERPRINT = "1a2b 3c4d 5e6f 7081 92a3 b4c5 d6e7 f809 1a2b 3c4d";
const PERSON = "a".repeat(32);
const DEVICE = "b".repeat(32);

export const joined: p.JoinReport = { state: "asked", workspace: "c".repeat(64), person: PERSON, device: DEVICE, fingerprint: FINGERPRINT, where: "origin", lines: plan, next: ["an administrator admits you"] };
export const joinPlan: p.JoinPlan = { needsIdentity: false, standing: "new", workspace: "c".repeat(64), name: "Ben Okri", email: "ben@example.com", lines: plan, warnings: ["ask for the invitation"], policy: brief };
export const card: p.PendingCard = { kind: "person", id: PERSON, fingerprint: FINGERPRINT, name: "Ben\u202e Okri", email: "ben@example.com", where: ["origin"], odd: [{ code: "claimed-twice", text: "compare the fingerprint", blocks: false }] };
export const members: p.Members = {
  people: [
    { id: "e".repeat(32), name: "Ada Byron", email: "ada@example.com", state: "living", administrator: true, devices: 2, self: true, keyDue: false, odd: [] },
    { id: PERSON, state: "removed", administrator: false, devices: 0, fingerprint: FINGERPRINT, self: false, keyDue: false, odd: [] },
  ],
  pending: [card],
};
export const personChange: p.PersonChange = { change: "added", person: PERSON, name: "Ben Okri", already: false, next: ["hx sync"] };
export const devices: p.Devices = {
  devices: [{ id: DEVICE, person: PERSON, name: "Ben Okri", state: "live", self: true, since: 4 }],
  pending: [{ kind: "device", id: "9".repeat(32), person: PERSON, fingerprint: FINGERPRINT, where: ["origin"], odd: [] }],
};
export const deviceChange: p.DeviceChange = { change: "removed", device: DEVICE, person: PERSON, name: "Ben Okri", already: false, renewed: true, next: ["hx sync"] };
export const issued: p.IssuedKey = { secret: "hx-capture-1.sample", lane: "x".repeat(26), repo: "d".repeat(64), until: NOW + 30 * 24 * HOUR };
export const succession: p.SuccessionShown = { team: { id: "f".repeat(32), name: "core" }, reaches: ["Ada Byron"], misses: [], changed: false, problems: [] };

const requestRow: r.RequestRow = {
  id: `1a2b3c4d${"e".repeat(56)}`,
  name: "r1a2b3c4d",
  state: "open",
  from: { id: "b".repeat(32), name: "Ben" },
  to: { id: "a".repeat(32), name: "Ada" },
  team: { id: "d".repeat(32), name: "core" },
  about: { commit: "9".repeat(40), path: "src/cart.ts", line: 42 },
  turns: [[3, 7], [9, 9]],
  reason: "why is the total rounded?",
  at: NOW - 2 * HOUR,
};
const asking: r.RequestRow = { ...requestRow, id: `5f${"6".repeat(62)}`, name: "r5f666666", from: requestRow.to, to: requestRow.from, about: { session: sessionId(ID) }, state: "denied", denial: { at: NOW - HOUR, reason: "it is about something else" } };
export const requests: r.RequestList = { inbox: [{ ...requestRow, command: "hx share r1a2b3c4d --team core" }], asked: [asking], settled: [], incomplete: false };
export const asked: r.Asked = { row: requestRow, proven: false };
export const answered: r.Answered = { row: { ...requestRow, state: "denied", denial: { at: NOW } }, already: false };

/** The whole world of the samples. */
export function sampleWorld(): object {
  async function* each<Value>(values: readonly Value[]): AsyncGenerator<Value> {
    yield* values;
  }
  return {
    identity: {
      create: async () => Promise.reject(new Error("no phrase in a sample")),
      show: async () => identity,
      unlock: async (minutes: number) => ({ until: NOW + minutes * 60_000, place: "/run/user/1000/hx" }),
      lock: async () => undefined,
    },
    setup: {
      place: async () => ({ repository: "/home/ada/shop", connected: true }),
      planInit: async () => initPlan,
      init: async () => initReport,
      status: async () => status,
      doctor: () => each(checks),
      planUninstall: async () => plan,
      uninstall: async () => plan,
    },
    people: {
      planJoin: async () => joinPlan,
      join: async () => joined,
      joinDevice: async () => joined,
      members: async () => members,
      pendingPeople: async () => [card],
      admit: async () => [personChange],
      planRemoval: async () => ({ id: PERSON, name: "Ben Okri", lines: plan }),
      removeMember: async () => ({ ...personChange, change: "removed" }),
      setRole: async () => ({ ...personChange, change: "role", administrator: true }),
      devices: async () => devices,
      pendingDevices: async () => devices.pending,
      addDevices: async () => [{ ...deviceChange, change: "added", renewed: false }],
      planDeviceRemoval: async () => ({ id: DEVICE, lines: plan }),
      removeDevice: async () => deviceChange,
      issueCaptureKey: async () => issued,
      succession: async () => succession,
      setSuccession: async () => ({ ...succession, changed: true }),
    },
    sessions: {
      capture: async () => capture,
      sync: async () => sync,
      list: async (options: w.ListOptions) => (options.shared ? [...rows, ...sharedRows] : rows),
      show: async () => shown,
      raw: async (): Promise<w.RawReport> => ({ id: ID, access: { class: "own" }, files: [{ path: "a/b.jsonl", bytes: 3 }], unreadable: [] }),
      restore: async () => restored,
      verify: async () => verified,
      inspect: async () => inspection,
    },
    teams: {
      create: async () => teamReport,
      nominate: async () => teamReport,
      waiting: async () => waiting,
      admit: async () => teamReport,
      planRemoval: async () => removalPlan,
      remove: async () => teamReport,
      rotate: async () => teamReport,
      list: async () => teams,
      show: async () => team,
    },
    projects: { create: async () => projectReport, grant: async () => projectReport, withdraw: async () => projectReport, list: async () => projects },
    reading: { check: async () => checkReport, export: async ([session = ""]: readonly string[]) => [{ session, report: exported }], handoff: async (_: string, { write }: w.HandoffOptions) => (write ? handedOff : printedBrief) },
    requests: { ask: async () => asked, withdraw: async () => answered, deny: async () => answered, list: async () => requests },
    log: { read: async (options: w.LogOptions) => (options.session === undefined ? logged : { ...logged, entries: logged.entries.slice(0, 1), warnings: [] }) },
    share: {
      share: async (_: s.ShareOptions, decide: (plan: s.SharePlan) => Promise<s.ShareDecision>) => {
        await decide(sharePlan);
        return share;
      },
      revoke: async (_: string, confirm: (plan: s.RevokePlan) => Promise<boolean>) => {
        await confirm(revokePlan);
        return revoke;
      },
      shares: async () => shares,
    },
    policy,
    rights: {
      retention: async () => retention,
      erase: async (_: rights.EraseOptions, confirm: (plan: rights.ErasePlan) => Promise<boolean>) => {
        await confirm(erasePlan);
        return erased;
      },
      exportMe: async () => aboutMe,
    },
    keeping: { pause: async () => paused, endPause: async () => paused, toExclude: async () => excluded, exclude: async () => excluded },
    hooks: { plan: async () => hookPlans, install: async () => hookPlans, remove: async () => hookPlans, status: async () => hookStates },
    agents: { list: async () => agentsReport },
    guard: guardSamples,
    demo: () => each(demoSteps),
  };
}
