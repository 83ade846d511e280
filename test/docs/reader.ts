import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtProgram } from "../support-build/build.ts";
import type { Block } from "./page.ts";

const RECORDED = new URL("../../fixtures/agents/claude-code/2.1.329/01-first/store/projects/-home-dev-work-acme-web/", import.meta.url);
const SESSION = "092d6f4c-b506-4c71-a289-fa37763ac179.jsonl";

/** Somebody who types what a page says, in a home of their own. */
export interface Reader {
  /** Runs all blocks in one shell. @returns what each printed, both outputs together */
  type(blocks: readonly Block[]): Promise<readonly string[]>;
  remove(): Promise<void>;
}

/** Agents cost money: this one writes the session that it recorded, for the directory in which it is called. */
const agent = (recorded: string): string => `#!${process.execPath}
const { readFileSync, mkdirSync, writeFileSync, utimesSync } = require("node:fs");
const at = process.cwd();
const folder = process.env.HOME + "/.claude/projects/" + at.replace(/[^A-Za-z0-9]/g, "-");
mkdirSync(folder, { recursive: true });
mkdirSync(at + "/src", { recursive: true });
writeFileSync(at + "/src/slugify.js", "export const slugify = (text) => text;\\n");
writeFileSync(folder + "/${SESSION}", readFileSync(${JSON.stringify(recorded)}, "utf8").replaceAll("/home/dev/work/acme-web", at));
`;

export async function reader(): Promise<Reader> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "hx-docs-")));
  const [home, bin] = [join(directory, "home"), join(directory, "bin")];
  await mkdir(join(home, ".claude"), { recursive: true });
  await mkdir(bin);
  const program = await builtProgram();
  await writeFile(join(bin, "hx"), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`, { mode: 0o755 });
  await writeFile(join(bin, "claude"), agent(fileURLToPath(new URL(SESSION, RECORDED))), { mode: 0o755 });
  await writeFile(join(home, ".gitconfig"), "[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n");
  await writeFile(join(directory, "passphrase"), "tutorial\n", { mode: 0o600 });
  const env = {
    PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`,
    HOME: home,
    GIT_CONFIG_GLOBAL: join(home, ".gitconfig"),
    GIT_CONFIG_NOSYSTEM: "1",
    // Nobody is there to be asked.
    HX_PASSPHRASE_FILE: join(directory, "passphrase"),
    LC_ALL: "C",
  };
  return {
    async type(blocks) {
      const script = blocks.map(({ commands }, index) => `exec >>"${directory}/said-${index}" 2>&1\n${commands}`).join("\n");
      await writeFile(join(directory, "script"), `set -e\n${script}`);
      const failure = await new Promise<string | null>((resolve) => {
        execFile("bash", [join(directory, "script")], { cwd: home, env }, (error) => resolve(error === null ? null : error.message));
      });
      const said = await Promise.all(blocks.map((_, index) => readFile(join(directory, `said-${index}`), "utf8").catch(() => null)));
      if (failure !== null) throw new Error(`a block failed: ${blocks[said.lastIndexOf(said.findLast((text) => text !== null) ?? null)]?.commands ?? ""}\n${said.findLast((text) => text !== null) ?? ""}`);
      return said.map((text) => text ?? "");
    },
    remove: () => rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }),
  };
}
