import type * as p from "../../src/cli/world-policy.ts";
import { TERMS } from "../policy/terms.ts";

// What the policy's part of the sample world says.

export const row: p.PolicyRow = { version: 2, published: "2026-11-01", effective: "2026-12-01", standing: "coming", by: { id: "a".repeat(32), name: "Ada Byron" }, statement: 14, entered: "2026-11-03" };

export const shown: p.ShownPolicy = {
  ...row,
  terms: TERMS,
  documents: [
    { name: "annex.en.md", hash: "1".repeat(64) },
    { name: "policy.de.md", hash: "3".repeat(64), text: "# Richtlinie\n" },
    { name: "policy.en.md", hash: "2".repeat(64), text: "# Session records policy of <!-- hx:company -->Example Ltd<!-- /hx -->\n\n<!-- clause: purpose.record -->\nThe sessions hold the reasoning.\n" },
  ],
};

export const history: p.PolicyHistory = {
  head: 14,
  versions: [{ version: 1, published: "2026-08-01", effective: "2026-09-01", standing: "in force", by: { id: "b".repeat(32) }, statement: 9, entered: "2026-08-01" }, row],
};

export const diff: p.PolicyDiff = {
  from: 1,
  to: "draft",
  terms: [{ term: "notice", from: "30 days", to: "7 days" }],
  texts: [{ name: "policy.en.md", change: "changed", lines: [{ side: "from", text: "Notice at least: 30 days." }, { side: "to", text: "Notice at least: 7 days." }] }],
  missing: ["annex.en.md"],
};

export const check: p.PolicyCheck = {
  of: "draft",
  problems: [{ document: "policy.de.md", message: "states '3 Tage' for 'notice', the terms say '7 Tage'" }],
  clauses: [
    { id: "visibility.administrators", enforcement: "keys", wording: "template", tests: ["test/attacks/reach.test.ts > opens nothing for an administrator with every right but what is their own"] },
    { id: "changes.notice", enforcement: "clients", wording: "own", tests: ["test/policy/rules.test.ts > are published by administrators, each the next, with notice"] },
    { id: "log.mentioned", enforcement: "promise", wording: "absent", tests: [] },
  ],
  here: { terms: { group: 8, retention: null, redaction: true, pause: true, exclude: true, approval: 90 }, ignored: ["retention"] },
  missing: [],
};

export const policy: p.PolicyWorld = {
  hasDraft: async () => false,
  init: async () => [".hx/policy/terms.yaml", ".hx/policy/policy.en.md", ".hx/policy/annex.en.md"],
  publish: async () => row,
  show: async () => shown,
  noteShown: async () => "recorded",
  diff: async () => diff,
  history: async () => history,
  check: async () => check,
};

export const brief: p.PolicyBrief = { version: 1, effective: "2026-09-01", title: "Session records policy of Example Ltd", terms: [{ term: "notice", words: "30 days" }] };
