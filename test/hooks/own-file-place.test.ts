import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ownFilePlace } from "../../src/adapters/hooks/own-file-place.ts";
import type { HookPlace } from "../../src/ports/hooks.ts";

let home = "";
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "hx-own-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const TEXT = "// hx: hooks\nnew\n";
const file = (): string => join(home, ".agent", "plugins", "hx.js");
function place(over: { readonly mode?: number; readonly makeBelow?: boolean } = {}): HookPlace {
  const { mode = 0o600, makeBelow = false } = over;
  return ownFilePlace({ name: "agent", path: file(), text: TEXT, isOwn: (text) => text.startsWith("// hx:"), mode, events: ["start", "end"], below: join(home, ".agent"), makeBelow, lines: ["add this"] });
}
const states = async (of: HookPlace): Promise<readonly string[]> => (await of.state()).map(({ event, state }) => `${event} ${state}`);

describe("a file of hx's own", () => {
  it("is made where the agent is, once, and goes with the directory that was made for it", async () => {
    expect(await place().install()).toEqual({ changes: [], byHand: [] });
    await mkdir(join(home, ".agent"));
    expect(await place().plan()).toEqual({ changes: [{ where: file(), what: "make the file with hooks for start, end" }], byHand: [] });
    expect(await states(place())).toEqual(["start absent", "end absent"]);
    await place().install();
    expect(await readFile(file(), "utf8")).toBe(TEXT);
    expect(await states(place())).toEqual(["start installed", "end installed"]);
    expect(await place().install()).toEqual({ changes: [], byHand: [] });
    expect((await place().remove()).changes).toHaveLength(1);
    expect(await readdir(join(home, ".agent"))).toEqual([]);
    expect(await place().remove()).toEqual({ changes: [], byHand: [] });
  });

  it("makes a project's folder, and takes it away again unless something else is in it", async () => {
    const project = place({ makeBelow: true });
    await project.install();
    await project.remove();
    expect(await readdir(home)).toEqual([]);
    await project.install();
    await writeFile(join(home, ".agent", "mine"), "");
    await project.remove();
    expect(await readdir(join(home, ".agent"))).toEqual(["mine"]);
  });

  it("renews what an older hx wrote, and leaves alone what somebody else wrote", async () => {
    await mkdir(dirname(file()), { recursive: true });
    await writeFile(file(), "// hx: hooks\nold\n");
    expect(await states(place())).toEqual(["start changed", "end changed"]);
    await place().install();
    expect(await readFile(file(), "utf8")).toBe(TEXT);
    await writeFile(file(), "mine\n");
    expect(await states(place())).toEqual(["start unknown", "end unknown"]);
    expect(await place().install()).toEqual({ changes: [], byHand: [{ where: file(), lines: ["add this"] }] });
    await place().remove();
    expect(await readFile(file(), "utf8")).toBe("mine\n");
  });

  it("is executable where the agent executes it", async () => {
    const script = place({ mode: 0o755 });
    await mkdir(join(home, ".agent"));
    await script.install();
    expect((await stat(file())).mode & 0o777).toBe(0o755);
    await chmod(file(), 0o644);
    expect(await script.state()).toEqual(expect.arrayContaining([expect.objectContaining({ state: "changed", note: "not executable" })]));
    await script.install();
    expect((await stat(file())).mode & 0o777).toBe(0o755);
  });
});
