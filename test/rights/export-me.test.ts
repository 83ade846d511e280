import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toHex } from "../../src/domain/bytes.ts";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { makeWorld, type JourneyWorld } from "../journey/world.ts";
import { keeps, sharingOf, teamOf } from "../support/sharing-people.ts";
import { admitted, founder, type Colleague } from "../support/workspace-people.ts";

let world: JourneyWorld;
let remote: string;
let ada: Colleague;
let ben: Colleague;
let mine: string;
let gone: string;
let bens: string;
let benLater: string;

beforeAll(async () => {
  world = await makeWorld("in-process");
  remote = await world.remote();
  ada = await founder(world, remote, "Ada", "ada");
  ben = await admitted(world, remote, ada, "Ben", "ben");
  await teamOf(ada, "core", [[ben, "Ben"], [ada, "Ada"]]);
  mine = await keeps(ada, 1, ["round the total", "of the *cart*"]);
  gone = await keeps(ada, 2, ["name the cart"]);
  bens = await keeps(ben, 3, ["the secret of Ben"]);
  benLater = await keeps(ben, 4, ["what Ben denies"]);
  await ben.hx("share", bens, "--team", "core", "--yes");
  await ada.hx("share", mine, "--team", "core", "--turns", "1", "--yes");
  await ben.hx("sync");
  await ada.hx("sync");
  await ada.hx("show", bens, "--json");
  await ben.hx("request", gone, "--to", "Ada", "--team", "core", "--reason", "to learn");
  await ada.hx("sync");
  const { inbox } = (await ada.json("requests")) as unknown as { readonly inbox: readonly { readonly name: string }[] };
  await ada.hx("deny", inbox[0]?.name ?? "");
  await ada.hx("erase", gone, "--yes");
});
afterAll(() => world.close());

interface Index {
  readonly schema: string;
  readonly known: { readonly asked: boolean };
  readonly me: { readonly name: string; readonly devices: readonly unknown[]; readonly teams: readonly { readonly name: string; readonly part: string }[] };
  readonly sessions: readonly { readonly id: string; readonly copy: boolean; readonly source?: string; readonly files: readonly string[] }[];
  readonly closed: readonly { readonly session: string; readonly code: string }[];
  readonly received: readonly { readonly author: string; readonly sessions: readonly string[] }[];
  readonly policies: readonly unknown[];
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
}

const indexIn = async (directory: string): Promise<Index> => JSON.parse(await readFile(join(directory, "index.json"), "utf8")) as Index;
const linesOf = async (path: string): Promise<readonly Readonly<Record<string, unknown>>[]> => (await readFile(path, "utf8")).split("\n").filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>);
const filesIn = async (directory: string): Promise<readonly string[]> => (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));

describe("export --me", () => {
  it("writes everything about me into one private folder, with an index", async () => {
    const out = world.path("about-ada");
    const printed = await ada.json("export", "--me", out);
    const index = await indexIn(out);
    expect(index).toMatchObject({ schema: "hx.export-me/1", known: { asked: true }, me: { name: "Ada", administrator: true, state: "living", teams: [{ name: "core", part: "member" }] }, policies: [] });
    expect(printed).toMatchObject({ schema: "hx.export-me/1", sessions: index.sessions });

    const [original] = index.sessions.filter(({ copy }) => !copy);
    const [copy] = index.sessions.filter((session) => session.copy);
    expect(index.sessions).toHaveLength(2);
    expect(original?.id).toBe(mine);
    expect(copy?.source).toBe(mine);
    const agents = await readFile(transcriptPath(ada.machine.home, ada.checkout, "0a1b2c3d-0000-4000-8000-000000000001"));
    const raw = original?.files.find((path) => path.endsWith(".jsonl")) ?? "";
    expect(await readFile(join(out, raw))).toEqual(agents);
    expect(await readFile(join(out, `sessions/${mine}/session.md`), "utf8")).toContain("of the *cart*");
    expect(index.closed).toEqual([{ session: gone, code: "erased", why: "you erased it" }]);

    const log = await linesOf(join(out, "log.ndjson"));
    expect(log.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["request", "denial", "approval"]));
    expect((await linesOf(join(out, "log-given.ndjson"))).map(({ kind }) => kind)).toContain("access");
    const statements = await linesOf(join(out, "statements.ndjson"));
    expect(new Set(statements.map(({ kind }) => kind))).toEqual(new Set(["request", "denial", "approval", "access"]));

    for (const path of [out, ...(await readdir(out, { recursive: true, withFileTypes: true })).map((entry) => join(entry.parentPath, entry.name))]) {
      const found = await stat(path);
      expect(found.mode & 0o777, path).toBe(found.isDirectory() ? 0o700 : 0o600);
    }
    const listed = index.files.map(({ path }) => path);
    for (const path of await filesIn(out)) if (!/\/index\.(json|md)$|\.ndjson$/.test(path)) expect(listed).toContain(path.slice(out.length + 1));
    const readable = await readFile(join(out, "index.md"), "utf8");
    for (const part of ["one repository", mine, gone, "erased", "round the total", "Ben", "No secret key"]) expect(readable).toContain(part);
  });

  it("holds no secret, nothing that is somebody else's, and is no access", async () => {
    const out = world.path("about-ada-2");
    const reads = async (): Promise<number> => (await ben.machine.hx(ben.checkout, "log", "--json")).split("\n").filter((line) => line.includes('"access"')).length;
    await ben.hx("sync");
    const before = await reads();
    await ada.hx("export", "--me", out);
    await ben.hx("sync");
    expect(before).toBe(1);
    expect(await reads()).toBe(before);
    const { acting, identity } = await sharingOf(ada);
    const seeds = [identity.signSeed, identity.boxSeed, ...acting.personKeys.map(({ seed }) => seed), ...acting.teamKeys.map(({ seed }) => seed), ...acting.memberships.flatMap(({ seeds }) => [seeds.slice(0, 32), seeds.slice(32)])];
    expect(seeds.length).toBeGreaterThan(4);
    const text = (await Promise.all((await filesIn(out)).map((path) => readFile(path, "latin1")))).join("\n");
    for (const seed of seeds) {
      expect(text).not.toContain(toHex(seed));
      expect(text).not.toContain(Buffer.from(seed).toString("base64").slice(0, 40));
      expect(text).not.toContain(Buffer.from(seed).toString("latin1"));
    }
    expect(text).toContain(bens);
    expect(text).not.toContain("the secret of Ben");
    expect(text).not.toContain(benLater);
  });

  it("overwrites nothing", async () => {
    const full = world.path("full");
    await mkdir(full);
    await writeFile(join(full, "mine.txt"), "stays");
    expect(await ada.failure("export", "--me", full)).toMatchObject({ code: "exists" });
    expect(await readdir(full)).toEqual(["mine.txt"]);
    const empty = world.path("empty");
    await mkdir(empty, { mode: 0o755 });
    await ada.hx("export", "--me", empty);
    expect((await stat(empty)).mode & 0o777).toBe(0o700);
    expect(await ada.failure("export", "--me", empty)).toMatchObject({ code: "exists" });
    expect(await ada.failure("export", mine, "--me", world.path("x"))).toMatchObject({ code: "usage" });
    expect(await ada.failure("export", "--output", world.path("x"))).toMatchObject({ code: "usage" });
  });

  it("works from what is here, and says how old that is; what is not here is named", async () => {
    const out = world.path("offline");
    const { stdout, code } = await ada.machine.tryHx(ada.checkout, ["export", "--me", out, "--offline"]);
    expect(code).toBe(0);
    expect(stdout).toContain("was not reached, and a lane was verified last at 20");
    expect((await indexIn(out)).known.asked).toBe(false);
    expect((await indexIn(out)).sessions).toHaveLength(2);
    await keepsHere();
    const later = world.path("offline-2");
    expect((await ada.machine.tryHx(ada.checkout, ["export", "--me", later, "--offline"])).code).toBe(3);
    expect((await indexIn(later)).closed).toEqual(expect.arrayContaining([expect.objectContaining({ code: "busy" })]));
  });
});

/** A session that is captured and not published. */
async function keepsHere(): Promise<void> {
  await writeQuiet(transcriptPath(ada.machine.home, ada.checkout, "0a1b2c3d-0000-4000-8000-000000000009"), prompt("not pushed", ada.checkout));
  await ada.hx("capture");
}
