import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hasTerminal, sit } from "./terminal.ts";

const here = await hasTerminal();
const env = { PATH: "/usr/bin:/bin" };

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "hx-terminal-test-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function program(lines: readonly string[]): Promise<string> {
  const file = join(root, "program");
  await writeFile(file, `#!/bin/sh\n${lines.join("\n")}\n`);
  await chmod(file, 0o755);
  return file;
}

it("a terminal is had of util-linux' script, or not at all", async () => {
  expect(await hasTerminal(root)).toBe(false);
});

describe.runIf(here)("at a terminal", () => {
  it("a program is asked nothing twice, gets what is typed, and is over when it was heard", async () => {
    const [got, asked] = [join(root, "got"), join(root, "asked")];
    const line = await program(["test -t 0 && test -t 1 || exit 1", "stty size >size", "printf '\\033[1mTrust \\033[0mthis?'", "read yes", `echo "<$yes>" >'${asked}'`, "printf 'say: '", "read words", `echo "$words" >'${got}'`, "sleep 300"]);
    const ended = await sit({ line: `'${line}'`, cwd: root, env }, { typed: "go on", asks: /Trust this\?/, until: () => existsSync(got) });
    expect(ended.code).toBe(0);
    expect(await readFile(asked, "utf8")).toBe("<>\n");
    expect(await readFile(got, "utf8")).toBe("go on\n");
    expect(await readFile(join(root, "size"), "utf8")).toBe("40 120\n");
    expect(ended.stdout).toContain("Trust this?");
    expect(ended.stdout).not.toContain("\u001b");
  }, 30_000);

  it("a program that ends or says nothing in time is no success, and what it drew is told", async () => {
    const gone = await sit({ line: "echo no such model", cwd: root, env }, { until: () => false });
    expect([gone.code, gone.stdout.trim()]).toEqual([-1, "no such model"]);
    const late = await sit({ line: "sleep 300", cwd: root, env, limit: 1_000 }, { until: () => false });
    expect(late.code).toBe(-1);
  }, 30_000);

  it("answers what a terminal is asked for", async () => {
    const got = join(root, "got");
    const line = await program(["stty raw -echo", "printf '\\033[6n'", `head -c 6 >'${got}.part' && mv '${got}.part' '${got}'`]);
    await sit({ line: `'${line}'`, cwd: root, env }, { until: () => existsSync(got) });
    expect(await readFile(got, "utf8")).toBe("\u001b[1;1R");
  }, 30_000);
});
