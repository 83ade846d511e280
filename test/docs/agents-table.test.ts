import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { newestVersion } from "../../src/domain/agent-version.ts";
import { agentHooksOf } from "../../src/wire/agent-hooks.ts";
import { AGENTS } from "../../src/wire/agents.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { FEATURES, type Feature } from "../agents/features.ts";
import { fixtureOf } from "../agents/fixtures.ts";
import { hasSamples, seenInFixtures, seenInSamples, type Seen } from "../agents/seen.ts";

const PAGE = new URL("../../docs/agents.md", import.meta.url);
const BEGIN = "<!-- Made from the views of real sessions by test/docs/agents-table.test.ts: HX_AGENTS_TABLE=write, with HX_SAMPLES, writes it anew. -->";
const END = "<!-- /agents -->";

interface Row {
  readonly name: string;
  readonly title: string;
  readonly versions: readonly string[];
  readonly directory: string;
  readonly hooks: boolean;
  readonly resume: string | null;
  readonly fixtures: Seen;
  readonly samples: Seen;
}

const DIRECTORY = { record: "each record", header: "its beginning", beside: "beside its files" } as const;

async function rowOf(name: string, samples: (name: string) => Promise<Seen>): Promise<Row> {
  const [wired] = AGENTS.filter((agent) => agent.name === name);
  if (wired === undefined) throw new Error(`no agent '${name}'`);
  const settings = readSettings({ HOME: "/home/dev" });
  const { title, verifiedWith } = await wired.load(settings);
  const directory = (await fixtureOf(name))("/home/dev").directory ?? "record";
  const hooks = agentHooksOf(settings, null).some((place) => place.name === name);
  return { name, title, versions: verifiedWith, directory: DIRECTORY[directory], hooks, resume: wired.resume("<id>"), fixtures: await seenInFixtures(name), samples: await samples(name) };
}

/** A cell of a feature: `yes` where a fixture has it, `seen` where only real transcripts do that are not committed. */
function cellOf({ fixtures, samples }: Row, feature: Feature): string {
  return fixtures.features.has(feature) ? "yes" : samples.features.has(feature) ? "seen" : "";
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function textOf(rows: readonly Row[]): string {
  const about = rows.map((row) => {
    const page = existsSync(new URL(`agents/${row.name}.md`, PAGE)) ? `[${row.title}](agents/${row.name}.md)` : row.title;
    const newest = newestVersion(row.versions) ?? row.versions.at(-1) ?? "";
    const others = row.versions.filter((version) => version !== newest);
    return [page, `\`${row.name}\``, others.length === 0 ? newest : `${newest}; ${others.join(", ")}`, String(row.fixtures.sessions), `${row.samples.sessions} seen`, row.directory, row.hooks ? "yes" : "", row.resume === null ? "" : `\`${row.resume}\``];
  });
  const heads = ["agent", "name", "tried on files of", "sessions in fixtures", "in samples", "its directory stands in", "hooks", "goes on after `hx restore` with"];
  const features = rows.map((row) => [row.title, ...FEATURES.map((feature) => cellOf(row, feature))]);
  return `${BEGIN}\n\n${table(heads, about)}\n${table(["agent", ...FEATURES], features)}\n${END}`;
}

/** Without what only samples can tell. */
const withoutSamples = (text: string): string => text.replaceAll(/\| (?:\d+ )?seen(?= \|)/g, "| ");

describe("the table of agents", () => {
  let committed = "";
  beforeAll(async () => {
    committed = await readFile(PAGE, "utf8");
  });

  it("is what views over real sessions have", async () => {
    const none: Seen = { sessions: 0, features: new Set() };
    const rows: Row[] = [];
    for (const { name } of AGENTS) rows.push(await rowOf(name, hasSamples ? seenInSamples : async () => none));
    const text = textOf(rows);
    const [from, to] = [committed.indexOf(BEGIN), committed.indexOf(END)];
    expect(from).toBeGreaterThan(0);
    expect(to).toBeGreaterThan(from);
    if (hasSamples && process.env["HX_AGENTS_TABLE"] === "write") {
      await writeFile(PAGE, committed.slice(0, from) + text + committed.slice(to + END.length));
      return;
    }
    const there = committed.slice(from, to + END.length);
    expect(hasSamples ? there : withoutSamples(there)).toBe(hasSamples ? text : withoutSamples(text));
    for (const { name, fixtures, samples } of rows.filter((row) => row.name !== "door")) expect(fixtures.sessions + samples.sessions, name).toBeGreaterThan(hasSamples ? 0 : -1);
  });

  it("leads to every page of an agent, and there is no other", async () => {
    const pages = (await readdir(new URL("agents/", PAGE)).catch(() => [])).map((file) => file.replace(/\.md$/, ""));
    const known = new Set(AGENTS.map(({ name }) => name));
    expect(pages.filter((page) => !known.has(page))).toEqual([]);
    for (const page of pages) expect(committed).toContain(`(agents/${page}.md)`);
  });
});
