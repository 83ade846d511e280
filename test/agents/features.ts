import type { SessionView } from "../../src/domain/view.ts";

/** What a view may show, in the order in which docs/agents.md lists it. */
export const FEATURES = [
  "title",
  "reasoning",
  "tool calls",
  "results",
  "failures",
  "exit codes",
  "edits",
  "before and after",
  "models",
  "tokens",
  "times",
  "branch",
  "sub-agents",
  "parent",
  "compactions",
  "interruptions",
  "rejections",
  "errors",
  "abandoned turns",
] as const;
export type Feature = (typeof FEATURES)[number];

/** What is there in a view of a real session. @param parent the session names one that it was forked from or started by */
export function featuresOf(view: SessionView, parent: boolean): ReadonlySet<Feature> {
  const entries = view.turns.flatMap((turn) => turn.entries);
  const has = (kind: (typeof entries)[number]["kind"]): boolean => entries.some((entry) => entry.kind === kind);
  const found: Readonly<Record<Feature, boolean>> = {
    title: view.title !== undefined,
    reasoning: has("reasoning"),
    "tool calls": has("tool-call"),
    results: has("tool-result"),
    failures: entries.some((entry) => entry.kind === "tool-result" && entry.failed === true),
    "exit codes": entries.some((entry) => entry.kind === "tool-result" && entry.exitCode !== undefined),
    edits: has("edit"),
    "before and after": entries.some((entry) => entry.kind === "edit" && ((entry.before !== undefined && entry.after !== undefined) || entry.patch !== undefined)),
    models: view.models.length > 0,
    tokens: Object.keys(view.tokens ?? {}).length > 0,
    times: entries.some(({ at }) => at !== undefined) || view.turns.some(({ started }) => started !== undefined),
    branch: view.branch !== undefined,
    "sub-agents": entries.some(({ subagent }) => subagent !== undefined),
    parent,
    compactions: has("compaction"),
    interruptions: has("interruption"),
    rejections: has("rejection"),
    errors: has("error"),
    "abandoned turns": view.turns.some(({ abandoned }) => abandoned === true),
  };
  return new Set(FEATURES.filter((feature) => found[feature]));
}
