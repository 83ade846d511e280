import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** The folder of transcripts that others recorded; null on a computer that has none. */
export const SAMPLES = process.env["HX_SAMPLES"] !== undefined && existsSync(process.env["HX_SAMPLES"]) ? process.env["HX_SAMPLES"] : null;

/** Folders of the samples whose name is not the agent's. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = { "claude-code": ["claude-code", "growing"], continue: ["continue-cli"], kiro: ["kiro-cli"] };
const MADE_HERE: Readonly<Record<string, string>> = { "claude-code": "claude", "copilot-cli": "copilot", "factory-droid": "droid", "gemini-cli": "gemini", "kilo-code": "kilocode", "qwen-code": "qwen" };

/** Loose files of an agent, absolute, sorted. */
export function looseFiles(agent: string): readonly string[] {
  return (FOLDERS[agent] ?? [agent]).flatMap((folder) => {
    const directory = path.join(SAMPLES ?? "", folder);
    const entries = existsSync(directory) ? readdirSync(directory, { recursive: true, withFileTypes: true }) : [];
    return entries.filter((entry) => entry.isFile() && entry.name !== "SOURCES.md").map((entry) => path.join(entry.parentPath, entry.name)).sort();
  });
}

/** Homes that the agent left behind, absolute, each later one with the earlier sessions grown. */
export function madeHere(agent: string): readonly string[] {
  const directory = path.join(SAMPLES ?? "", "made-here", MADE_HERE[agent] ?? agent);
  return existsSync(directory) ? readdirSync(directory, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [path.join(directory, entry.name)] : [])).sort() : [];
}

/** How many sessions of the samples docs/agents.md has of an agent. */
export function sessionsInTable(agent: string): number {
  const row = readFileSync(new URL("../../docs/agents.md", import.meta.url), "utf8").split("\n").find((line) => line.includes(`| \`${agent}\` |`));
  return Number(/\| (\d+) seen \|/.exec(row ?? "")?.[1]);
}
