import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { table, type Figure } from "./figure.ts";
import { isThere } from "./process.ts";
import { ON_REQUEST, ROWS } from "./rows.ts";
import type { Built } from "./world.ts";

export interface Peers {
  readonly zstd: boolean;
  readonly age: boolean;
}

/** What every row gets. */
export interface Bench {
  readonly built: Built;
  readonly peers: Peers;
  /** Directory of real transcripts, or undefined: HX_SAMPLES. */
  readonly samples: string | undefined;
  /** Pairs of runs for times. */
  readonly runs: number;
  /** Sessions of the large lane. */
  readonly many: number;
  /** Megabytes of the bulk. */
  readonly bulk: number;
  /** Items of all people in the row of the log. */
  readonly items: number;
  say(text: string): void;
}

const USAGE = `node bench/run.mjs [options] [row ...]

  --json          figures as JSON
  --runs <n>      pairs of runs a time is the median of (default 11)
  --many <n>      sessions of the large lane (default 10000)
  --bulk <MB>     size of the bulk (default 300)
  --items <n>     items of all people in the row 'log' (default 100000)
  --help          this text

rows: ${Object.keys(ROWS).join(", ")} (default: all but ${[...ON_REQUEST].join(", ")})
`;

/** @returns exit code */
export async function main(argv: readonly string[], built: Built): Promise<number> {
  const names: string[] = [];
  const numbers = { runs: 11, many: 10_000, bulk: 300, items: 100_000 };
  let json = false;
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? "";
    const option = word.slice(2);
    if (word === "--json") json = true;
    else if (word.startsWith("--") && option in numbers && Number(argv[i + 1]) > 0) numbers[option as keyof typeof numbers] = Number(argv[++i]);
    else if (!word.startsWith("-") && word in ROWS) names.push(word);
    else {
      process.stdout.write(USAGE);
      return word === "--help" ? 0 : 2;
    }
  }
  const peers = { zstd: await isThere("zstd"), age: (await isThere("age")) && (await isThere("age-keygen")) };
  const samples = process.env["HX_SAMPLES"];
  const bench: Bench = { built, peers, samples, ...numbers, say: (text) => void process.stderr.write(`${text}\n`) };
  const figures: Figure[] = [];
  for (const name of names.length === 0 ? Object.keys(ROWS).filter((name) => !ON_REQUEST.has(name)) : names) {
    bench.say(`${new Date().toISOString().slice(11, 19)} ${name} …`);
    const row = ROWS[name];
    try {
      const measured = (await row?.(bench)) ?? [];
      figures.push(...measured);
      for (const { what, value, peer, ratio } of measured) bench.say(`  ${what}: ${value}${peer === undefined ? "" : `, ${peer}`}${ratio === undefined ? "" : `, ${ratio.toFixed(2)}x`}`);
    } catch (error) {
      figures.push({ row: name, what: "could not be measured", value: "", sample: "", note: String(error instanceof Error ? error.message : error).slice(0, 400) });
    }
  }
  const machine = machineOf(peers);
  process.stdout.write(json ? `${JSON.stringify({ machine, figures }, null, 1)}\n` : `${machine}\n\n${table(figures)}`);
  return figures.some(({ what }) => what === "could not be measured") ? 1 : 0;
}

function machineOf(peers: Peers): string {
  const git = execFileSync("git", ["--version"]).toString().trim();
  const missing = [peers.zstd ? [] : ["no zstd"], peers.age ? [] : ["no age: zstd alone is the peer"]].flat();
  return [`${cpus().length} cores`, `${(totalmem() / 1e9).toFixed(0)} GB`, `${process.platform} ${process.arch}`, `node ${process.versions.node}`, git, ...missing].join(", ");
}
