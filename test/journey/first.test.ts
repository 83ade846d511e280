import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prompt, transcriptPath, writeQuiet } from "./claude.ts";
import { connectedCheckout, list, makeWorld, newIdentity, recover, write, type JourneyWorld } from "./world.ts";

const ID = "0a1b2c3d-0000-4000-8000-000000000001";

describe("a session goes out and comes back", () => {
  let world: JourneyWorld;
  beforeAll(async () => {
    world = await makeWorld();
  });
  afterAll(() => world.close());

  it.each([
    ["file", "sha1"],
    ["http", "sha256"],
  ] as const)("byte for byte, by the phrase alone, over %s in a repository of %s", async (kind, format) => {
    const ada = await world.machine(`ada-${format}`);
    const remote = await world.remote(kind, format);
    const phrase = world.path(`phrase-${format}`);
    await newIdentity(ada, phrase);
    const checkout = await connectedCheckout(ada, remote, world.path(`${format}-work`), format);
    const first = prompt("make the parser faster", checkout) + prompt("and add a test", checkout);
    const path = await writeQuiet(transcriptPath(ada.home, checkout, ID), first);
    await ada.hx(checkout, "capture");
    await ada.hx(checkout, "sync");
    const whole = Buffer.from(first + prompt("thank you", checkout));
    await writeQuiet(path, whole);
    await ada.hx(checkout, "capture");
    await ada.hx(checkout, "sync");
    expect((await list(ada, checkout)).map(({ state, title }) => [state, title])).toEqual([["pushed", "make the parser faster"]]);

    const fresh = await world.machine(`fresh-${format}`);
    const clone = world.path(`${format}-clone`);
    await recover(fresh, remote, clone, phrase);
    const [row] = await list(fresh, clone);
    const target = transcriptPath(fresh.home, clone, ID);
    await fresh.hx(clone, "restore", row?.id ?? "", "--dry-run");
    await expect(readFile(target)).rejects.toThrow("ENOENT");
    await fresh.hx(clone, "restore", row?.id ?? "", "--exact");
    expect((await readFile(target)).equals(whole)).toBe(true);
    await fresh.hx(clone, "restore", row?.id ?? "", "--force");
    expect(await readFile(target, "utf8")).toBe(whole.toString().replaceAll(checkout, clone));
    expect(await fresh.hx(clone, "show", row?.id ?? "")).toContain("and add a test");
    await fresh.hx(clone, "verify");
    await ada.hx(checkout, "verify");
  });
});

describe("an identity with a passphrase", () => {
  let world: JourneyWorld;
  beforeAll(async () => {
    world = await makeWorld();
  });
  afterAll(() => world.close());

  it("captures and syncs without it, and reads only with it", async () => {
    const ada = await world.machine("ada");
    const remote = await world.remote();
    const secret = await write(world.path("pass"), "correct horse battery\n");
    const wrong = await write(world.path("wrong"), "incorrect horse battery\n");
    await newIdentity(ada, world.path("phrase"), ["--passphrase-file", secret]);
    await ada.hx(ada.home, "identity", "unlock", "--passphrase-file", secret);
    const checkout = await connectedCheckout(ada, remote, world.path("work"));
    await ada.hx(ada.home, "identity", "lock");
    const path = transcriptPath(ada.home, checkout, ID);
    await mkdir(join(path, ".."), { recursive: true });
    await writeQuiet(path, prompt("kept while the keys are locked", checkout));
    await ada.hx(checkout, "capture");
    await ada.hx(checkout, "sync");
    const [row] = await list(ada, checkout);
    expect(row?.state).toBe("locked");
    const id = row?.id ?? "";
    expect((await ada.tryHx(checkout, ["show", id])).code).toBe(4);
    expect((await ada.tryHx(checkout, ["show", id, "--passphrase-file", wrong])).code).toBe(12);
    expect(await ada.hx(checkout, "show", id, "--passphrase-file", secret)).toContain("kept while the keys are locked");
  });
});
