import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { connectedCheckout, list, makeWorld, newIdentity, recover, type JourneyWorld, type Machine } from "../journey/world.ts";

const ID = "0a1b2c3d-0000-4000-8000-000000000001";
const DEEP = "0a1b2c3d-0000-4000-8000-000000000002";

let world: JourneyWorld;
let ada: Machine;
let remote: string;
let checkout: string;
beforeAll(async () => {
  world = await makeWorld("in-process");
  ada = await world.machine("ada");
  remote = await world.remote();
  await newIdentity(ada, world.path("phrase"));
  checkout = await connectedCheckout(ada, remote, world.path("work", "shop"));
  await mkdir(join(checkout, "packages", "ui"), { recursive: true });
  await writeQuiet(transcriptPath(ada.home, checkout, ID), at(checkout));
  await writeQuiet(transcriptPath(ada.home, join(checkout, "packages", "ui"), DEEP), prompt(`mend ${checkout}/packages/ui/a.css`, join(checkout, "packages", "ui")));
  await ada.hx(checkout, "capture");
  await ada.hx(checkout, "sync");
}, 60_000);
afterAll(() => world.close());

/** A session with paths in all places, as it reads in a checkout. */
function at(top: string): string {
  return [
    JSON.stringify({ type: "user", uuid: "u1", cwd: top, sessionId: ID, version: "2.1.143", message: { role: "user", content: `look at ${top}/a.ts` }, timestamp: "2026-03-01T10:00:00.000Z" }),
    JSON.stringify({ type: "assistant", uuid: "u2", cwd: top, sessionId: ID, message: { id: "m", role: "assistant", model: "m", content: [{ type: "thinking", thinking: "in /somewhere", signature: "c2ln" }, { type: "tool_use", id: "t", name: "Read", input: { file_path: `${top}/a.ts` } }] }, timestamp: "2026-03-01T10:00:01.000Z" }),
    JSON.stringify({ type: "user", uuid: "u3", cwd: "/etc", message: { role: "user", content: "left out" }, timestamp: "2026-03-01T10:00:02.000Z" }),
    JSON.stringify({ type: "user", uuid: "u4", cwd: top, message: { role: "user", content: `thank you for ${top}/../secret` }, timestamp: "2026-03-01T10:00:03.000Z" }),
  ].map((line) => `${line}\n`).join("");
}

/** As it is after a capture: what ran outside is zeros. */
function kept(top: string): string {
  const lines = at(top).split("\n");
  const outside = (lines[2]?.length ?? 0) + 1;
  return [lines[0], "\n", lines[1], "\n", "\0".repeat(outside), lines[3], "\n"].join("").replace(`${top}/../secret`, `${checkout}/../secret`);
}

const rowOf = async (machine: Machine, clone: string, title: string): Promise<string> => (await list(machine, clone)).find((row) => row.title?.startsWith(title))?.id ?? expect.fail(`no session '${title}'`);

interface Report {
  readonly exact: boolean;
  readonly mapped?: { readonly from: string; readonly to: string; readonly records: number };
  readonly files: readonly { readonly path: string; readonly action: string }[];
}

async function restored(machine: Machine, clone: string, ...args: string[]): Promise<Report> {
  return JSON.parse((await machine.tryHx(clone, ["restore", ...args, "--json"])).stdout) as Report;
}

describe("a session that is restored where the checkout lies elsewhere", () => {
  let fresh: Machine;
  let clone: string;
  beforeAll(async () => {
    fresh = await world.machine("fresh");
    clone = world.path("elsewhere", "shop clone");
    await recover(fresh, remote, clone, world.path("phrase"));
  }, 60_000);

  it("names the paths of this checkout, tells it before and after, and stays as it was with --exact", async () => {
    const id = await rowOf(fresh, clone, "look at");
    const path = transcriptPath(fresh.home, clone, ID);
    expect(await fresh.tryHx(clone, ["restore", id, "--exact", "--map"])).toMatchObject({ code: 2 });
    const said = (await fresh.tryHx(clone, ["restore", id, "--dry-run"])).stdout;
    expect(said).toContain(`3 records would be mapped: paths below '${checkout}' now lie below '${clone}'`);
    await expect(readFile(path)).rejects.toThrow("ENOENT");
    expect(await restored(fresh, clone, id, "--exact")).toMatchObject({ files: [{ path, action: "written" }] });
    expect(await readFile(path, "utf8")).toBe(kept(checkout));
    expect(await fresh.tryHx(clone, ["restore", id])).toMatchObject({ code: 1, stderr: expect.stringContaining("hx restore <session> --exact") as string });
    expect(await restored(fresh, clone, id, "--force")).toMatchObject({ exact: false, mapped: { from: checkout, to: clone, records: 3 }, files: [{ path, action: "replaced" }] });
    expect(await restored(fresh, clone, id)).toMatchObject({ files: [{ action: "same" }] });
    // A blank in the new path: in texts it would be read otherwise, so only whole paths changed.
    expect(JSON.parse((await readFile(path, "utf8")).split("\n")[1] ?? "")).toMatchObject({ cwd: clone, message: { content: [{}, { input: { file_path: `${clone}/a.ts` } }] } });
  });

  it("maps from the top of the checkout where the session ran below it", async () => {
    const other = world.path("elsewhere", "shop-2");
    await fresh.git(clone, "worktree", "add", "-q", "-b", "two", other);
    const report = await restored(fresh, clone, await rowOf(fresh, clone, "mend"), "--directory", other);
    expect(report).toMatchObject({ mapped: { from: checkout, to: other, records: 1 }, files: [{ path: transcriptPath(fresh.home, join(other, "packages", "ui"), DEEP) }] });
    expect(await readFile(report.files[0]?.path ?? "", "utf8")).toContain(`mend ${other}/packages/ui/a.css`);
  });

  it("is a session of its own when it is captured there", async () => {
    await writeQuiet(transcriptPath(fresh.home, clone, ID), `${await readFile(transcriptPath(fresh.home, clone, ID), "utf8")}${prompt("and on the other machine", clone)}`);
    const before = await rowOf(fresh, clone, "look at");
    await fresh.hx(clone, "capture");
    await fresh.hx(clone, "sync");
    const after = await rowOf(fresh, clone, "look at");
    // The list shows the fullest of several captures of one session of an agent; the other is there by its id.
    expect(after).not.toBe(before);
    expect(await fresh.hx(clone, "show", after)).toContain("and on the other machine");
    expect(await fresh.hx(clone, "show", before)).not.toContain("and on the other machine");
  });
});

it("is its own new generation when it is captured in the clone in which it ran", async () => {
  const id = await rowOf(ada, checkout, "look at");
  const other = world.path("work", "shop-two");
  await ada.git(checkout, "worktree", "add", "-q", "-b", "other", other);
  expect((await restored(ada, checkout, id, "--directory", other)).mapped).toEqual({ from: checkout, to: other, records: 3 });
  await writeQuiet(transcriptPath(ada.home, other, ID), `${await readFile(transcriptPath(ada.home, other, ID), "utf8")}${prompt("and beside", other)}`);
  await ada.hx(checkout, "capture");
  await ada.hx(checkout, "sync");
  expect(await rowOf(ada, checkout, "look at")).toBe(id);
  const shown = await ada.hx(checkout, "show", id);
  expect(shown).toContain("and beside");
  expect(shown).toContain("set a transcript aside");
});
