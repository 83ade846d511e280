import { readdir, readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cliReference } from "../../src/cli/reference.ts";
import { blocksOf, firstMissing, type Block } from "./page.ts";
import { reader, type Reader } from "./reader.ts";

const ROOT = new URL("../../", import.meta.url);
const page = (path: string): Promise<string> => readFile(new URL(path, ROOT), "utf8");

let ada: Reader;
beforeEach(async () => {
  ada = await reader();
});
afterEach(() => ada.remove());

async function follow(before: readonly Block[], blocks: readonly Block[]): Promise<void> {
  const said = (await ada.type([...before, ...blocks])).slice(before.length);
  blocks.forEach(({ line, expected }, index) => {
    const output = said[index] ?? "";
    expect(firstMissing(expected, output), `line ${line} of the page; it said:\n${output}`).toBeNull();
  });
}

describe("what the pages say", () => {
  it("is what happens: the tutorial", async () => {
    const blocks = blocksOf(await page("docs/tutorial.md"));
    expect(blocks.length).toBeGreaterThan(8);
    expect(blocks.filter(({ expected }) => expected.length > 0).length).toBeGreaterThan(5);
    await follow([], blocks);
  }, 300_000);

  it("is what happens: the guide for authors", async () => {
    const tutorial = blocksOf(await page("docs/tutorial.md"));
    const connected = tutorial.slice(0, tutorial.findIndex(({ commands }) => commands.startsWith("git ls-remote")));
    expect(connected.length).toBeGreaterThan(3);
    // What comes then needs somebody else: guides.test.ts.
    const alone = (await page("docs/guides/author.md")).split("## Sharing\n")[0] ?? "";
    await follow(connected, blocksOf(alone));
  }, 300_000);

  it("is what happens: the guide for handing a session on", async () => {
    const tutorial = blocksOf(await page("docs/tutorial.md"));
    await follow(tutorial.slice(0, tutorial.findIndex(({ commands }) => commands.startsWith("git ls-remote"))), blocksOf(await page("docs/guides/handoff.md")));
  }, 300_000);

  it("shows the two commands, each alone on its line in a block", async () => {
    const commands = blocksOf(await page("README.md")).map((block) => block.commands.trim());
    expect(commands.slice(0, 2)).toEqual(["npm run demo", "npm test"]);
    const { scripts } = JSON.parse(await page("package.json")) as { scripts: Record<string, string> };
    expect(scripts).toMatchObject({ demo: "node scripts/demo.mjs", test: "node scripts/test.mjs" });
  });

  it("names only commands and flags that exist", async () => {
    const reference = cliReference();
    const commands = new Set([...reference.matchAll(/^## (hx [a-z -]+)$/gm)].map(([, name]) => name));
    for (const path of ["README.md", "docs/tutorial.md", "docs/guides/author.md", "docs/guides/handoff.md", "docs/guides/teammate.md", "docs/guides/administrator.md", "docs/guides/policy.md", "docs/guides/auditor.md", "docs/guides/hooks.md", "docs/guides/ci.md", "docs/guides/open-door.md"]) {
      const text = await page(path);
      const lines = [...blocksOf(text).flatMap((block) => block.commands.split("\n")), ...[...text.matchAll(/`(hx [^`]+)`/g)].map(([, command]) => command ?? "")];
      for (const line of lines.filter((one) => one.startsWith("hx ") && !one.startsWith("hx hook "))) {
        const words = line.split(/[\s)]+/);
        const known = [words.slice(0, 3).join(" "), words.slice(0, 2).join(" ")].some((name) => commands.has(name) || name === "hx hooks");
        expect(known, `${path}: '${line}'`).toBe(true);
        for (const flag of words.filter((one) => /^--[a-z]/.test(one))) expect(reference, `${path}: '${line}'`).toContain(flag);
      }
    }
  });

  it("links only to what is there", async () => {
    const docs = (await readdir(new URL("docs/", ROOT), { recursive: true })).filter((path) => path.endsWith(".md")).map((path) => `docs/${path}`);
    for (const path of ["README.md", "CHANGELOG.md", ...docs]) {
      for (const [, target = ""] of (await page(path)).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
        if (/^https?:/.test(target)) continue;
        await expect(readdirOrFile(new URL(target, new URL(path, ROOT))), `${path}: '${target}'`).resolves.toBe(true);
      }
    }
  });
});

async function readdirOrFile(url: URL): Promise<boolean> {
  return readFile(url).then(() => true, (error: NodeJS.ErrnoException) => error.code === "EISDIR");
}
