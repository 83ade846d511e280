import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RealAgent } from "./agent.ts";
import type { Timing } from "./timing.ts";
import type { Check, Outcome } from "./trial.ts";

/** What came of one agent. */
export interface Result extends Outcome {
  readonly agent: string;
  readonly title: string;
  readonly version: string;
  readonly timing: Timing | null;
  /** Why nothing was tried. */
  readonly untried?: string;
}

/** `docs/agents-verified.json`: by agent, the last run that was recorded. */
export interface Verified {
  readonly title: string;
  readonly version: string;
  /** UTC. */
  readonly date: string;
  readonly platform: string;
  readonly node: string;
  /** `yes`, or what did not hold. */
  readonly checks: Readonly<Partial<Record<Check["what"], string>>>;
  /** Events of its hooks, with how often in the two runs. */
  readonly hooks: readonly string[];
  /** Share of the bytes that the hooks had, without a later capture: 0 to 1. */
  readonly byHooks?: number;
  /** ms that a run with one prompt takes without and with the hooks: medians of so many runs, and the load of the machine before them. */
  readonly run?: { readonly without: number; readonly with: number; readonly runs: number; readonly load: number };
}

export type Recorded = Readonly<Record<string, Verified>>;

export function resultOf(agent: RealAgent, outcome: Outcome, timing: Timing | null): Result {
  return { agent: agent.name, title: agent.title, version: agent.version, ...outcome, timing };
}

/** Of an agent that cannot be tried under this Node. It is no success, and nothing is recorded of it. */
export function untried({ name, title, version }: RealAgent, why: string): Result {
  return { agent: name, title, version, checks: [], fired: [], timing: null, untried: why };
}

export function allHeld({ checks, untried: why }: Result): boolean {
  return why === undefined && checks.length > 0 && checks.every((check) => check.why === "");
}

const COLUMNS = ["runs", "hooks fired", "captured whole", "restored", "resumed", "handed off"] as const;

/** For the terminal. */
export function tableOf(results: readonly Result[]): string {
  const head = ["agent", "version", ...COLUMNS, "by hooks alone", "a run, without and with hooks"];
  const rows = results.map(({ agent, version, checks, byHooks, timing }) => [
    agent,
    version,
    ...COLUMNS.map((column) => wordOf(checks.find(({ what }) => what === column))),
    byHooks === undefined ? "" : percent(shareOf(byHooks)),
    timing === null ? "" : `${Math.round(timing.without)} ms, ${Math.round(timing.with)} ms (${timing.runs} runs)`,
  ]);
  const widths = head.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const why = results.flatMap(({ agent, untried: reason }) => (reason === undefined ? [] : [`${agent}: ${reason}\n`]));
  return [...[head, ...rows].map((row) => `${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ").trimEnd()}\n`), ...why].join("");
}

function wordOf(check: Check | undefined): string {
  return check === undefined ? "" : check.why === "" ? "yes" : "NO";
}

function shareOf([part, whole]: readonly [number, number]): number {
  return whole === 0 ? 0 : part / whole;
}

function percent(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`;
}

/** Adds what came of this run to the record, and writes the table of docs/agents.md anew. */
export async function writeResults(root: string, results: readonly Result[], now: Date): Promise<void> {
  const file = join(root, "docs", "agents-verified.json");
  const before = JSON.parse(await readFile(file, "utf8").catch(() => "{}")) as Recorded;
  const tried = results.filter(({ untried: why }) => why === undefined);
  const after = { ...before, ...Object.fromEntries(tried.map((result) => [result.agent, verifiedOf(result, now)])) };
  await writeFile(file, `${JSON.stringify(after, null, 2)}\n`);
  const page = join(root, "docs", "agents.md");
  await writeFile(page, withTable(await readFile(page, "utf8"), after));
}

function verifiedOf({ title, version, checks, fired, byHooks, timing }: Result, now: Date): Verified {
  return {
    title,
    version,
    date: now.toISOString().slice(0, 10),
    platform: `${process.platform}-${process.arch}`,
    node: process.versions.node,
    checks: Object.fromEntries(checks.map(({ what, why }) => [what, why === "" ? "yes" : why])),
    hooks: fired,
    ...(byHooks === undefined ? {} : { byHooks: Math.floor(shareOf(byHooks) * 1000) / 1000 }),
    ...(timing === null ? {} : { run: { without: Math.round(timing.without), with: Math.round(timing.with), runs: timing.runs, load: timing.load } }),
  };
}

const BEGIN = "<!-- run for real: npm run test:agents -- --record -->";
const END = "<!-- /run for real -->";

/** The page with the table between its marks made of what is recorded. */
export function withTable(page: string, recorded: Recorded): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`docs/agents.md has to hold '${BEGIN}' and '${END}'`);
  return `${page.slice(0, from + BEGIN.length)}\n${markdownOf(recorded)}${page.slice(to)}`;
}

function markdownOf(recorded: Recorded): string {
  const rows = Object.values(recorded).map(({ title, version, date, platform, node, checks, byHooks, run, hooks }) => {
    const cells = COLUMNS.slice(1).map((column) => (checks[column] === "yes" ? "yes" : column in checks ? "**no**" : "not tried"));
    return [title, version, `${date}, ${platform}, Node ${node}`, ...cells, hooks.join(", "), byHooks === undefined ? "" : percent(byHooks), run === undefined ? "" : `${run.without} → ${run.with} ms (${run.runs} runs, load ${run.load})`];
  });
  const head = ["agent", "version", "run", ...COLUMNS.slice(1), "events", "by hooks alone", "one prompt, without → with hooks"];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("") + waiversOf(recorded);
}

/** Of what did not hold: the command, and what it said. */
function waiversOf(recorded: Recorded): string {
  return Object.values(recorded)
    .flatMap(({ title, version, checks }) => Object.entries(checks).flatMap(([what, why]) => (why === "yes" || why === undefined ? [] : [`\n${title} ${version}, *${what}* does not hold:\n\n\`\`\`text\n${why}\n\`\`\`\n`])))
    .join("");
}
