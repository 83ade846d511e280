import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { HxError } from "../../src/domain/errors.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { EXITS } from "../../src/cli/exit-codes.ts";
import { TOPICS } from "../../src/cli/topics.ts";
import type { WorldContext } from "../../src/cli/world.ts";
import { hx } from "./host.ts";

const failing = (error: unknown): object => ({ sessions: { list: async () => Promise.reject(error) } });

describe("the program", () => {
  it("has help of every command, with usage, examples and exit codes", async () => {
    for (const spec of COMMANDS) {
      const ran = await hx([...spec.name.split(" "), "--help"]);
      expect(ran.exit, spec.name).toBe(0);
      expect(ran.err).toBe("");
      expect(ran.out).toContain(`hx ${spec.name}`);
      for (const example of spec.examples) expect(ran.out).toContain(example);
      for (const exit of [0, 2, 70, ...spec.exits] as const) expect(ran.out).toMatch(new RegExp(`^ +${exit} +${EXITS[exit].slice(0, 12)}`, "m"));
      expect(await hx(["help", ...spec.name.split(" ")])).toMatchObject({ exit: 0, out: ran.out });
    }
  });

  it("lists all commands by group", async () => {
    const { out } = await hx(["--help"]);
    expect(out).toMatchSnapshot();
    expect((await hx(["help"])).out).toBe(out);
  });

  it("explains a noun without a verb", async () => {
    const ran = await hx(["identity"]);
    expect(ran).toMatchObject({ exit: 0, err: "" });
    expect(ran.out).toContain("identity restore");
  });

  it("has its help topics", async () => {
    for (const topic of TOPICS.keys()) expect(await hx(["help", topic])).toMatchObject({ exit: 0, err: "" });
    const { out } = await hx(["help", "exit-codes"]);
    for (const [exit, meaning] of Object.entries(EXITS)) expect(out).toContain(`${exit.padEnd(3)}  ${meaning}`);
    expect(await hx(["help", "nonsense"])).toMatchObject({ exit: 2 });
  });

  it("names what was meant", async () => {
    expect(await hx(["lits"])).toMatchObject({ exit: 2, out: "", err: "hx: error: unknown command 'lits'\nhx: hint: did you mean list\nhx: hint: hx help\n" });
    expect((await hx(["list", "--sinc", "3d"])).err).toContain("did you mean --since");
    expect((await hx(["--json", "team", "create"])).err).toContain('"hints":["hx help team create"]');
    expect((await hx(["handoff"])).err).toContain("hx: hint: hx help handoff\n");
  });

  it.each([[["list", "--limit", "0"]], [["list", "--limit", "1e3"]], [["list", "--since", "yesterday"]], [["show"]], [["show", "a", "b"]], [["list", "--color", "pink"]], [["-C", "/nowhere/at/all", "list"]], [["--nonsense"]]])("refuses %j with 2", async (argv) => {
    const ran = await hx(argv, { sessions: { list: async () => [] } });
    expect(ran).toMatchObject({ exit: 2, out: "" });
    expect(ran.err).toMatch(/^hx: error: [a-z'-]/);
  });

  it("prints its version", async () => {
    expect(await hx(["--version"])).toMatchObject({ exit: 0, out: "1.2.3\n" });
    expect(JSON.parse((await hx(["version", "--json"])).out)).toMatchObject({ schema: "hx.version/1", version: "1.2.3" });
  });

  it("alone shows how to start, in six lines", async () => {
    const ran = await hx([], { setup: { place: async () => ({ repository: null, connected: false }) } });
    expect(ran).toMatchObject({ exit: 0, err: "" });
    expect(ran.out.trimEnd().split("\n")).toHaveLength(6);
  });

  it("alone is the status in a connected repository", async () => {
    const status = { repository: "/r", connected: true, hooks: [], agents: [], warnings: [] };
    const ran = await hx(["-C", "."], { setup: { place: async () => ({ repository: "/r", connected: true }), status: async () => status } });
    expect(ran).toMatchObject({ exit: 0 });
    expect(ran.out).toContain("repository  /r  connected");
  });

  it("takes global flags before and after the command", async () => {
    const world = { sessions: { list: async () => [] } };
    const before = await hx(["--json", "list"], world);
    expect(before).toMatchObject({ exit: 0, out: '{"schema":"hx.list/1","sessions":[]}\n' });
    expect(await hx(["list", "--json"], world)).toMatchObject({ out: before.out });
    expect((await hx(["-C", "test", "list"], world)).context?.directory).toBe(`${process.cwd()}/test`);
  });
});

describe("failures", () => {
  it("are one line and their hints", async () => {
    const ran = await hx(["list"], failing(new HxError("not-connected", "'shop' is not connected", { hints: ["hx init"] })));
    expect(ran).toMatchObject({ exit: 10, out: "", err: "hx: error: 'shop' is not connected\nhx: hint: hx init\n" });
  });

  it("are one JSON object on stderr with --json", async () => {
    const ran = await hx(["list", "--json"], failing(new HxError("locked", "locked", { hints: ["hx identity unlock"] })));
    expect(ran.out).toBe("");
    expect(JSON.parse(ran.err)).toEqual({ type: "error", code: "locked", exit: 4, message: "locked", hints: ["hx identity unlock"] });
    const usage = await hx(["lits", "--json"]);
    expect(JSON.parse(usage.err)).toMatchObject({ type: "error", code: "usage", exit: 2 });
  });

  it("that nobody foresaw say nothing of their content", async () => {
    const ran = await hx(["list"], failing(new TypeError("the customer's secret")));
    expect(ran.exit).toBe(70);
    expect(ran.err).toMatch(/^hx: error: a bug in hx \(TypeError\)\n/);
    expect(ran.err).not.toContain("customer");
    expect(ran.err).not.toContain("    at ");
    expect((await hx(["list", "--debug"], failing(new TypeError("x")))).err).toContain("    at ");
  });

  it("cannot write control sequences to the terminal", async () => {
    const ran = await hx(["list"], failing(new HxError("not-found", "'\u001b]0;title\u0007\u009b2J\u202e'")), { tty: true });
    expect(ran.err).not.toMatch(/\u001b\]|\u0007|\u009b|\u202e/);
    expect(ran.err).toContain("␛]0;title");
  });

  it("end with 130 when interrupted, and the signal reaches the work", async () => {
    let interrupt = (): void => undefined;
    const world = ({ signal }: WorldContext) => ({
      sessions: {
        list: () =>
          new Promise((_, reject) => {
            signal.addEventListener("abort", () => reject(new Error("stopped")));
            queueMicrotask(() => interrupt());
          }),
      },
    });
    const ran = await hx(["list"], world, { interrupt: (callback) => (interrupt = callback) });
    expect(ran).toMatchObject({ exit: 130, out: "", err: "hx: stopping; once more ends it at once\nhx: error: interrupted\n" });
  });

  it("of work that does not listen end the process after a while", async () => {
    let interrupt = (): void => undefined;
    let abandoned = false;
    const world = { sessions: { list: () => new Promise(() => queueMicrotask(() => interrupt())) }, close: () => new Promise(() => undefined) };
    const ran = await hx(["list"], world, { interrupt: (callback) => (interrupt = callback), abandon: () => (abandoned = true) });
    expect(ran.exit).toBe(130);
    expect(abandoned).toBe(true);
  });

  it("close the world in any case", async () => {
    let closed = 0;
    const close = async (): Promise<void> => void (closed += 1);
    await hx(["list"], { ...failing(new HxError("busy", "busy")), close });
    await hx(["list"], { sessions: { list: async () => [] }, close });
    expect(closed).toBe(2);
  });
});

describe("a pipe", () => {
  it("that closes early is no failure", async () => {
    const closed = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" })),
    });
    const rows = [{ id: "a".repeat(32), state: "pushed", parts: 1 }];
    expect(await hx(["list"], { sessions: { list: async () => rows } }, { stdout: closed })).toMatchObject({ exit: 0, err: "" });
  });
});
