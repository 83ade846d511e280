import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { scenes } from "../../src/wire/demo/scenes.ts";
import { Stage } from "../../src/wire/demo/stage.ts";
import { storedFiles } from "../../src/wire/demo/transcripts.ts";
import { openRepository } from "../second-reader/open-repository.ts";
import { builtProgram } from "../support-build/build.ts";

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const quiet = { phase: () => undefined, warn: () => undefined, done: () => undefined };

it("the demo's repository opens to the second reader, from the phrase on the paper, file for file", async () => {
  const program = await builtProgram();
  const stage = await Stage.open(program, process.env["PATH"] ?? "/usr/bin:/bin", new AbortController().signal);
  try {
    const recorded = join(dirname(dirname(program)), "dist", "demo");
    const laptop = { directory: join(stage.root, "laptop"), home: join(stage.root, "laptop", "home"), work: join(stage.root, "laptop", "acme-web"), env: {} };
    const compared = new Set<string>();
    for await (const { title } of scenes(stage, quiet, recorded)) {
      // The last moment at which laptop, paper and remote are all there.
      if (!title.startsWith("The stranger searches")) continue;
      const written = new Set((await storedFiles(laptop)).map(({ bytes }) => hash(bytes)));
      const phrase = (await readFile(join(stage.root, "paper", "phrase"), "utf8")).trim();
      const opened = await openRepository(join(stage.root, "host", "acme-web.git"), phrase);
      expect([opened.closed, opened.sessions.length]).toEqual([[], 3]);
      for (const { bytes } of opened.sessions.flatMap(({ files }) => files)) compared.add(hash(bytes));
      expect(compared).toEqual(written);
    }
    expect(compared.size).toBe(5);
  } finally {
    await stage.close();
  }
}, 300_000);
