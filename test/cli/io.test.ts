import { chmod, mkdtemp, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Phrase } from "../../src/app/identity/phrase.ts";
import type { Protection } from "../../src/app/identity/protection.ts";
import { wantsColour } from "../../src/cli/io/colour.ts";
import { Output } from "../../src/cli/io/output.ts";
import { TerminalProgress } from "../../src/cli/io/progress.ts";
import type { WorldContext } from "../../src/cli/world.ts";
import { fromHex } from "../../src/domain/bytes.ts";
import { Collector, Script, hx } from "./host.ts";
import type { Settings } from "./host.ts";
import { identity, sampleWorld } from "./samples.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "hx-io-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const WORDS = "hamster diagram private dutch cause delay private meat slide toddler razor book happy fancy gospel tennis maple dilemma loan word shrug inflict delay length".split(" ");
const ROOT = fromHex("68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c");

/** A world whose identity is made with the phrase above; notes how it was to be locked. */
function maker(): { readonly world: object; readonly made: Protection[] } {
  const made: Protection[] = [];
  const create = async (protection: Protection) => {
    made.push(protection);
    return { phrase: await Phrase.ofRoot(ROOT), summary: identity };
  };
  const changePassphrase = async (next: () => Promise<Protection>): Promise<void> => void made.push(await next());
  return { world: { ...sampleWorld(), identity: { create, changePassphrase } }, made };
}

const text = (protection: Protection | undefined): string => (protection?.kind === "passphrase" ? new TextDecoder().decode(protection.passphrase) : String(protection?.kind));

describe("colour", () => {
  it.each([
    ["always", { NO_COLOR: "1" }, false, true],
    ["never", { FORCE_COLOR: "1" }, true, false],
    ["auto", { NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
    ["auto", { NO_COLOR: "" }, true, true],
    ["auto", { FORCE_COLOR: "1" }, false, true],
    ["auto", { FORCE_COLOR: "0" }, true, false],
    ["auto", { TERM: "dumb" }, true, false],
    ["auto", {}, true, true],
    ["auto", {}, false, false],
  ] as const)("%s with %j on a TTY %s is %s", (choice, environment, tty, wanted) => {
    expect(wantsColour(choice, environment, tty)).toBe(wanted);
  });

  it("follows the flag in errors too", async () => {
    expect((await hx(["nonsense", "--color", "always"])).err).toContain("\u001b[31merror");
    expect((await hx(["nonsense"], {}, { tty: true })).err).toContain("\u001b[31merror");
    expect((await hx(["--color=never", "nonsense"], {}, { tty: true })).err).not.toContain("\u001b");
  });
});

describe("progress", () => {
  it("is one line a phase where stderr is no terminal, and none with --json", async () => {
    const world = ({ progress }: WorldContext) => ({
      sessions: {
        list: async () => {
          progress.phase("reading \u001b[2J lanes");
          progress.warn("slow");
          return [];
        },
      },
    });
    expect((await hx(["list"], world)).err).toBe("hx: reading ␛[2J lanes\nhx: warning: slow\n");
    expect((await hx(["list", "--json"], world)).err).toBe("");
  });

  it("on a terminal says nothing of what is quick", () => {
    const collector = new Collector();
    const progress = new TerminalProgress(new Output({ stream: collector, isTTY: true }, false), { silent: false, plain: false });
    progress.phase("quick");
    progress.done();
    expect(collector.text).toBe("");
  });
});

describe("identity new", () => {
  it("shows the phrase on the terminal, not on stdout, and checks three words", async () => {
    const { world, made } = maker();
    const terminal = new Script(["horse", "hors", "horse", "horse", "wrong"]);
    const answers: string[] = [];
    terminal.text = async (question) => {
      answers.push(question);
      const position = Number(question.replace("word ", ""));
      return answers.length === 1 ? "wrong" : (WORDS[position - 1] ?? "");
    };
    const ran = await hx(["identity", "new"], world, { terminal });
    expect(ran).toMatchObject({ exit: 0, out: "" });
    expect(terminal.asked, "asked twice, and again because they differed").toEqual(["new passphrase", "new passphrase, again", "new passphrase", "new passphrase, again"]);
    expect(text(made[0])).toBe("horse");
    expect(answers).toHaveLength(4);
    expect(answers[0]).toBe(answers[1]);
    WORDS.forEach((word, i) => expect(terminal.told).toMatch(new RegExp(`\\b${i + 1}\\. ${word}\\b`)));
    expect(ran.err).not.toContain("hamster");
  });

  it("without a terminal needs to be told where the phrase goes, before anything is made", async () => {
    const { world, made } = maker();
    const ran = await hx(["identity", "new", "--no-passphrase"], world);
    expect(ran).toMatchObject({ exit: 2, out: "" });
    expect(ran.err).toContain("--phrase-file");
    expect(await hx(["identity", "new", "--no-phrase-check"], world)).toMatchObject({ exit: 2 });
    expect(await hx(["identity", "new", "--no-passphrase", "--no-phrase-check", "--json"], world)).toMatchObject({ exit: 2, out: "" });
    expect(made).toEqual([]);
    expect(await hx(["identity", "new", "--no-passphrase", "--no-phrase-check"], world)).toMatchObject({ exit: 0, out: `${WORDS.join(" ")}\n` });
    expect(made).toEqual([{ kind: "none" }]);
  });

  it("writes the phrase into a new file of its owner, and into no other", async () => {
    const { world, made } = maker();
    const file = join(directory, "phrase");
    const ran = await hx(["identity", "new", "--keyring", "--phrase-file", "phrase", "--json"], world, { directory });
    expect(ran.exit).toBe(0);
    expect(ran.out + ran.err).not.toContain("hamster");
    expect(await readFile(file, "utf8")).toBe(`${WORDS.join(" ")}\n`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await hx(["identity", "new", "--keyring", "--phrase-file", file], world)).toMatchObject({ exit: 1 });
    expect(made).toEqual([{ kind: "keyring" }]);
    expect(await hx(["identity", "new", "--keyring", "--no-passphrase", "--phrase-file", `${file}2`], world)).toMatchObject({ exit: 2 });
  });
});

describe("the passphrase", () => {
  const made = async (argv: readonly string[], settings: Settings = {}) => {
    const { world, made: all } = maker();
    const ran = await hx(["identity", "new", "--phrase-file", join(directory, "phrase"), ...argv], world, settings);
    return { ran, passphrase: text(all[0]) };
  };

  it("comes from the first line of a file, a command or a descriptor", async () => {
    const file = join(directory, "pass");
    await writeFile(file, "from a file\r\nsecond line\n", { mode: 0o600 });
    expect((await made(["--passphrase-file", file])).passphrase).toBe("from a file");
    await rm(join(directory, "phrase"));
    expect((await made(["--passphrase-command", "printf 'from a command\\n'"])).passphrase).toBe("from a command");
    await rm(join(directory, "phrase"));
    const handle = await open(file, "r");
    expect((await made(["--passphrase-fd", String(handle.fd)])).passphrase).toBe("from a file");
    await handle.close().catch(() => undefined);
  });

  it("comes from a file or command that a variable names, and a flag goes before it", async () => {
    const environment = { HX_PASSPHRASE_COMMAND: "echo named", HX_PASSPHRASE: "never read" };
    expect((await made([], { environment })).passphrase).toBe("named");
    await rm(join(directory, "phrase"));
    expect((await made(["--passphrase-command", "echo flag"], { environment })).passphrase).toBe("flag");
    await rm(join(directory, "phrase"));
    expect((await made([], { environment: { HX_PASSPHRASE: "never read" } })).ran).toMatchObject({ exit: 2 });
  });

  it("has one source at most, and never an empty one", async () => {
    expect((await made(["--passphrase-file", "a", "--passphrase-fd", "3"])).ran.exit).toBe(2);
    expect((await made(["--passphrase-command", "true"])).ran.exit).toBe(2);
    expect((await made(["--passphrase-command", "echo secret; false"])).ran).toMatchObject({ exit: 1 });
    expect((await made(["--passphrase-file", join(directory, "absent")])).ran).toMatchObject({ exit: 1 });
    expect((await made(["--passphrase", "x"])).ran, "no flag takes a value").toMatchObject({ exit: 2 });
  });

  it("in a file that others can read is said", async () => {
    const file = join(directory, "pass");
    await writeFile(file, "x\n");
    await chmod(file, 0o644);
    expect((await made(["--passphrase-file", file])).ran.err).toContain(`chmod 600 '${file}'`);
  });

  it("that is new has a source of its own", async () => {
    const { world, made: all } = maker();
    const argv = ["identity", "passphrase", "--passphrase-command", "echo old"];
    expect(await hx([...argv, "--new-passphrase-command", "echo new"], world)).toMatchObject({ exit: 0 });
    expect(text(all[0])).toBe("new");
    const without = await hx(argv, world);
    expect(without).toMatchObject({ exit: 2 });
    expect(without.err).toContain("--new-passphrase-file");
  });

  it("reaches the world as a source", async () => {
    const { context } = await hx(["list", "--passphrase-command", "echo once"], { sessions: { list: async () => [] } });
    expect(await context?.passphrase.ask("?")).toBe("once");
    const nobody = await hx(["list"], { sessions: { list: async () => [] } });
    expect(await nobody.context?.passphrase.ask("?")).toBeNull();
  });
});

describe("a question", () => {
  it("is not asked with --no-input or HX_NO_INPUT, though there is a terminal", async () => {
    for (const [argv, environment] of [[["--no-input"], {}], [[], { HX_NO_INPUT: "1" }]] as const) {
      const terminal = new Script([true]);
      const ran = await hx(["init", ...argv], sampleWorld(), { terminal, environment });
      expect(ran).toMatchObject({ exit: 2 });
      expect(ran.err).toContain("answer it with --yes");
      expect(terminal.asked).toEqual([]);
    }
  });

  it("that is answered with no changes nothing", async () => {
    let done = 0;
    const parts = sampleWorld() as { setup: object };
    const world = { ...parts, setup: { ...parts.setup, init: async () => (done += 1) } };
    expect(await hx(["init"], world, { terminal: new Script([false]) })).toMatchObject({ exit: 130, err: "hx: error: nothing was changed\n" });
    expect(done).toBe(0);
  });

  it("is not asked for a dry run", async () => {
    const terminal = new Script([]);
    expect(await hx(["init", "-n"], sampleWorld(), { terminal })).toMatchObject({ exit: 0 });
    expect(await hx(["uninstall", "-n"], sampleWorld(), { terminal })).toMatchObject({ exit: 0 });
    expect(terminal.asked).toEqual([]);
  });
});

describe("identity restore", () => {
  const recovering = (given: string[]) => ({
    identity: {
      recover: async (phrase: Phrase) => {
        given.push(phrase.words().join(" "));
        return { summary: identity, workspaces: 1, sessions: 3, announced: false };
      },
    },
  });

  it("takes the phrase from a file, stdin or the terminal, and never shows it", async () => {
    const given: string[] = [];
    await writeFile(join(directory, "phrase"), `${WORDS.join("\n")}\n`);
    const runs = [
      await hx(["identity", "restore", "--no-passphrase", "--phrase-file", "phrase"], recovering(given), { directory }),
      await hx(["identity", "restore", "--no-passphrase", "--phrase-file", "-"], recovering(given), { stdin: WORDS.join(" ") }),
      await hx(["identity", "restore", "--no-passphrase"], recovering(given), { terminal: new Script([WORDS.join(" ")]) }),
    ];
    expect(given).toEqual([WORDS.join(" "), WORDS.join(" "), WORDS.join(" ")]);
    for (const ran of runs) {
      expect(ran.exit).toBe(0);
      expect(ran.out + ran.err).not.toContain("hamster");
      expect(ran.err).toContain("hx sync");
    }
  });

  it("fails with 12 for a wrong one, before the world is asked", async () => {
    const stdin = WORDS.with(3, "duch").join(" ");
    const ran = await hx(["identity", "restore", "--no-passphrase", "--phrase-file", "-", "--debug"], {}, { stdin });
    expect(ran).toMatchObject({ exit: 12, out: "", context: undefined });
    expect(ran.err).toContain("word 4");
    expect(ran.err).not.toMatch(/duch|hamster/);
    expect(await hx(["identity", "restore", "--no-input"], {}, { terminal: new Script([]) })).toMatchObject({ exit: 2 });
  });
});
