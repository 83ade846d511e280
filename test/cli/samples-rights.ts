import type { ExportedMe } from "../../src/cli/world-export-me.ts";
import type * as rights from "../../src/cli/world-rights.ts";
import { NOW } from "./host.ts";

const ID = "7f3a91c2d4e5f60718293a4b5c6d7e8f";
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const old: rights.RetentionRow = { id: ID, agent: "claude-code", title: "Fix the cart", day: Date.UTC(2025, 10, 3), age: 383, on: Date.UTC(2026, 10, 3), due: true };
export const retention: rights.RetentionReport = {
  keeping: { retention: { count: 12, unit: "months" }, early: false },
  sessions: [{ ...old, id: "9".repeat(32), title: "Name the cart", day: Date.UTC(2026, 10, 1), age: 20, on: Date.UTC(2027, 10, 1), due: false }, old, { id: "8".repeat(32), agent: "codex", due: false }],
  closed: 1,
};
export const erasePlan: rights.ErasePlan = { sessions: [{ ...old, erased: [ID, "6".repeat(32)], elsewhere: ["5".repeat(32)] }], approvals: [{ id: "a1b2c3d4e", team: "core" }] };
export const erased: rights.EraseReport = { ...erasePlan, revocations: ["4".repeat(64)], removed: 3, pushed: true };
export const aboutMe: ExportedMe = {
  directory: "/home/ada/about-me",
  made: NOW,
  workspace: "c".repeat(64),
  repo: "d".repeat(64),
  known: { statement: 12, remote: "origin", asked: false, verified: NOW - HOUR },
  me: {
    id: "a".repeat(32),
    name: "Ada Byron",
    email: "ada@example.com",
    state: "living",
    administrator: true,
    fingerprint: "1a2b 3c4d",
    since: 0,
    devices: [{ id: "b".repeat(32), state: "live", since: 0, fingerprint: "5e6f 7081" }],
    keys: [{ epoch: 0, fingerprint: "9a0b 1c2d" }],
    teams: [{ id: "7".repeat(32), name: "core", part: "member" }],
    succession: { id: "7".repeat(32), name: "core" },
  },
  lanes: ["a".repeat(26)],
  sessions: [{ id: ID, copy: false, agent: "claude-code", title: "Fix the *cart*", first: NOW - DAY, last: NOW - HOUR, omitted: 12, files: [{ path: `sessions/${ID}/files/a.jsonl`, bytes: 3 }] }],
  closed: [{ session: "6".repeat(32), code: "erased", why: "you erased it" }],
  log: [],
  given: [],
  logWarnings: ["entry 'x' was seen and is gone"],
  statements: [],
  received: [{ approval: "a1b2c3d4e", author: "Ben", team: "core", state: "living", at: NOW - DAY, sessions: ["8".repeat(32)] }],
  policies: [],
  files: [{ path: `sessions/${ID}/files/a.jsonl`, bytes: 3 }],
};
