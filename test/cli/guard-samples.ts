import type * as g from "../../src/cli/world-guard.ts";

export const guarded: g.GuardResult = {
  since: "state",
  counts: { code: 0, lanes: 3, headers: 40, keys: 3, cards: 1 },
  policy: { version: 2, effective: 20819 },
  findings: [{ severity: "refused", code: "lane-rollback", ref: `refs/sessions/v1/lane/${"a".repeat(26)}`, message: `lane '${"a".repeat(26)}' went back from header 5 to 3`, hint: "hx sync" }],
};

export const anchored: g.AnchorResult = {
  branch: "hx-anchor",
  done: "anchored",
  n: 4,
  report: { since: "anchor", counts: { code: 0, lanes: 3, headers: 40, keys: 3, cards: 1 }, findings: [] },
};

export const serverHook: g.ServerHookResult = { place: "bare", path: "/srv/git/shop.git/hooks/pre-receive", done: "by-hand", lines: ["exec '/usr/bin/hx' guard --pre-receive"] };

export const guardSamples: g.GuardWorld = {
  push: async () => guarded,
  remote: async () => guarded,
  anchor: async () => anchored,
  script: async () => "#!/bin/sh\n",
  install: async () => serverHook,
  uninstall: async () => ({ ...serverHook, done: "absent", lines: [] }),
};
