import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectedCheckout, makeWorld, newIdentity, type JourneyWorld, type Machine } from "../journey/world.ts";

let world: JourneyWorld;
let ada: Machine;
let checkout: string;
let sessions: string;
beforeEach(async () => {
  world = await makeWorld("in-process");
  sessions = world.path("sessions");
  ada = await world.machine("ada", { HX_SESSIONS_DIR: sessions });
  await newIdentity(ada, world.path("phrase"));
  checkout = await connectedCheckout(ada, await world.remote(), world.path("work"));
});
afterEach(() => world.close());

const payload = (more: object): string => JSON.stringify({ agent: "goose", id: "20260601_1", directory: checkout, title: "Round the total", colour: "red", ...more });
const lines = [{ type: "prompt", text: "round the total" }, { type: "message", text: "Rounded." }];
const from = (text: string): ReturnType<Machine["tryHx"]> => ada.tryHx(checkout, ["capture", "--from", "-", "--json"], text);

describe("hx capture --from -", () => {
  it("keeps a session of a tool that hx does not know, takes what it grew by, and shows and restores it", async () => {
    expect(await from(payload({ lines }))).toMatchObject({ code: 0, stderr: "" });
    const [first] = JSON.parse((await from(payload({ lines: [...lines, { type: "prompt", text: "and test it" }] }))).stdout).sessions as { id: string; agent: string; new: boolean }[];
    expect(first).toMatchObject({ agent: "door:goose" });
    await ada.hx(checkout, "sync");
    const rows = JSON.parse(await ada.hx(checkout, "list", "--json", "--agent", "door:goose")).sessions as { id: string; title: string; turns: number }[];
    expect(rows).toMatchObject([{ title: "Round the total", turns: 2 }]);
    const shown = await ada.hx(checkout, "show", rows[0]?.id ?? "");
    for (const text of ["round the total", "Rounded.", "and test it"]) expect(shown).toContain(text);
    const written = await readFile(join(sessions, "goose/20260601_1/session.jsonl"), "utf8");
    expect(JSON.parse(await readFile(join(sessions, "goose/20260601_1/session.json"), "utf8"))).toMatchObject({ colour: "red" });
    await rm(sessions, { recursive: true });
    await ada.hx(checkout, "restore", rows[0]?.id ?? "");
    expect(await readFile(join(sessions, "goose/20260601_1/session.jsonl"), "utf8")).toBe(written);
    expect(await from(payload({ lines: [...lines, { type: "prompt", text: "and test it" }] }))).toMatchObject({ code: 0 });
    expect(JSON.parse(await ada.hx(checkout, "list", "--json")).sessions).toHaveLength(1);
  });

  it("keeps nothing of what ran elsewhere, and says so", async () => {
    const elsewhere = world.path("elsewhere");
    await mkdir(elsewhere);
    const { code, stdout } = await from(payload({ directory: elsewhere, lines }));
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { sessions: [], skipped: [{ agent: "door:goose", session: "20260601_1", reason: "it ran outside this repository" }] }]);
    const other = join(checkout, "vendored");
    await ada.git(checkout, "init", "-q", other);
    expect(JSON.parse((await from(payload({ id: "2", directory: other, lines }))).stdout)).toMatchObject({ sessions: [], skipped: [{ session: "2", reason: "it ran outside this repository" }] });
    expect((await from(payload({ id: "3", lines: [...lines, { type: "prompt", text: "there", directory: elsewhere }, { type: "message", text: "Outside." }] }))).code).toBe(0);
    await ada.hx(checkout, "sync");
    const rows = JSON.parse(await ada.hx(checkout, "list", "--json")).sessions as { id: string; turns: number }[];
    expect(rows).toMatchObject([{ turns: 1 }]);
    expect(await ada.hx(checkout, "show", rows[0]?.id ?? "")).not.toContain("Outside.");
  });

  it("refuses a payload that is none, naming the field, and writes nothing", async () => {
    for (const [text, said] of [["{", "not JSON"], [payload({ id: "../../x", lines }), "'id'"], [payload({}), "exactly one of"]] as const) {
      const ran = await from(text);
      expect(ran.code).toBe(2);
      expect(ran.stderr).toContain(said);
    }
    await expect(readFile(sessions)).rejects.toMatchObject({ code: "ENOENT" });
    for (const flags of [["--dry-run"], ["--session", "abcd"], ["--since", "3d"], ["--agent", "codex"]]) expect((await ada.tryHx(checkout, ["capture", "--from", "-", ...flags], payload({ lines }))).code).toBe(2);
    expect((await ada.tryHx(checkout, ["capture", "--from", "nowhere.json"])).stderr).toContain("cannot read 'nowhere.json'");
  });
});

describe("the folder of the door", () => {
  it("is swept with the agents; one faulty description keeps back no other session, and is told", async () => {
    for (const [id, files] of [["good", [{ path: "talk.md" }]], ["bad", [{ path: "../good/talk.md" }]]] as const) {
      await mkdir(join(sessions, "crush", id), { recursive: true });
      await writeFile(join(sessions, "crush", id, "talk.md"), "# Talk\n");
      await writeFile(join(sessions, "crush", id, "session.json"), JSON.stringify({ format: "hx-session/1", agent: "crush", id, directory: checkout, files }));
    }
    const ran = await ada.tryHx(checkout, ["capture", "--json"]);
    expect(ran.code).toBe(3);
    expect(JSON.parse(ran.stdout)).toMatchObject({ sessions: [{ agent: "door:crush" }], skipped: [{ session: "bad", reason: expect.stringContaining("'files[0].path' leads out of the folder") as string }] });
    await ada.hx(checkout, "sync");
    const [row] = JSON.parse(await ada.hx(checkout, "list", "--json")).sessions as { id: string }[];
    expect(await ada.hx(checkout, "show", row?.id ?? "")).toContain("# Talk");
  });
});
