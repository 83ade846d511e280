import { mkdir, mkdtemp, readFile, rm, symlink, utimes } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileTree } from "../../src/adapters/file-tree/file-tree.ts";
import { captureSession, type CaptureOutcome } from "../../src/app/capture/capture-session.ts";
import { QUIET_MS } from "../../src/app/capture/quiet.ts";
import { publish } from "../../src/app/publish/publish.ts";
import { sessionsOf } from "../../src/app/read/lane-source.ts";
import { openOwnSession } from "../../src/app/read/open-session.ts";
import { captureAll } from "../../src/app/sessions/capture-all.ts";
import { rawSession } from "../../src/app/sessions/raw-session.ts";
import type { Agent, SessionSource } from "../../src/ports/agent.ts";
import { AGENTS } from "../../src/wire/agents.ts";
import { boundaryOf, connected, openClone, openLedger, writable } from "../../src/wire/clone.ts";
import { openHere } from "../../src/wire/here.ts";
import { identityPorts } from "../../src/wire/identity-ports.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { filesBelow } from "../journey/samples.ts";
import { connectedCheckout, makeWorld, newIdentity, write, type JourneyWorld, type Machine } from "../journey/world.ts";
import { aiderFixture } from "./aider.fixture.ts";
import { writeSession, type AgentFixture, type AnyFixture } from "./contract.ts";
import { bytesOf } from "./contract/fixture.ts";
import { fixtureOf } from "./fixtures.ts";

const WAIT_MS = 10_000;
const SECRET = "what nobody is to see";

let world: JourneyWorld;
let ada: Machine;
let checkout = "";

beforeAll(async () => {
  world = await makeWorld("in-process");
  ada = await world.machine("ada");
  await newIdentity(ada, world.path("phrase"));
  checkout = await connectedCheckout(ada, await world.remote(), world.path("work", "shop"));
  for (const name of ["outside", "library", "work/shop/nested", "work/shop/packages/ui"]) await mkdir(world.path(name), { recursive: true });
  for (const name of ["library", "work/shop/nested"]) {
    await ada.git(world.path(name), "init", "-q", "-b", "main");
    await ada.git(world.path(name), "commit", "-q", "--allow-empty", "-m", "one");
  }
  await ada.git(checkout, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", world.path("library"), "module");
  await ada.git(checkout, "worktree", "add", "-q", "-b", "side", world.path("work", "shop-side"));
  await symlink(checkout, world.path("link"));
  await symlink(world.path("outside"), path.join(checkout, "way-out"));
});
afterAll(() => world.close());

/** Where sessions run, and which side of the boundary that is. In the order of their ids. */
const PLACES: readonly (readonly [what: string, directory: string, side: "inside" | "outside"])[] = [
  ["the checkout", "work/shop", "inside"],
  ["a directory below", "work/shop/packages/ui", "inside"],
  ["a linked worktree", "work/shop-side", "inside"],
  ["a link to the checkout", "link", "inside"],
  ["a directory of the checkout that is gone", "work/shop/packages/gone", "inside"],
  ["a directory outside", "outside", "outside"],
  ["a repository nested in the checkout", "work/shop/nested", "outside"],
  ["a submodule", "work/shop/module", "outside"],
  ["a link of the checkout that leads outside", "work/shop/way-out", "outside"],
  ["a directory elsewhere that is gone", "elsewhere/lost", "outside"],
];
const MOVING = PLACES.length + 1;

/** What one capture of everything took. */
interface Taken {
  readonly outcome: CaptureOutcome | { readonly kind: "failed"; readonly error: unknown } | { readonly kind: "not found" };
  /** Bytes of all files of the session. */
  readonly size: number;
}

async function around(): Promise<{ readonly ledger: NonNullable<Awaited<ReturnType<typeof writable>>>; readonly boundary: Awaited<ReturnType<typeof boundaryOf>>["boundary"]; readonly directories: readonly string[] }> {
  const clone = await openClone(readSettings(ada.env), checkout);
  const open = await openLedger(clone);
  const ledger = await writable(clone, open);
  if (ledger === null) throw new Error("no lane");
  return { ledger, ...(await boundaryOf(clone, ledger, await connected(clone, ledger))) };
}

async function sizeOf(agent: Agent, source: SessionSource): Promise<number> {
  let size = 0;
  for (const file of source.files) {
    const open = await agent.open(file);
    size += open.size;
    await open.close();
  }
  return size;
}

/** A sweep, and for a session that it does not come upon the agent's own hook. */
async function takeAll(fixture: AnyFixture, ids: readonly string[]): Promise<ReadonlyMap<string, Taken>> {
  const { ledger, boundary, directories } = await around();
  const { agent } = fixture;
  const swept = new Map((await captureAll(ledger, [agent], boundary, { directories, waitMs: WAIT_MS })).map(({ id, outcome }) => [id, outcome]));
  const taken = new Map<string, Taken>();
  for (const id of ids) {
    const source = await agent.find(id);
    const size = source === null ? 0 : await sizeOf(agent, source);
    const outcome = swept.get(id) ?? (source === null ? ({ kind: "not found" } as const) : await captureSession(ledger, agent, source, boundary, { waitMs: WAIT_MS, quietMs: QUIET_MS }));
    taken.set(id, { outcome, size });
  }
  return taken;
}

/** Nobody seems to be writing what was written some time ago. */
async function settle(home: string): Promise<void> {
  const then = new Date(Date.now() - 60_000);
  for (const file of filesBelow(home)) await utimes(path.join(home, file), then, then).catch(() => undefined);
}

/** The lines of a session that goes from one directory to another and back; those of the second are what must stay out. */
function moving(fixture: AgentFixture, id: string, out: string): { readonly lines: readonly string[]; readonly left: number } {
  const left = fixture.turn(id, out, SECRET, `${SECRET}, answered`);
  const lines = [...fixture.begin(id, checkout), ...fixture.turn(id, checkout, "Before", "It was."), ...left, ...fixture.turn(id, checkout, "After", "It is.")];
  return { lines, left: bytesOf(left).length };
}

/** Every file of a session as the ledger holds it. */
async function keptText(agent: string, id: string): Promise<string> {
  const { ledger } = await around();
  const settings = readSettings(ada.env);
  const here = await openHere(settings, checkout, () => identityPorts(settings, { ask: async () => null }), "must");
  await publish(ledger, { state: here.state.chain.state, waitMs: WAIT_MS });
  if (here.author === null) throw new Error("no identity");
  for (const source of await here.mine()) {
    for (const session of await sessionsOf(source)) {
      const one = await openOwnSession(ledger, here.author, source, session);
      if (one.facts.id !== id || one.facts.agent !== agent) continue;
      const target = await mkdtemp(world.path("raw-"));
      await rawSession(ledger, fileTree(), one, target);
      return (await Promise.all(filesBelow(target).map((name) => readFile(path.join(target, name), "latin1")))).join("\n");
    }
  }
  throw new Error(`no session '${id}' is kept`);
}

/** Of sessions that lie in the checkout itself only those of its top and its worktrees are ever looked for. */
const NAMES: readonly string[] = (await Promise.all(AGENTS.map(async ({ name }) => ((await fixtureOf(name))("/home/dev/user").inCheckout === true ? [] : [name])))).flat();

describe.each(NAMES)("the collection boundary, for %s", (name) => {
  let fixture: AnyFixture;
  let taken: ReadonlyMap<string, Taken>;
  let left = 0;
  beforeAll(async () => {
    fixture = (await fixtureOf(name))(ada.home);
    for (const [i, [, directory]] of PLACES.entries()) {
      await writeSession(fixture, fixture.id(i + 1), world.path(directory), [{ prompt: "Add a helper", answer: "Done." }, { prompt: "And a test", answer: "Done too." }]);
    }
    if (fixture.storage === "rows") {
      await fixture.write(fixture.id(MOVING), checkout, [{ prompt: "Before", answer: "It was." }, { prompt: SECRET, answer: `${SECRET}, answered`, directory: world.path("outside") }, { prompt: "After", answer: "It is." }]);
    } else if (isMovable(fixture)) {
      const id = fixture.id(MOVING);
      const session = moving(fixture, id, world.path("outside"));
      left = session.left;
      await write(fixture.transcript(id, checkout), bytesOf(session.lines));
    }
    await settle(ada.home);
    await rm(world.path("elsewhere"), { recursive: true, force: true });
    await rm(world.path("work/shop/packages/gone"), { recursive: true, force: true });
    taken = await takeAll(fixture, Array.from({ length: MOVING }, (_, i) => fixture.id(i + 1)));
  });

  it.each(PLACES.map(([what, , side], i) => [side === "inside" ? "takes" : "leaves", what, side, i + 1] as const))("%s what ran in %s", (_, __, side, number) => {
    const { outcome, size } = taken.get(fixture.id(number)) ?? {};
    if (side === "inside") expect(outcome).toMatchObject({ kind: "captured", bytes: size, omitted: 0 });
    else expect(outcome?.kind).toMatch(/^(outside|not found)$/);
  });

  it("leaves out what ran elsewhere midway, with its length", async () => {
    if (!isMovable(fixture) && fixture.storage !== "rows") return expect(["header", "beside"]).toContain(fixture.directory);
    const id = fixture.id(MOVING);
    const { outcome, size = 0 } = taken.get(id) ?? {};
    if (outcome?.kind !== "captured") throw new Error(`it was not captured: ${outcome?.kind}`);
    expect(outcome.bytes + outcome.omitted).toBe(size);
    // How long the lines of rows are, only the adapter says.
    if (fixture.storage === "rows") expect(outcome.omitted).toBeGreaterThan(2 * SECRET.length);
    else expect(outcome.omitted).toBe(left);
    const text = await keptText(name, id);
    expect(text).toContain("Before");
    expect(text).toContain("After");
    expect(text).not.toContain(SECRET);
  });
});

describe("the collection boundary, for runs that lie in the checkout itself: aider", () => {
  /** All that exist, with the number of their run. */
  const RUNS: readonly (readonly [what: string, directory: string, taken: boolean])[] = [
    ["the checkout", "work/shop", true],
    ["a linked worktree", "work/shop-side", true],
    ["a directory below, where none is looked for", "work/shop/packages/ui", false],
    ["a directory outside", "outside", false],
    ["a repository nested in the checkout", "work/shop/nested", false],
    ["a submodule", "work/shop/module", false],
  ];
  let taken: ReadonlyMap<string, CaptureOutcome | { readonly kind: "failed" }> = new Map();
  let sizes: ReadonlyMap<string, number> = new Map();
  const fixture = aiderFixture("/home/nobody");
  beforeAll(async () => {
    const written = new Map<string, number>();
    for (const [i, [, directory]] of RUNS.entries()) {
      const id = fixture.id(i + 1);
      const lines = [...fixture.begin(id, directory), ...fixture.turn(id, directory, "Add a helper", "Done.")];
      await fixture.share?.(id, world.path(directory), lines);
      written.set(id, bytesOf(lines).length);
    }
    const away = fixture.restored?.(fixture.id(9), world.path("outside")) ?? expect.fail("no name");
    await write(away, bytesOf([...fixture.begin(fixture.id(9), "outside"), ...fixture.turn(fixture.id(9), "outside", SECRET, "Done.")]));
    await symlink(away, path.join(checkout, path.basename(away)));
    sizes = written;
    const { ledger, boundary, directories } = await around();
    taken = new Map((await captureAll(ledger, [fixture.agent], boundary, { directories, waitMs: WAIT_MS })).map(({ id, outcome }) => [id, outcome]));
  });

  it.each(RUNS.map(([what, , inside], i) => [inside ? "takes" : "leaves", what, inside, i + 1] as const))("%s what ran in %s", (_, __, inside, number) => {
    const id = fixture.id(number);
    if (inside) expect(taken.get(id)).toMatchObject({ kind: "captured", bytes: sizes.get(id), omitted: 0 });
    else expect(taken.has(id)).toBe(false);
  });

  it("follows no link out of the checkout", () => expect([...taken.keys()].sort()).toEqual([fixture.id(1), fixture.id(2)].sort()));
});

describe("the collection boundary, for a window with several roots: Copilot Chat", () => {
  const ID = (number: number): string => `00000000-0000-4000-8000-${String(800 + number).padStart(12, "0")}`;
  const WINDOWS: readonly (readonly [what: string, files: readonly string[], side: "inside" | "outside"])[] = [
    ["one root, inside", ["work/shop/a.ts", "work/shop/packages/ui/b.ts"], "inside"],
    ["two roots that are both of this repository", ["work/shop/a.ts", "work/shop-side/b.ts"], "inside"],
    ["a root inside and one outside", ["work/shop/a.ts", "outside/b.ts"], "outside"],
    ["a root outside and one inside", ["outside/b.ts", "work/shop/a.ts"], "outside"],
    ["a root inside and a repository nested in it", ["work/shop/a.ts", "work/shop/nested/b.ts"], "outside"],
    ["nothing of which it says where it lies", [], "outside"],
  ];
  let taken: ReadonlyMap<string, Taken>;
  beforeAll(async () => {
    const window = path.join(ada.home, ".config", "Code", "User", "workspaceStorage", "several");
    await write(path.join(window, "workspace.json"), JSON.stringify({ workspace: `file://${world.path("all.code-workspace")}` }));
    for (const [i, [, files]] of WINDOWS.entries()) {
      const contentReferences = files.map((file) => ({ reference: { scheme: "file", path: world.path(file), external: `file://${world.path(file)}` } }));
      const request = { requestId: `r${i}`, timestamp: 1_770_000_000_000, message: { text: SECRET }, response: [{ value: "Done." }], contentReferences };
      await write(path.join(window, "chatSessions", `${ID(i)}.json`), JSON.stringify({ version: 3, sessionId: ID(i), requests: [request] }));
    }
    await settle(ada.home);
    const fixture = (await fixtureOf("vscode-copilot"))(ada.home);
    taken = await takeAll(fixture, WINDOWS.map((_, i) => ID(i)));
  });

  it.each(WINDOWS.map(([what, , side], i) => [side === "inside" ? "takes" : "leaves", what, side, i] as const))("%s a session about %s", (_, __, side, number) => {
    const { outcome, size } = taken.get(ID(number)) ?? {};
    if (side === "inside") expect(outcome).toMatchObject({ kind: "captured", bytes: size, omitted: 0 });
    else expect(outcome?.kind).toMatch(/^(outside|not found|unplaced)$/);
  });
});

/** Whether its records say where they ran, so that a session can move. */
function isMovable(fixture: AnyFixture): fixture is AgentFixture {
  return (fixture.storage === undefined || fixture.storage === "lines") && fixture.directory === undefined;
}
