import type { PolicyTerms } from "../../src/domain/policy/terms.ts";

/** Terms as an organisation might choose them. */
export const TERMS: PolicyTerms = {
  company: "Example Ltd",
  contact: "privacy@example.org",
  tools: ["Claude Code", "Codex"],
  notice: 30,
  group: 5,
  retention: 24,
  redaction: true,
  pause: true,
  exclude: false,
  approval: 90,
  coaching: true,
  instruments: ["works agreement on IT systems"],
};
