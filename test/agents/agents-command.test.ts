import { appendFile, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sessionsHere } from "../../src/app/agents/sessions-here.ts";
import { isNewerThanAll, newestVersion } from "../../src/domain/agent-version.ts";
import type { Agent } from "../../src/ports/agent.ts";
import { AGENTS, agentNamed } from "../../src/wire/agents.ts";
import { boundaryOf, connected, openClone, openLedger } from "../../src/wire/clone.ts";
import { doctor } from "../../src/wire/doctor.ts";
import { identityPorts } from "../../src/wire/identity-ports.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { makeDesk, type Desk } from "../capture/desk.ts";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";

const id = (n: number): string => `0a1b2c3d-0000-4000-8000-${String(n).padStart(12, "0")}`;

interface Report {
  readonly uncounted?: string;
  readonly agents: readonly { readonly name: string; readonly present: boolean; readonly stores: readonly string[]; readonly hooks: string; readonly verified: readonly string[]; readonly sessions?: object; readonly version?: string; readonly newer?: true }[];
}

describe("hx agents", () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await makeDesk();
  });
  afterAll(() => desk.world.close());

  async function session(n: number, directory = desk.checkout, text = "Hello"): Promise<string> {
    await mkdir(directory, { recursive: true });
    return writeQuiet(transcriptPath(desk.machine.home, directory, id(n)), prompt(text, directory));
  }
  async function report(args: readonly string[] = [], cwd = desk.checkout): Promise<Report> {
    return JSON.parse(await desk.machine.hx(cwd, "agents", "--json", ...args)) as Report;
  }
  const rowOf = ({ agents }: Report, name: string) => agents.find((agent) => agent.name === name);

  it("names those that are here, and with --all the others, each with where it was looked", async () => {
    expect(rowOf(await report(), "claude-code")).toBeUndefined();
    await session(1);
    const row = rowOf(await report(), "claude-code");
    expect(row).toMatchObject({ present: true, stores: [path.join(desk.machine.home, ".claude")], hooks: "absent", sessions: { all: 1, captured: 0, behind: 1, keptOut: 0 } });
    const all = await report(["--all"]);
    expect(all.agents.map(({ name }) => name)).toEqual(AGENTS.map(({ name }) => name));
    expect(rowOf(all, "codex")).toMatchObject({ present: false, stores: [path.join(desk.machine.home, ".codex")] });
    expect(rowOf(all, "codex")).not.toHaveProperty("sessions");
    for (const { verified } of all.agents) expect(verified.length).toBeGreaterThan(0);
  });

  it("names one that keeps its sessions in the checkout only where one is", async () => {
    const { machine, checkout } = desk;
    const seen = async (): Promise<readonly boolean[]> => {
      const state = JSON.parse(await machine.hx(checkout, "status", "--json")) as Report;
      const settings = readSettings(machine.env);
      let told = "";
      for await (const { name, detail } of doctor(settings, checkout, () => identityPorts(settings, { ask: async () => null }), { offline: true })) if (name === "agents") told = detail;
      return [rowOf(await report(), "aider") !== undefined, rowOf(state, "aider")?.present === true, told.includes("Aider")];
    };
    expect(await seen()).toEqual([false, false, false]);
    const history = path.join(checkout, ".aider.chat.history.md");
    await writeFile(history, "\n# aider chat started at 2026-03-01 10:00:00\n\n#### Add a helper  \n\nDone.\n");
    expect(await seen()).toEqual([true, true, true]);
    await rm(history);
  });

  it("counts what is captured, what is behind and what is kept out, and nothing of another directory", async () => {
    for (const n of [2, 3, 4]) await session(n);
    await session(5, desk.world.path("elsewhere"));
    await session(6, `${desk.checkout}-2`); // its folder looks like one below the checkout's
    await desk.machine.hx(desk.checkout, "capture");
    await session(7);
    await desk.machine.hx(desk.checkout, "exclude", id(7), "--yes");
    await appendFile(transcriptPath(desk.machine.home, desk.checkout, id(3)), prompt("And more", desk.checkout));
    await session(8);
    expect(rowOf(await report(), "claude-code")?.sessions).toEqual({ all: 6, captured: 3, behind: 2, keptOut: 1 });
  });

  it("reads nothing of a session that was captured", async () => {
    const settings = readSettings(desk.machine.env);
    const claude = await agentNamed(settings, "claude-code");
    if (claude === null) throw new Error("no adapter");
    await desk.machine.hx(desk.checkout, "capture");
    const read = new Set<string>();
    const counting: Agent = {
      ...claude,
      async open(file) {
        const open = await claude.open(file);
        const { size, modifiedMs, identity } = open;
        return { size, modifiedMs, identity, close: () => open.close(), read: (offset, length) => open.read(offset, length).finally(() => read.add(path.basename(file.path, ".jsonl"))) };
      },
    };
    const clone = await openClone(settings, desk.checkout);
    const ledger = await openLedger(clone);
    const { boundary, directories } = await boundaryOf(clone, ledger, await connected(clone, ledger));
    const counted = await sessionsHere({ ledger, lane: null, boundary, directories }, counting);
    expect(counted).toMatchObject({ captured: 5, behind: 0, keptOut: 1 });
    // Only what was never captured is placed by its first records.
    expect([...read].sort()).toEqual([id(6), id(7)]);
  });

  it("says where the newest session was written by a version that nobody tried", async () => {
    const at = transcriptPath(desk.machine.home, desk.checkout, id(9));
    await session(9);
    await appendFile(at, `${JSON.stringify({ type: "user", cwd: desk.checkout, version: "999.1.0", sessionId: id(9), uuid: "u", message: { role: "user", content: "x" } })}\n`);
    await desk.machine.hx(desk.checkout, "capture");
    expect(rowOf(await report(), "claude-code")).toMatchObject({ version: "999.1.0", newer: true });
  });

  it("outside of a connected repository says what can be said", async () => {
    const outside = desk.world.path("outside");
    await mkdir(outside, { recursive: true });
    const said = await report([], outside);
    expect(said.uncounted).toContain("is not in a git repository");
    expect(rowOf(said, "claude-code")).toMatchObject({ present: true, hooks: "absent" });
    expect(rowOf(said, "claude-code")).not.toHaveProperty("sessions");
    await desk.machine.git(outside, "init", "-q");
    expect((await report([], outside)).uncounted).toBeDefined();
  });

  it("shows hooks that are installed", async () => {
    await desk.machine.hx(desk.checkout, "hooks", "install", "--agent", "claude-code");
    expect(rowOf(await report(), "claude-code")?.hooks).toBe("installed");
    expect((await desk.machine.tryHx(desk.checkout, ["hooks", "install", "--agent", "git"])).code).toBe(2);
    expect((await desk.machine.tryHx(desk.checkout, ["hooks", "install", "--agent", "nobody"])).stderr).toContain("hx installs no hooks of 'nobody'");
    expect((await desk.machine.tryHx(desk.checkout, ["capture", "--agent", "nobody"])).stderr).toContain("hx agents --all");
    await desk.machine.hx(desk.checkout, "hooks", "remove", "--agent", "claude-code");
    expect(rowOf(await report(), "claude-code")?.hooks).toBe("absent");
  });
});

describe("versions of agents", () => {
  it("are compared number by number", () => {
    expect(newestVersion(["2.1.98", "2.1.329", "2.0.999"])).toBe("2.1.329");
    expect(newestVersion(["0.99.0-alpha.24", "0.118.0", "nightly"])).toBe("0.118.0");
    expect(newestVersion(["nightly"])).toBeUndefined();
    expect(isNewerThanAll("2.2", ["2.1.329", "1.9"])).toBe(true);
    for (const version of ["2.1.329", "v2.1.329", "2.1.329.0", "2.1.329-beta", "2.1.98", "nightly", ""]) expect(isNewerThanAll(version, ["2.1.329"]), version).toBe(false);
    expect(isNewerThanAll("1.0", ["nightly"])).toBe(false);
  });
});
