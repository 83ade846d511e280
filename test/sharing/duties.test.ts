import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sessionNamed } from "../../src/app/sharing/choose-own.ts";
import { stagedSessions } from "../../src/app/sync/waiting.ts";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { makeWorld, write, type JourneyWorld, type Ran } from "../journey/world.ts";
import { keeps, teamOf } from "../support/sharing-people.ts";
import { admitted, founder, speaking, type Colleague } from "../support/workspace-people.ts";
import { builtProgram } from "../support-build/build.ts";
import { approveRequest } from "./approve-request.ts";

let world: JourneyWorld;
let remote: string;
let ada: Colleague;
let ben: Colleague;
let cyd: Colleague;
let number = 0;
const session = (who: Colleague, ...turns: string[]): Promise<string> => keeps(who, ++number, turns);

interface Warned {
  readonly message: string;
  readonly fix?: string;
}
const warnings = async (who: Colleague): Promise<readonly Warned[]> => ((await who.json("status")) as unknown as { readonly warnings: readonly Warned[] }).warnings;
const warned = async (who: Colleague, about: RegExp): Promise<readonly Warned[]> => (await warnings(who)).filter(({ message }) => about.test(message));
const SHARES = /\bshares?\b/;

beforeAll(async () => {
  world = await makeWorld("in-process");
  remote = await world.remote();
  ada = await founder(world, remote, "Ada", "ada");
  ben = await admitted(world, remote, ada, "Ben", "ben");
  cyd = await admitted(world, remote, ada, "Cyd", "cyd");
  await teamOf(ada, "core", [[ben, "Ben"], [cyd, "Cyd"]]);
  await ada.hx("sync");
}, 120_000);
afterAll(() => world.close());

describe("an approval that names a session which is in no lane", () => {
  it("is told at the sync of its author, which goes on", async () => {
    await session(ada, "something that is in a lane");
    const head = await ada.machine.git(ada.checkout, "rev-parse", "HEAD");
    const name = ((await ben.json("request", head, "--team", "core", "--reason", "why")) as unknown as { readonly name: string }).name;
    await approveRequest(ada, name, {}, "0".repeat(32));
    const synced = await ada.machine.tryHx(ada.checkout, ["sync"]);
    expect([synced.code, synced.stdout + synced.stderr]).toEqual([0, expect.stringMatching(/share waits: a[0-9a-f]{8} 00000000 {2}its keys cannot be sealed: no session '0{32}' in this lane/)]);
    const { given } = (await ada.json("shares")) as unknown as { readonly given: readonly { readonly id: string; readonly sessions: readonly string[] }[] };
    await ada.hx("revoke", given.find(({ sessions }) => sessions.includes("0".repeat(32)))?.id ?? "", "--yes");
    expect(await ada.hx("sync")).not.toContain("cannot be sealed");
  });

  it("is not made: what was captured and lies in no lane yet is refused, with what it waits for", async () => {
    await writeQuiet(transcriptPath(ada.machine.home, ada.checkout, "0a1b2c3d-0000-4000-8000-0000000000f1"), prompt("still staged", ada.checkout));
    const ran = await sharesWhileStaged("still staged");
    expect(ran).toMatchObject({ exit: 14, code: "refused", message: expect.stringContaining("lies in no lane yet"), hints: ["hx status", "hx sync"] });
  });

  /** As somebody whose lane waits for a certificate: nothing of the stage is published by the sync before. */
  async function sharesWhileStaged(title: string): ReturnType<Colleague["failure"]> {
    await ada.hx("capture");
    const { sessions } = (await ada.json("list")) as unknown as { readonly sessions: readonly { readonly id: string; readonly title?: string; readonly state: string }[] };
    const waiting = sessions.find((one) => one.title === title && one.state === "waiting");
    const { ledger } = await speaking(ada);
    const staged = [...(await stagedSessions(ledger))];
    expect(staged).toContain(waiting?.id);
    try {
      sessionNamed(new Map(), waiting?.id ?? "", staged);
    } catch (error) {
      const { code, message, hints } = error as { readonly code: string; readonly message: string; readonly hints: readonly string[] };
      return { exit: 14, code, message, hints };
    }
    return null;
  }
});

describe("status", () => {
  it("tells what waits for the author: what ends soon, what is to be wrapped anew, and by whom first", async () => {
    const id = await session(ada, "for whoever is in core");
    await ada.hx("share", id, "--team", "core", "--yes");
    expect(await warned(ada, SHARES)).toEqual([]);
    const soon = await session(ada, "for two days");
    await ada.hx("share", soon, "--team", "core", "--expires", "2d", "--yes");
    expect(await warned(ada, SHARES)).toEqual([{ message: expect.stringMatching(/^share a[0-9a-f]{8} with team core ends at 20\d\d-/), fix: "hx shares" }]);
    await ada.hx("revoke", soon, "--yes");
    expect(await warned(ada, SHARES)).toEqual([]);
    expect(await warned(ben, /the key of team core is due/)).toEqual([]);

    await ada.hx("team", "remove", "core", "Cyd", "--yes");
    expect(await warned(ada, SHARES)).toEqual([{ message: expect.stringMatching(/^share a[0-9a-f]{8} waits: /), fix: expect.stringContaining("hx team") }]);
    // His next unlocked sync would make the key at once: he has seen the chain, and no more.
    await speaking(ben);
    expect(await warned(ben, /the key of team core is due/)).toMatchObject([{ fix: expect.stringContaining("hx team rotate core") }]);
    await ben.hx("sync");
    expect(await warned(ben, /the key of team core is due/)).toEqual([]);
    // Learns of the new key, and has not sealed anything to it yet.
    await speaking(ada);
    expect(await warned(ada, SHARES)).toEqual([{ message: "keys and new parts of shares of yours are ready to be handed on or removed", fix: "hx sync" }]);
    await ada.hx("sync");
    expect(await warned(ada, SHARES)).toEqual([]);
  });

  it("with locked keys says what was known, and how old that is", async () => {
    const secret = await write(world.path("pass"), "correct horse battery\n");
    const id = await session(ada, "for core while it has a key");
    await ada.hx("share", id, "--team", "core", "--yes");
    await ada.hx("team", "nominate", "core", "Cyd");
    await ben.hx("team", "admit", "core", "Cyd", "--yes");
    await ada.hx("team", "remove", "core", "Cyd", "--yes");
    await ada.hx("sync");
    const head = await ada.machine.git(ada.checkout, "rev-parse", "HEAD");
    await ben.hx("request", head, "--team", "core", "--reason", "before the keys are locked", "--turns", "1");
    await ada.hx("sync");
    await ada.hx("identity", "passphrase", "--new-passphrase-file", secret);
    await ada.hx("identity", "lock");
    expect(await warned(ada, /your keys are locked/)).toEqual([
      { message: expect.stringMatching(/^your keys are locked: 1 request waits for your word, something of 2 shares of yours waits, and requests that came since 20\d\d-.* UTC are not known$/), fix: "hx identity unlock && hx sync" },
    ]);
    expect((await warnings(ada)).map(({ message }) => message).join("\n")).not.toMatch(/asks for|Ben/);
    await ada.hx("identity", "unlock", "--passphrase-file", secret);
    await ben.hx("sync");
    await ada.hx("sync");
    expect(await warned(ada, SHARES)).toEqual([]);
    expect(await warned(ada, /Ben asks for commit/)).toHaveLength(1);
  });
});

describe("the hook of a push", () => {
  const note = (): Promise<string> => readFile(join(ada.checkout, ".git", "hx", "requests.new"), "utf8").catch(() => "");

  async function captured(): Promise<void> {
    await writeQuiet(transcriptPath(ada.machine.home, ada.checkout, `0a1b2c3d-0000-4000-8000-${String(++number).padStart(12, "0")}`), prompt(`work ${number}`, ada.checkout));
  }

  async function asked(turn: number): Promise<void> {
    await ben.hx("request", await ada.machine.git(ada.checkout, "rev-parse", "HEAD"), "--team", "core", "--reason", "in the hook's way", "--turns", String(turn));
  }

  it("notes what somebody asked meanwhile, prints nothing and ends well; one that is waited for looks for nothing", async () => {
    await ada.hx("requests");
    await asked(2);
    expect(await hook("git", "pre-push", "origin", remote), "nothing to push, nothing is fetched").toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await note()).toBe("");
    await captured();
    expect(await hook("git", "pre-push", "--wait", "origin", remote)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await note()).toBe("");
    await captured();
    expect(await hook("git", "pre-push", "origin", remote)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await note()).toMatch(/^[1-9]\n$/);
    await ada.hx("requests");
    expect(await note()).toBe("");
    await ada.hx("identity", "lock");
    await asked(3);
    await captured();
    expect(await hook("git", "pre-push", "origin", remote)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await note(), "locked keys open no request, and keep back no push").toBe("");
    expect(await warned(ada, /captured session/)).toEqual([]);
    await ada.hx("identity", "unlock", "--passphrase-file", world.path("pass"));
  });

  async function hook(...args: readonly string[]): Promise<Ran> {
    const program = await builtProgram();
    return new Promise((done, failed) => {
      const child = spawn(process.execPath, [program, "hook", ...args], { cwd: ada.checkout, env: { ...ada.machine.env }, stdio: ["ignore", "pipe", "pipe"] });
      const [out, err] = [[] as Buffer[], [] as Buffer[]];
      child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
      child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
      child.on("error", failed);
      child.on("close", (code) => done({ code: code ?? -1, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }));
    });
  }
});
