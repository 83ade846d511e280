import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prompt, quiet, transcriptPath } from "../journey/claude.ts";
import { write } from "../journey/world.ts";
import { makeDesk, type Desk } from "./desk.ts";

const MEGABYTE = 1 << 20;

let desk: Desk;
beforeAll(async () => {
  desk = await makeDesk("claude-code", "spawned");
});
afterAll(() => desk.world.close());

/** A record of 100 MB, of text that compresses about as a base64 image does. */
async function longLine(path: string, cwd: string): Promise<void> {
  await write(path, prompt("before the long line", cwd));
  const file = await open(path, "a");
  await file.write(`{"type":"user","cwd":${JSON.stringify(cwd)},"message":{"role":"user","content":[{"type":"image","source":{"data":"`);
  for (let i = 0; i < 100; i++) {
    const seed = createHash("sha512").update(String(i)).digest("base64").replace(/=/g, "");
    await file.write(seed.repeat(Math.ceil(MEGABYTE / seed.length)).slice(0, MEGABYTE));
  }
  await file.write(`"}}]}}\n${prompt("after the long line", cwd)}`);
  await file.close();
  await quiet(path);
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

describe("a line of 100 MB", () => {
  it("is captured and comes back, in bounded memory", async () => {
    const id = randomUUID();
    const path = transcriptPath(desk.machine.home, desk.checkout, id);
    await longLine(path, desk.checkout);
    // Written by the process itself as it ends: the most memory that it ever held, in KB.
    const report = desk.world.path("memory");
    const probe = await write(desk.world.path("probe.mjs"), `import { writeFileSync } from "node:fs";\nprocess.on("exit", () => writeFileSync(${JSON.stringify(report)}, String(process.resourceUsage().maxRSS)));\n`);
    const { code, stdout } = await desk.machine.tryHx(desk.checkout, ["capture", "--json"], "", { NODE_OPTIONS: `--import=${probe}` });
    expect(code).toBe(0);
    expect(stdout).toContain("before the long line");
    expect(Number(await readFile(report, "utf8")) * 1024).toBeLessThan(200 * MEGABYTE);
    await desk.machine.hx(desk.checkout, "sync");
    const [row] = (JSON.parse(await desk.machine.hx(desk.checkout, "list", "--json")) as { readonly sessions: readonly { readonly id: string }[] }).sessions;
    const out = desk.world.path("out");
    await desk.machine.hx(desk.checkout, "show", row?.id ?? "", "--raw", out);
    expect(await hashOf(join(out, "projects", "_", `${id}.jsonl`))).toBe(await hashOf(path));
  });
});
